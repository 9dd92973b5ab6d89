//! Whether namespaces exist, and how several are named.

use watchables::{Client, ClientError};

/// How many namespaces a line names at most.
const MOST_NAMED: usize = 5;

/// Returns whether the server says that there is no such namespace.
pub(crate) async fn is_missing(client: &Client, namespace: &str) -> bool {
    let path = format!("/api/v1/namespaces/{namespace}");
    let Ok(request) = http::Request::get(path).body(Vec::new()) else { return false };
    matches!(client.request_text(request).await, Err(ClientError::Api(status)) if status.code == 404)
}

/// Returns `namespace "a"`, or `namespaces "a", "b" and 3 more`. Nothing if there are none.
pub(crate) fn listed(namespaces: &[String]) -> String {
    let quoted = |some: &[String]| {
        some.iter().map(|namespace| format!("{namespace:?}")).collect::<Vec<_>>().join(", ")
    };
    match namespaces {
        [] => String::new(),
        [only] => format!("namespace {only:?}"),
        [some @ .., last] if namespaces.len() <= MOST_NAMED => {
            format!("namespaces {} and {last:?}", quoted(some))
        }
        many => {
            let (some, rest) = many.split_at(MOST_NAMED - 1);
            format!("namespaces {} and {} more", quoted(some), rest.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_namespaces_are_named_and_many_counted() {
        let text = |names: &str| listed(&names.chars().map(String::from).collect::<Vec<_>>());
        assert_eq!(text(""), "");
        assert_eq!(text("a"), "namespace \"a\"");
        assert_eq!(text("ab"), "namespaces \"a\" and \"b\"");
        assert_eq!(text("abcde"), "namespaces \"a\", \"b\", \"c\", \"d\" and \"e\"");
        assert_eq!(text("abcdef"), "namespaces \"a\", \"b\", \"c\", \"d\" and 2 more");
    }
}
