//! How a failure is told: one line, and exit code 1.

use std::process::ExitCode;

use watchables::ClientError;

/// Prints what failed and why on one line.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {}", line(error));
    ExitCode::FAILURE
}

/// The chain of causes, each told once: many errors repeat their source in their own text.
pub(crate) fn line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    let mut said = String::new();
    for cause in error.chain() {
        let text = match cause.downcast_ref() {
            Some(ClientError::Api(status)) => api(status.code, &status.message, &status.reason),
            // Their source says all there is to say.
            Some(ClientError::Service(_) | ClientError::HyperError(_)) => continue,
            _ => cause.to_string(),
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !said.contains(&text) {
            let colon = if line.is_empty() { "" } else { ": " };
            line.push_str(colon);
            line.push_str(&text);
        }
        // What comes after it is the same Status once more.
        if matches!(cause.downcast_ref(), Some(ClientError::Api(_))) {
            break;
        }
        said = text;
    }
    line
}

/// What the server answered, and what to do where that is known.
fn api(code: u16, message: &str, reason: &str) -> String {
    let hint = match code {
        401 => "; check the credentials in the kubeconfig",
        403 => "; the user may not ask for this",
        _ => "",
    };
    match reason {
        // Not a Status: kube-client made the reason up.
        reason if reason.is_empty() || reason.contains(' ') => format!("{message} ({code}){hint}"),
        _ => format!("{message} ({code} {reason}){hint}"),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn a_chain_is_one_line_that_says_each_thing_once() {
        let inner: anyhow::Result<()> = Err(anyhow!("connection\n  refused"));
        let error =
            inner.context("client error: connection refused").context("cannot ask").unwrap_err();
        assert_eq!(line(&error), "cannot ask: client error: connection refused");
    }
}
