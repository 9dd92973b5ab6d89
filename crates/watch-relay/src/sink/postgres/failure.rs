//! Errors of the server, in words that say what to do.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::target::Target;
use crate::sink::SinkError;

/// What to do if a table is missing.
pub(super) const MISSING_TABLE: &str = "set `create: true`, or create the tables with \
     crates/watch-relay/src/sink/postgres/tables.sql (see docs/relay-postgres.md)";

/// Returns whether the data is at fault, so that it will never be stored: it does not fit a type, breaks a constraint,
/// or exceeds a limit.
pub(super) fn is_of_data(error: &Error) -> bool {
    let class = error.code().map(|state| &state.code()[..2]);
    matches!(class, Some("22" | "23" | "54"))
}

/// Says why a message was refused.
pub(super) fn reason(error: &Error) -> String {
    let Some(error) = error.as_db_error() else { return error.to_string() };
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("PostgreSQL: {}{detail} ({})", error.message(), error.code().code())
}

/// Says what failed, and what a person can do about it, if anything.
pub(super) fn explain(target: &Target, what: &str, error: Error) -> SinkError {
    let name = &target.name;
    let hint = match error.code() {
        Some(state) => hint(state, target),
        None => None,
    };
    let mut text = format!("{name}: {what}");
    // `Error` names only its kind; its source has the rest.
    if let Some(error) = error.as_db_error() {
        text = format!("{text}: {} ({})", error.message(), error.code().code());
    }
    if let Some(hint) = hint {
        text = format!("{text}: {hint}");
    }
    // A wrong certificate is nothing that time mends, but its text says what it is.
    if let Some(source) = error.as_db_error().is_none().then(|| error.source()).flatten() {
        text = format!("{text}: {source}");
    }
    SinkError::new(text).with_source(error)
}

fn hint(state: &SqlState, target: &Target) -> Option<String> {
    let (user, schema) = (target.user(), &target.schema);
    Some(match state.code() {
        "3D000" => format!("create the database {}", target.database()),
        "28P01" | "28000" => {
            format!("check the user {user}, its password (`url`, `passwordFile`, PGPASSWORD) and pg_hba.conf")
        }
        "42501" => format!(
            "the user {user} needs USAGE on the schema {schema}, and SELECT, INSERT, UPDATE, DELETE on its tables; to \
             create them, CREATE on the database"
        ),
        "42P01" | "3F000" => MISSING_TABLE.to_owned(),
        "25006" => "this server is a replica or read-only: add `target_session_attrs=read-write` to the URL".to_owned(),
        "53100" => "its disk is full".to_owned(),
        "53300" => "it has no connection left: see max_connections".to_owned(),
        "55P03" | "57014" => "another transaction holds what this one waits for, or the server is too slow".to_owned(),
        _ => return None,
    })
}
