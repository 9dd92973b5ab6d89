//! The tables: created if that is asked for, else checked.

use tokio_postgres::{Client, Error};

use super::failure;
use super::target::Target;
use crate::sink::SinkError;

/// The statements that create the tables, in the schema that is first in the search path.
pub const TABLES_SQL: &str = include_str!("tables.sql");

const TABLES: [&str; 4] = ["changes", "objects", "checkpoints", "fences"];

/// Held while tables are created, so that replicas that start at once do not disturb each other.
const LOCK: i64 = 0x7761_7463_6861_626c;

/// Returns the name of a table, qualified and quoted.
pub(super) fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{table}", quoted(schema))
}

/// Creates the tables that are missing, if that is asked for.
pub(super) async fn create(client: &Client, target: &Target) -> Result<(), Error> {
    let schema = &target.schema;
    if missing(client, schema).await?.is_empty() {
        // Nothing to do, so that no right to create is needed.
        return Ok(());
    }
    let exists = "SELECT FROM pg_namespace WHERE nspname = $1";
    let lock = "SELECT pg_advisory_xact_lock($1)";
    client.batch_execute("BEGIN").await?;
    client.execute(lock, &[&LOCK]).await?;
    let quoted = quoted(schema);
    // `IF NOT EXISTS` would need the right to create it also where it exists.
    if client.query_opt(exists, &[schema]).await?.is_none() {
        client.batch_execute(&format!("CREATE SCHEMA {quoted}")).await?;
    }
    client.batch_execute(&format!("SET LOCAL search_path = {quoted};\n{TABLES_SQL};\nCOMMIT")).await
}

/// Checks that all tables are there.
///
/// # Errors
///
/// Fails if one is missing, or the server does.
pub(super) async fn check(client: &Client, target: &Target) -> Result<(), SinkError> {
    let missing = missing(client, &target.schema)
        .await
        .map_err(|error| failure::explain(target, "cannot look for its tables", error))?;
    let Some(table) = missing.first() else { return Ok(()) };
    Err(SinkError::new(format!(
        "{}: the table {table} is missing: {}",
        target.name,
        failure::MISSING_TABLE
    )))
}

async fn missing(client: &Client, schema: &str) -> Result<Vec<&'static str>, Error> {
    let statement = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1";
    let rows = client.query(statement, &[&schema]).await?;
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    Ok(TABLES.into_iter().filter(|table| !found.iter().any(|found| found == table)).collect())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_schemas_are_quoted() {
        assert_eq!(qualified("my \"own\"", "changes"), "\"my \"\"own\"\"\".changes");
    }
}
