//! Parses requests.

use std::io::{self, Read};

/// The maximum size of a request head in bytes, larger than any that a watcher sends.
const HEAD: usize = 8 << 10;

/// The relevant parts of a GET request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// The path, without the query.
    pub(crate) path: String,
    /// The plural of the kind: the path's last segment.
    pub(crate) resource: String,
    pub(crate) watch: bool,
    /// Whether the watch starts with the existing objects.
    pub(crate) send_initial_events: bool,
    pub(crate) resource_version: Option<u64>,
    /// The maximum number of objects in the page.
    pub(crate) limit: Option<u32>,
    /// The index of the first object of the page.
    pub(crate) continue_: u32,
    /// Whether it accepts protobuf, perhaps besides JSON.
    pub(crate) accepts_protobuf: bool,
}

impl Request {
    /// Reads the next request; `None` once the client has closed the connection. Requests have no body
    /// and are not pipelined.
    pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD];
        let mut filled = 0;
        loop {
            let read = from.read(&mut head[filled..])?;
            if read == 0 {
                return Ok(None);
            }
            filled += read;
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut request = httparse::Request::new(&mut headers);
            let parsed = request.parse(&head[..filled]).map_err(io::Error::other)?;
            if parsed.is_complete() {
                let accepts_protobuf = request.headers.iter().any(|header| {
                    let protobuf = b"application/vnd.kubernetes.protobuf";
                    header.name.eq_ignore_ascii_case("accept") && header.value.starts_with(protobuf)
                });
                let of = |target| Self { accepts_protobuf, ..Self::of(target) };
                return Ok(request.path.map(of));
            }
        }
    }

    fn of(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let resource = path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut request = Self { path: path.to_owned(), resource, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "watch" => request.watch = value == "true",
                "sendInitialEvents" => request.send_initial_events = value == "true",
                "resourceVersion" => request.resource_version = value.parse().ok(),
                "limit" => request.limit = value.parse().ok(),
                "continue" => request.continue_ = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut text: &[u8]) -> Option<Request> {
        Request::read(&mut text).unwrap()
    }

    #[test]
    fn list_page_is_parsed() {
        let page =
            b"GET /api/v1/namespaces/a/pods?&limit=500&continue=1500 HTTP/1.1\r\nhost: x\r\n\r\n";
        let expected = Request {
            path: "/api/v1/namespaces/a/pods".to_owned(),
            resource: "pods".to_owned(),
            limit: Some(500),
            continue_: 1500,
            ..Request::default()
        };
        assert_eq!(read(page), Some(expected));
    }

    #[test]
    fn watch_is_parsed() {
        let watch = b"GET /apis/apps/v1/deployments?watch=true&resourceVersion=7&sendInitialEvents=true HTTP/1.1\r\n\r\n";
        let expected = Request {
            path: "/apis/apps/v1/deployments".to_owned(),
            resource: "deployments".to_owned(),
            watch: true,
            send_initial_events: true,
            resource_version: Some(7),
            ..Request::default()
        };
        assert_eq!(read(watch), Some(expected));
    }

    #[test]
    fn accepted_media_types_are_parsed() {
        let accepts = |types: &str| {
            read(format!("GET /api/v1/pods HTTP/1.1\r\naccept: {types}\r\n\r\n").as_bytes())
                .unwrap()
                .accepts_protobuf
        };
        assert!(accepts("application/vnd.kubernetes.protobuf, application/json"));
        assert!(!accepts("application/json"));
    }

    #[test]
    fn closed_connection_returns_none() {
        assert_eq!(read(b""), None);
        assert_eq!(read(b"GET /api/v1/pods HT"), None);
    }
}
