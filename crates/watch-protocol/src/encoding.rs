//! The content encoding of requests and responses.

use std::error::Error;
use std::fmt;

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};

/// The `Accept-Encoding` of requests. It is always sent: kube-client's feature `gzip` would add `gzip`
/// otherwise, and decode only the first member of a body.
pub(crate) fn accepted(encoding: Encoding) -> HeaderValue {
    HeaderValue::from_static(match encoding {
        Encoding::Identity => "identity",
        Encoding::Gzip => "gzip",
    })
}

/// How a response body is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    #[default]
    Identity,
    /// As a gzip stream, of one member or several (RFC 1952).
    Gzip,
}

impl Encoding {
    /// Returns whether a request accepts gzip.
    pub fn accepts_gzip(request: &HeaderMap) -> bool {
        request.get(ACCEPT_ENCODING).is_some_and(|accepted| *accepted == "gzip")
    }

    /// Returns the encoding of a response.
    ///
    /// # Errors
    ///
    /// Fails if it is one that the request does not accept.
    pub fn of_response(
        response: &HeaderMap,
        accepts_gzip: bool,
    ) -> Result<Self, UnrequestedEncoding> {
        let encoding = response.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_vec());
        let encoding = String::from_utf8_lossy(&encoding.unwrap_or_default()).trim().to_lowercase();
        match encoding.as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" if accepts_gzip => Ok(Self::Gzip),
            _ => Err(UnrequestedEncoding(encoding)),
        }
    }
}

/// The error of a response whose body has an encoding that was not requested.
#[derive(Debug)]
pub struct UnrequestedEncoding(String);

impl fmt::Display for UnrequestedEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the response has Content-Encoding {:?}, which was not requested", self.0)
    }
}

impl Error for UnrequestedEncoding {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_must_be_one_that_was_requested() {
        let of = |encoding: &'static str, accepts_gzip| {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, encoding.parse().unwrap())]);
            Encoding::of_response(&headers, accepts_gzip).ok()
        };
        assert_eq!(Encoding::of_response(&HeaderMap::new(), false).ok(), Some(Encoding::Identity));
        assert_eq!(of("identity", false), Some(Encoding::Identity));
        assert_eq!((of("gzip", false), of("GZIP", true)), (None, Some(Encoding::Gzip)));
        assert_eq!(of("br", true), None);
    }
}
