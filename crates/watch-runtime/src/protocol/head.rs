//! The parts of an HTTP response head that the protocol needs: status and Retry-After.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};

/// The head of a response, as far as the protocol needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    /// How long the server asks to wait before a retry.
    pub(crate) retry_after: Option<Duration>,
}

impl Head {
    pub(crate) fn from_response<B>(response: &Response<B>, now: SystemTime) -> Self {
        Self { status: response.status(), retry_after: retry_after(response.headers(), now) }
    }
}

/// Parses `Retry-After`, in seconds or as an HTTP date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
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
    fn huge_retry_after_is_capped() {
        let ages = Duration::from_secs(u32::MAX.into());
        assert_eq!(read("18446744073709551615"), Some(ages));
        assert!(std::time::Instant::now().checked_add(ages).is_some());
    }
}
