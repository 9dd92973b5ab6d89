//! Failures, and what follows from each: back off and retry, relist, or end the stream.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::error::{Kind, Source};
use crate::protocol::head::Head;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::failure_history::TOO_LARGE_LIMIT;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// A watch that ends sooner did not time out. Restarting it without a wait would be a busy loop.
const VERY_SHORT_WATCH: Duration = Duration::from_millis(500);
/// How long a server that accepted requests may reject the same ones before the stream ends. After
/// a restart an API server does not know all users' rights and all custom resources at once.
const REJECTION_GRACE: Duration = Duration::from_secs(10);
/// The same for 401, an expired token. kube-client caches what it reads from a token file for up to
/// a minute, even if the file holds a newer one.
const TOKEN_GRACE: Duration = Duration::from_secs(70);

impl Machine {
    /// The watch ended at its timeout.
    pub(super) fn watch_ended(&mut self, since: Instant, now: Instant) {
        if self.requests.options().quit_on_timeout {
            self.state = State::Ended(None);
        } else if now - since < VERY_SHORT_WATCH {
            self.back_off_after_disconnect(Cause::Disconnected);
        } else {
            self.backoff.reset();
            self.restart_cause = Some(Cause::Timeout);
            self.state = State::Ready;
        }
        self.fall_back_to_paged_list();
    }

    /// The connection broke, or was idle for too long.
    pub(super) fn disconnected(&mut self, cause: Cause, kind: Kind, now: Instant) {
        if let State::Watching { since, .. } = &self.state {
            self.backoff.reset_if_healthy(now - *since);
        }
        if self.has_bug(InjectedBug::ResetBackoffTooEarly) {
            self.backoff.reset();
        }
        if !self.is_managed() || (cause == Cause::IdleTimeout && !self.failures.accepted_before) {
            return self.end_with(kind);
        }
        let probed = std::mem::take(&mut self.probing_version);
        self.probing_version =
            cause == Cause::IdleTimeout && !probed && self.should_probe_version();
        if !self.probing_version {
            self.failures.connection_lost();
        }
        self.fall_back_to_paged_list();
        self.back_off_after_disconnect(cause);
    }

    /// A line is not a watch event. The first time it may be a network fault and is retried; a
    /// second one in a row ends the stream.
    pub(super) fn malformed_line(&mut self, source: Source) {
        if self.is_managed() && !std::mem::replace(&mut self.failures.last_was_malformed, true) {
            self.fall_back_to_paged_list();
            self.back_off_after_disconnect(Cause::Malformed);
        } else {
            self.end_with(Kind::malformed("a line that is not a watch event", source));
        }
    }

    pub(super) fn request_rejected(&mut self, head: Head, body: &Bytes, now: Instant) {
        let status = ApiStatus::from_body(head.status, body);
        let retry_after = head.retry_after.or(retry_after_in(&status));
        if std::mem::take(&mut self.probing_version) {
            self.failures.version_confirmed();
            return self.back_off(retry_after, Cause::Rejected(status.code));
        }
        if self.requests_list() && status.is_gone() {
            self.handle_expired_continue_token(status);
        } else {
            self.handle_error_status(status, retry_after, Kind::Rejected, now);
        }
    }

    pub(super) fn error_event(&mut self, status: ApiStatus, since: Instant, now: Instant) {
        self.backoff.reset_if_healthy(now - since);
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
        if is_transient(&status) {
            if status.is_too_large_version() {
                self.failures.too_large_versions += 1;
            }
            self.back_off(retry_after, Cause::Rejected(status.code));
            // The server may merely be behind; a version probe finds out.
            self.probing_version = self.failures.too_large_versions >= TOO_LARGE_LIMIT
                && self.relist.is_none()
                && self.version().is_some();
            return;
        }
        let streaming = self.relist.as_ref().is_some_and(|relist| relist.streaming);
        if streaming && !matches!(status.code, 401 | 403 | 404) {
            return self.streaming_list_unsupported();
        }
        if self.is_in_grace_period(&status, now)
            || (status.code == 404
                && self.requests.waits_for_resource()
                && !status.is_about_a_namespace())
        {
            return self.back_off(retry_after, Cause::Rejected(status.code));
        }
        self.end_with(kind(status));
    }

    fn is_in_grace_period(&mut self, status: &ApiStatus, now: Instant) -> bool {
        let grace = if status.code == 401 { TOKEN_GRACE } else { REJECTION_GRACE };
        self.failures.accepted_before
            && matches!(status.code, 401 | 403 | 404 | 500)
            && now - *self.failures.rejected_since.get_or_insert(now) < grace
    }

    pub(super) fn back_off(&mut self, retry_after: Option<Duration>, cause: Cause) {
        let wait = self.backoff.next(retry_after, &mut self.rng);
        self.state = State::BackingOff { wait, cause, reported: false };
        self.restart_cause = Some(cause);
    }

    pub(super) fn back_off_after_disconnect(&mut self, cause: Cause) {
        let wait = self.backoff.next_after_disconnect(&mut self.rng);
        self.restart_cause = Some(cause);
        self.state = State::BackingOff { wait, cause, reported: false };
    }
}

fn retry_after_in(status: &ApiStatus) -> Option<Duration> {
    status.details.retry_after_seconds.map(|seconds| Duration::from_secs(seconds.into()))
}

/// Whether the error is transient: retrying later may succeed.
fn is_transient(status: &ApiStatus) -> bool {
    let transient = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    transient.iter().any(|t| t.as_u16() == status.code)
}
