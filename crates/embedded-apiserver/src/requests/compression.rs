//! The choice of responses that are compressed, as real servers make it.
//!
//! Only the headers are set here: the transport encodes the body, after faults have been injected into its
//! text.

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue, Response};
use hyper::body::Body as _;

use super::response::Body;
use crate::support::release::Release;

/// Responses of at most this size in bytes are not worth compressing; watches have no size.
const LARGEST_IDENTITY: u64 = 128 * 1024;
/// `APIResponseCompression` is enabled by default since then.
const RESPONSES_SINCE: Release = Release::new(1, 16);
/// `WatchListCompression` is enabled by default since then.
const WATCH_LISTS_SINCE: Release = Release::new(1, 37);

/// Returns whether a request accepts gzip, in the only form that real servers understand: the bare name in
/// the first `Accept-Encoding`. With a weight, even `gzip;q=1`, it is not recognized.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.split(',').any(|encoding| encoding.trim() == "gzip"))
}

/// Has a response compressed if it is large.
pub(super) fn compress_large(mut response: Response<Body>, release: Release) -> Response<Body> {
    if release >= RESPONSES_SINCE && response.body().size_hint().lower() > LARGEST_IDENTITY {
        compress(&mut response);
    }
    response
}

/// Has the watch of a streamed state compressed, which goes on after the state. Other watches never are.
pub(super) fn compress_watch_list(
    mut response: Response<Body>,
    release: Release,
) -> Response<Body> {
    if release >= WATCH_LISTS_SINCE {
        compress(&mut response);
    }
    response
}

fn compress(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_its_bare_name_only() {
        let accepts = |values: &[&'static str]| {
            let values = values.iter().map(|value| HeaderValue::from_static(value));
            accepts_gzip(&values.map(|value| (ACCEPT_ENCODING, value)).collect())
        };
        for accepted in ["gzip", "deflate, gzip", "deflate, , gzip,", " gzip ,br"] {
            assert!(accepts(&[accepted]), "{accepted}");
        }
        for other in ["", "identity", "*", "gzip;q=0", "gzip;q=1.0", "GZIP", "x-gzip", "deflate"] {
            assert!(!accepts(&[other]), "{other}");
        }
        assert!(!accepts(&[]));
        assert!(!accepts(&["identity", "gzip"]), "only the first header counts");
    }
}
