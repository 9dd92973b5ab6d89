//! Failures: an error on one line of standard error, and exit code 1.

use std::io::{self, Write as _};
use std::process::ExitCode;

use watchables::ClientError;
use watchables::discovery::DiscoveryError;

use crate::printable::printable;

/// Prints `error: `, the error and its causes on one line. Returns the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    // Whoever reads standard error may have ended.
    let advice =
        if is_without_response(error) { "; `watchables doctor` shows what is wrong" } else { "" };
    let _ = writeln!(io::stderr(), "error: {}{advice}", printable(&one_line(error)));
    ExitCode::FAILURE
}

/// Names the server whose discovery has failed, or that does not have a resource. Other errors are of the arguments.
pub(crate) fn of_server(error: anyhow::Error, url: &str) -> anyhow::Error {
    if error.chain().any(<dyn std::error::Error>::is::<DiscoveryError>) {
        error.context(format!("the API server {url}"))
    } else {
        error
    }
}

/// Returns whether a request got no response.
fn is_without_response(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(ClientError::Service(_) | ClientError::HyperError(_)))
    })
}

/// Returns the error and its causes on one line. Omits a cause that the text before it already
/// contains: many errors repeat their source in their own text.
pub(crate) fn one_line(error: &anyhow::Error) -> String {
    join(error.chain())
}

/// The same for a borrowed error.
pub(crate) fn one_line_of(error: &(dyn std::error::Error + 'static)) -> String {
    join(std::iter::successors(Some(error), |error| error.source()))
}

fn join<'a>(causes: impl Iterator<Item = &'a (dyn std::error::Error + 'static)>) -> String {
    let mut line = String::new();
    let mut previous = String::new();
    for cause in causes {
        let text = match cause.downcast_ref() {
            Some(ClientError::Api(status)) => {
                status_text(status.code, &status.message, &status.reason)
            }
            // They add nothing to their source.
            Some(ClientError::Service(_) | ClientError::HyperError(_)) => continue,
            _ => cause.to_string(),
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !previous.contains(&text) {
            let separator = if line.is_empty() { "" } else { ": " };
            line.push_str(separator);
            line.push_str(&text);
        }
        // Its source is the same Status again.
        if matches!(cause.downcast_ref(), Some(ClientError::Api(_))) {
            break;
        }
        previous = text;
    }
    line
}

/// Returns the text of a Status, with a hint how to fix the cause if there is one.
fn status_text(code: u16, message: &str, reason: &str) -> String {
    let hint = match code {
        401 => "; check the credentials in the kubeconfig",
        403 => "; the user is not allowed to make this request",
        _ => "",
    };
    match reason {
        // The response was no Status, and kube-client invented the reason.
        reason if reason.is_empty() || reason.contains(' ') => format!("{message} ({code}){hint}"),
        _ => format!("{message} ({code} {reason}){hint}"),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn error_chain_is_one_line_without_repetition() {
        let source: anyhow::Result<()> = Err(anyhow!("connection\n  refused"));
        let error = source
            .context("client error: connection refused")
            .context("cannot connect")
            .unwrap_err();
        assert_eq!(one_line(&error), "cannot connect: client error: connection refused");
    }
}
