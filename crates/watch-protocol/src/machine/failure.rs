//! The failures that occur, each handed to the policy (`failure_policy`), and the waits.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::api_status::ApiStatus;
use crate::backoff::HEALTHY;
use crate::error::{Kind, Source};
use crate::head::Head;
use crate::machine::core::Machine;
use crate::machine::failure_history::TOO_LARGE_LIMIT;
use crate::machine::failure_policy::{
    Wait, may_be_about_the_version, may_pass, rejects_streaming_list,
};
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::status::Cause;
use crate::wire::Wire;

/// A watch that ends sooner did not time out. Restarting it without a wait would be a busy loop.
const VERY_SHORT_WATCH: Duration = Duration::from_millis(500);
/// After this many failures in a row, a streaming list is replaced with a paged one, each page of
/// which is progress.
const STREAMING_LIST_FAILURES: u32 = 2;

impl Machine {
    /// The watch ended at its timeout.
    pub(super) fn watch_ended(&mut self, since: Instant, now: Instant) {
        self.connection_lasted(now - since);
        if self.requests.options().quit_on_timeout {
            self.state = State::Ended(None);
        } else if now - since < VERY_SHORT_WATCH {
            self.failures.failed(Cause::Disconnected, now);
            self.back_off_after_disconnect(Cause::Disconnected);
        } else {
            self.failures.recovered();
            self.backoff.reset();
            self.restart_cause = Some(Cause::Timeout);
            self.state = State::Ready;
        }
        self.fall_back_to_paged_list();
    }

    /// The connection broke, or was idle for too long.
    pub(super) fn disconnected(&mut self, cause: Cause, kind: Kind, now: Instant) {
        if let State::Watching { since, .. } = &self.state {
            self.connection_lasted(now - *since);
        }
        if self.has_bug(InjectedBug::ResetBackoffTooEarly) {
            self.backoff.reset();
        }
        if !self.is_managed() || (cause == Cause::IdleTimeout && !self.failures.reached_before) {
            return self.end_with(kind);
        }
        let probed = std::mem::take(&mut self.probing_version);
        self.probing_version =
            cause == Cause::IdleTimeout && !probed && self.should_probe_version();
        if !self.probing_version {
            self.failures.connection_lost();
        }
        self.fall_back_to_paged_list();
        self.wait_out(kind, cause, Wait::Disconnected, now);
    }

    /// A line or a frame is not a watch event.
    pub(super) fn malformed_event(&mut self, source: Source, now: Instant) {
        if self.relist.is_none() && self.response.begins_as_announced() {
            // The same event may follow the version each time.
            self.hidden_gap.version_rejected();
        }
        let what = match self.response.wire() {
            Wire::Json => "a line that is not a watch event",
            Wire::Protobuf => "a frame that is not a watch event",
        };
        self.malformed_response(what, source, now);
    }

    /// An error was received as if it were a list.
    pub(super) fn status_instead_of_list(&mut self, status: ApiStatus, now: Instant) {
        if status.code < 300 {
            let source = status.to_string().into();
            return self.malformed_response("something that is not a list", source, now);
        }
        // Its head looked like an acceptance.
        self.failures.accepted_before &= self.failures.understood_before;
        self.status_rejected(status, None, now);
    }

    /// What was received is not what was requested.
    pub(super) fn malformed_response(&mut self, what: &'static str, source: Source, now: Instant) {
        let content = Some(self.response.describe());
        let may_pass = self.failures.understood_before || self.response.is_truncated();
        let is_of_an_api = self.response.begins_as_announced();
        let kind = Kind::Malformed { what, content, source };
        if !self.is_managed() || !may_pass {
            return self.end_with(kind);
        }
        self.fall_back_to_paged_list();
        let cause = if is_of_an_api { Cause::Malformed } else { Cause::UnexpectedContent };
        self.wait_out(kind, cause, Wait::Rejected(None), now);
    }

