//! Whether a response is indented for a person who reads it.

use http::Request;
use http::header::USER_AGENT;

use super::query::Query;

/// Returns whether an error is indented, as on a real server: if the `pretty` parameter says so, else for
/// browsers and HTTP tools.
pub(crate) fn is_pretty<B>(request: &Request<B>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    if query.contains("pretty")
        && let Ok(query) = Query::parse(query)
        && let Some(pretty) = query.get("pretty")
    {
        return matches!(pretty, "1" | "t" | "T" | "true" | "True" | "TRUE");
    }
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default();
    ["curl", "Wget", "Mozilla/5.0"].iter().any(|tool| agent.starts_with(tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_indented_errors_and_programs_do_not() {
        for (target, agent, expected) in [
            ("/api", "curl/8.5.0", true),
            ("/api?pretty=false", "curl/8.5.0", false),
            ("/api?pretty=true", "kubectl/v1.36.0", true),
            ("/api?pretty=", "kubectl/v1.36.0", false),
            ("/api?pretty=yes", "Mozilla/5.0 (X11)", false),
        ] {
            let request = Request::get(target).header(USER_AGENT, agent).body(()).unwrap();
            assert_eq!(is_pretty(&request), expected, "{target} {agent}");
        }
    }
}
