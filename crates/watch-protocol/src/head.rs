//! The parts of an HTTP response head that the protocol needs: status, Retry-After, content type and
//! location.

use std::time::{Duration, SystemTime};

use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};

use crate::location::without_secrets;
use crate::wire::Wire;

/// The head of a response, as far as the protocol needs it.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The HTTP status.
    pub status: StatusCode,
    /// How long the server asks to wait before a retry.
    pub retry_after: Option<Duration>,
    /// The `Content-Type`.
    pub content_type: Option<String>,
    /// Where a redirect leads to, without what may be confidential.
    pub location: Option<String>,
}

impl Head {
    /// Reads the head of a response. `now` is what a date in `Retry-After` is compared with.
    pub fn from_response<B>(response: &Response<B>, now: SystemTime) -> Self {
        let headers = response.headers();
        let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
        Self {
            status: response.status(),
            retry_after: retry_after(headers, now),
            content_type: text(CONTENT_TYPE).map(|text| text.chars().take(100).collect()),
            location: text(LOCATION).and_then(without_secrets),
        }
    }

    /// Whether the body is a page for a browser. No API server sends one with a success.
    pub(crate) fn is_html(&self) -> bool {
        self.content_type.as_deref().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text.starts_with("text/html") || text.starts_with("application/xhtml")
        })
    }

    /// Returns the encoding of the body.
    pub(crate) fn wire(&self) -> Wire {
        Wire::of_content_type(self.content_type.as_deref())
    }

    /// Whether the body is an API's, as far as the head says. Some servers send no content type.
    pub(crate) fn may_be_of_an_api(&self) -> bool {
        self.wire() == Wire::Protobuf || self.may_be_json()
    }

    fn may_be_json(&self) -> bool {
        self.content_type.as_deref().is_none_or(|text| text.to_ascii_lowercase().contains("json"))
    }
}

/// Parses `Retry-After`, in seconds or as an HTTP date (RFC 9110, section 10.2.3), which is compared with `now`.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        // Capped at a century, so that adding it to the current time cannot overflow.
        return Some(Duration::from_secs(seconds.min(u32::MAX.into())));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        // Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example.
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn retry_after_is_parsed_as_seconds_and_as_date() {
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_mins(1)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn location_is_shown_without_secrets() {
        let location = |text: &str| {
            let response = Response::builder().status(302).header(LOCATION, text).body(()).unwrap();
            Head::from_response(&response, SystemTime::UNIX_EPOCH).location
        };
        assert_eq!(
            location("https://u:SECRET@login.example:8443/oauth?state=SECRET#SECRET").as_deref(),
            Some("https://login.example:8443/oauth")
        );
        assert_eq!(location("/login?next=SECRET").as_deref(), Some("/login"));
        assert_eq!(location("https://u:SEC/RET@login.example"), None);
    }

    #[test]
    fn content_type_tells_json_from_html() {
        let head = |text: &str| Head { content_type: Some(text.to_owned()), ..Head::default() };
        for (text, json, html) in [
            ("application/json", true, false),
            ("application/json;stream=watch", true, false),
            ("Text/HTML; charset=utf-8", false, true),
            ("text/plain", false, false),
        ] {
            assert_eq!((head(text).may_be_json(), head(text).is_html()), (json, html), "{text}");
        }
        assert!(Head::default().may_be_json());
    }

    #[test]
    fn huge_retry_after_is_capped() {
        let ages = Duration::from_secs(u32::MAX.into());
        assert_eq!(read("18446744073709551615"), Some(ages));
        assert!(std::time::Instant::now().checked_add(ages).is_some());
    }
}
