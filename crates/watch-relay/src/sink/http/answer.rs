//! What an answer means.

use std::time::{Duration, SystemTime};

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use watch_protocol::head::retry_after;
use watch_protocol::location::without_secrets;

use crate::sink::SinkError;

/// What became of a request.
#[derive(Debug)]
pub(super) enum Answer {
    Stored,
    /// Its content will never be accepted.
    Refused(String),
    /// It may be accepted later, or when someone has mended something.
    Failed(SinkError),
}

/// How an answer is classified, and by what name its sender is known.
pub(super) struct Classifier<'a> {
    pub(super) name: &'a str,
    pub(super) max_retry_after: Duration,
    pub(super) now: SystemTime,
}

impl Classifier<'_> {
    /// Classifies an answer by its status. `words` are the first ones of its body.
    pub(super) fn classify(&self, status: StatusCode, headers: &HeaderMap, words: &str) -> Answer {
        let colon = if words.is_empty() { "" } else { ": " };
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.and_then(without_secrets);
        let said = format!("{status}{colon}{words}");
        let fail =
            |what: &str| Answer::Failed(SinkError::new(format!("{}: {said}{what}", self.name)));
        match status.as_u16() {
            200..=299 => Answer::Stored,
            300..=399 => fail(&format!(
                ": it redirects{}, which is not followed: change `url`",
                location.map(|url| format!(" to {url}")).unwrap_or_default()
            )),
            400 | 413 | 422 => Answer::Refused(said),
            401 | 403 => fail(": check the token, the headers and the client certificate"),
            404 | 405 | 410 => fail(": check `url`"),
            408 | 425 | 429 | 500..=599 => {
                let error = SinkError::new(format!("{}: {said}", self.name));
                Answer::Failed(match retry_after(headers, self.now) {
                    Some(time) => error.with_retry_after(time.min(self.max_retry_after)),
                    None => error,
                })
            }
            415 => fail(": it does not take this form"),
            _ => fail(""),
        }
    }
}

/// Returns the first words of a body on one line.
pub(super) fn first_words(body: &[u8]) -> String {
    const CHARS: usize = 200;
    let text = String::from_utf8_lossy(body);
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let words: String = text.chars().map(clean).take(4 * CHARS).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(status: u16, headers: &[(&'static str, &'static str)]) -> Answer {
        let classifier = Classifier {
            name: "http://h/",
            max_retry_after: Duration::from_secs(100),
            // Sun, 06 Nov 1994 08:49:37 GMT.
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
        };
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        classifier.classify(StatusCode::from_u16(status).expect("a status"), &headers, "words")
    }

    fn retry_after(text: &'static str) -> Option<Duration> {
        match classify(429, &[("retry-after", text)]) {
            Answer::Failed(error) => error.retry_after(),
            answer => panic!("{answer:?}"),
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_up_to_a_limit() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(retry_after("7"), seconds(7));
        assert_eq!(retry_after("7000"), seconds(100));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:57 GMT"), seconds(20));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:17 GMT"), seconds(0));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn statuses_are_classified() {
        for status in [200, 202, 204] {
            assert!(matches!(classify(status, &[]), Answer::Stored), "{status}");
        }
        for status in [400, 413, 422] {
            assert!(
                matches!(classify(status, &[]), Answer::Refused(why) if why.ends_with(": words"))
            );
        }
        for status in [301, 401, 403, 404, 405, 408, 409, 410, 415, 425, 429, 500, 503] {
            let Answer::Failed(error) = classify(status, &[]) else { panic!("{status}") };
            let start = format!("http://h/: {status} ");
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }

    #[test]
    fn redirect_is_named_without_its_query() {
        let Answer::Failed(error) =
            classify(302, &[("location", "https://u:hunter2@b:8/c?hunter2")])
        else {
            panic!("it is not followed")
        };
        let text = error.to_string();
        assert!(text.contains("to https://b:8/c, which is not followed"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn first_words_are_one_short_line() {
        assert_eq!(first_words(b" a\r\n\x1b b\xff "), "a b\u{fffd}");
        assert_eq!(first_words("ü".repeat(300).as_bytes()), format!("{}…", "ü".repeat(200)));
    }
}
