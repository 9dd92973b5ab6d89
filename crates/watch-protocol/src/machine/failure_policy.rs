//! The policy on failure: what ends a stream, what it waits out, and for how long.
//!
//! | failure of a managed stream | before the first success | after it |
//! |---|---|---|
//! | HTTP 408, 421, 425, 429, 5xx | waits | waits |
//! | HTTP 3xx and other 4xx | ends | waits |
//! | 404 of the resource itself | ends; waits with `wait_for_resource` | ends after 10 s; waits with `wait_for_resource` |
//! | ERROR event, with any code or none | waits | waits |
//! | HTML, or anything else that is not an API's | ends | waits |
//! | no connection, or no response | ends, unless the server has responded before | waits |
//! | connection broken or idle, truncated response | waits | waits |
//!
//! - A success is a response of 200 that may be JSON. For a response that is not an API's, it is a
//!   complete item or page of a list, an event, or an accepted watch.
//! - A wait is random up to a bound that doubles with each failure (`backoff`), and at least
//!   `Retry-After`, of which five minutes count.
//! - With `give_up_after`, a stream that has failed for that long ends with the last error. It has
//!   failed since the first failure after an event, a page, or a connection that lasted for 10 s. A page
//!   that an earlier attempt at the same list received does not count.
//! - A 410 is no failure but a gap, which is repaired (`gone`). Neither is a watch that ends
//!   at its timeout. A watch whose version is rejected a few times is followed by a list (`hidden_gap`).
//! - An unmanaged stream ends at every failure.

use std::time::{Duration, Instant};

use crate::api_status::ApiStatus;
use crate::error::Kind;
use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::status::Cause;

/// How long a server that accepted requests may lack the resource before the stream ends. After a
/// restart, an API server does not know all custom resources at once.
const MISSING_RESOURCE_GRACE: Duration = Duration::from_secs(10);

/// How long to wait before the next request.
#[derive(Clone, Copy)]
pub(super) enum Wait {
    /// After a connection broke or could not be made.
    Disconnected,
    /// After the server responded, perhaps with a `Retry-After`.
    Rejected(Option<Duration>),
}

impl Machine {
    /// Waits before the next request, or ends the stream if it is unmanaged or has failed for too
    /// long.
    pub(super) fn wait_out(&mut self, kind: Kind, cause: Cause, wait: Wait, now: Instant) {
        if !self.is_managed() {
            return self.end_with(kind);
        }
        self.page_failed();
        let since = self.failures.failed(cause, now);
        let left = self
            .requests
            .give_up_after()
            .map(|limit| limit.saturating_sub(now.saturating_duration_since(since)));
        if left.is_some_and(|left| left.is_zero()) {
            return self.end_with(kind);
        }
        match wait {
            Wait::Disconnected => self.back_off_after_disconnect(cause),
            Wait::Rejected(retry_after) => self.back_off(retry_after, cause),
        }
        if let (Some(left), State::BackingOff { wait, .. }) = (left, &mut self.state)
            && *wait > left
        {
            *wait = left;
            self.failures.gives_up_with = Some(kind);
        }
    }

    /// Whether the stream ends because of this status: a person has to act, or the resource is
    /// gone.
    pub(super) fn ends_stream(&mut self, status: &ApiStatus, now: Instant) -> bool {
        let is_missing = status.code == 404 && !status.is_about_a_namespace();
        if is_missing && self.requests.waits_for_resource() {
            return false;
        }
        if self.has_bug(InjectedBug::EndOnServerErrors) && status.code >= 500 {
            return true;
        }
        if !self.failures.accepted_before {
            return !may_pass(status.code);
        }
        if !(is_missing && says_resource_is_missing(status)) {
            self.failures.missing_since = None;
            return false;
        }
        let since = *self.failures.missing_since.get_or_insert(now);
        now.saturating_duration_since(since) >= MISSING_RESOURCE_GRACE
    }
}

/// Whether a later request may succeed though nobody does anything about it.
pub(super) fn may_pass(code: u16) -> bool {
    matches!(code, 408 | 421 | 425 | 429 | 500..)
}

/// Whether a server rejects a streaming list because it does not support them.
pub(super) fn rejects_streaming_list(code: u16) -> bool {
    !matches!(code, 300..=399 | 401 | 403 | 404) && (!may_pass(code) || matches!(code, 500 | 501))
}

/// Whether a server may have rejected a watch because of the version that it starts after.
pub(super) fn may_be_about_the_version(status: &ApiStatus) -> bool {
    let names_it = || {
        let message = status.message.to_ascii_lowercase();
        message.contains("resource version") || message.contains("resourceversion")
    };
    matches!(status.code, 400 | 422) || (!status.is_too_large_version() && names_it())
}

/// Whether a 404 is an API server's: one from a proxy does not tell whether the resource exists.
fn says_resource_is_missing(status: &ApiStatus) -> bool {
    status.reason == "NotFound" || status.message.starts_with("404 page not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_that_may_pass_are_told_from_those_to_act_on() {
        for code in [408, 421, 425, 429, 500, 501, 502, 503, 504, 520, 530, 599] {
            assert!(may_pass(code), "{code}");
        }
        for code in [302, 307, 400, 401, 403, 404, 405, 406, 409, 422, 451] {
            assert!(!may_pass(code), "{code}");
        }
    }

    #[test]
    fn version_may_be_rejected_with_any_code_that_names_it() {
        let about = |code, message: &str| {
            let message = message.to_owned();
            may_be_about_the_version(&ApiStatus { message, code, ..ApiStatus::default() })
        };
        assert!(about(400, "") && about(422, "no reason given"));
        assert!(about(500, "invalid resource version: strconv.ParseUint"));
        assert!(about(500, "metadata.resourceVersion: Invalid value: \"x\""));
        assert!(!about(500, "etcd is away") && !about(403, "pods is forbidden"));
        assert!(!about(504, "Too large resource version: 7, current: 5"));
    }

    #[test]
    fn only_an_api_servers_404_says_that_the_resource_is_missing() {
        let status = |reason: &str, message: &str| ApiStatus {
            code: 404,
            reason: reason.to_owned(),
            message: message.to_owned(),
            ..ApiStatus::default()
        };
        assert!(says_resource_is_missing(&status("NotFound", "the server could not find it")));
        assert!(says_resource_is_missing(&status("", "404 page not found")));
        for message in ["default backend - 404", "<html><h1>Not found</h1>", "Not Found"] {
            assert!(!says_resource_is_missing(&status("", message)), "{message}");
        }
    }
}