    /// The body of an HTTP error, or of an HTML page, has ended.
    pub(super) fn request_rejected(&mut self, head: &Head, body: &Bytes, now: Instant) {
        if head.status.is_success() {
            if std::mem::take(&mut self.probing_version) {
                self.failures.version_confirmed();
            }
            let (what, source) = match self.response.wire() {
                Wire::Json => ("a page that is not a list or a watch", "an API server sends JSON"),
                Wire::Protobuf => ("a response in protobuf", "it was requested in JSON"),
            };
            return self.malformed_response(what, source.into(), now);
        }
        let mut status = ApiStatus::from_body(head.status, body);
        if head.status.is_redirection() {
            let to = head.location.as_deref().unwrap_or("another address");
            status.message = format!("redirected to {to}, which is not followed");
        }
        self.status_rejected(status, head.retry_after, now);
    }

    fn status_rejected(&mut self, status: ApiStatus, retry_after: Option<Duration>, now: Instant) {
        let obeyed = !self.has_bug(InjectedBug::IgnoreRetryAfter);
        let retry_after = retry_after.or(retry_after_in(&status)).filter(|_| obeyed);
        if std::mem::take(&mut self.probing_version) {
            self.failures.version_confirmed();
            let cause = Cause::Rejected(status.code);
            return self.wait_out(Kind::Rejected(status), cause, Wait::Rejected(retry_after), now);
        }
        if self.requests_list() && status.is_gone() {
            self.handle_expired_continue_token(status);
        } else {
            self.handle_error_status(status, retry_after, Kind::Rejected, now);
        }
    }

    pub(super) fn error_event(&mut self, status: ApiStatus, since: Instant, now: Instant) {
        self.connection_lasted(now - since);
        let retry_after = retry_after_in(&status);
        self.handle_error_status(status, retry_after, Kind::ErrorEvent, now);
    }

    /// The server answered with an error status, as an HTTP error or as an ERROR event.
    fn handle_error_status(
        &mut self,
        status: ApiStatus,
        retry_after: Option<Duration>,
        kind: fn(ApiStatus) -> Kind,
        now: Instant,
    ) {
        if !self.is_managed() {
            return self.end_with(kind(status));
        }
        if status.is_gone() {
            return self.handle_gone(status, kind);
        }
        let streaming = self.relist.as_ref().is_some_and(|relist| relist.streaming);
        if streaming && rejects_streaming_list(status.code) {
            return self.streaming_list_unsupported();
        }
        let code = status.code;
        if self.ends_stream(&status, now) {
            return self.end_with(kind(status));
        }
        if status.is_too_large_version() {
            self.failures.too_large_versions += 1;
        }
        if self.relist.is_none() && may_be_about_the_version(&status) {
            self.hidden_gap.version_rejected();
        }
        self.wait_out(kind(status), Cause::Rejected(code), Wait::Rejected(retry_after), now);
        if self.backoff.failures() >= STREAMING_LIST_FAILURES {
            self.fall_back_to_paged_list();
        }
        if !may_pass(code) {
            self.restart_pages();
        }
        // The server may merely be behind; a version probe finds out.
        self.probing_version = self.failures.too_large_versions >= TOO_LARGE_LIMIT
            && self.relist.is_none()
            && self.version().is_some();
    }

    /// Takes note of how long a connection lasted. A healthy one ends a period of failures.
    fn connection_lasted(&mut self, time: Duration) {
        self.backoff.reset_if_healthy(time);
        self.gap_backoff.reset_if_healthy(time);
        if time >= HEALTHY {
            self.failures.recovered();
        }
    }

    pub(super) fn back_off(&mut self, retry_after: Option<Duration>, cause: Cause) {
        let wait = self.backoff.next(retry_after, &mut self.rng);
        self.sleep(wait, cause);
    }

    pub(super) fn back_off_after_disconnect(&mut self, cause: Cause) {
        let wait = self.backoff.next_after_disconnect(&mut self.rng);
        self.sleep(wait, cause);
    }

    pub(super) fn sleep(&mut self, wait: Duration, cause: Cause) {
        self.restart_cause = Some(cause);
        self.state = State::BackingOff { wait, cause, reported: false };
    }
}

fn retry_after_in(status: &ApiStatus) -> Option<Duration> {
    status.details.retry_after_seconds.map(|seconds| Duration::from_secs(seconds.into()))
}
