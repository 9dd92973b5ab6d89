//! What goes wrong, and what is done about it: wait and ask again, take the state anew, or end.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::error::{Kind, Source};
use crate::protocol::event::Origin;
use crate::protocol::head::Head;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::failure_history::TOO_LARGE_LIMIT;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// A watch that ends sooner did not time out: without a wait, restarting it would be a busy loop.
const VERY_SHORT_WATCH: Duration = Duration::from_millis(500);
/// For so long a server that accepted a request before may refuse the same: after a restart an API
/// server knows neither all users' rights nor all custom resources at once.
const REJECTION_GRACE: Duration = Duration::from_secs(10);
/// The same for a token that it takes for expired: kube-client keeps what it reads from a token's file
/// for up to a minute, also where the file has a newer one.
const TOKEN_GRACE: Duration = Duration::from_secs(70);

impl Machine {
    /// The watch ended as it should.
    pub(super) fn watch_timed_out(&mut self, since: Instant, now: Instant) {
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

    /// The answer broke off, or is taken to have.
    pub(super) fn disconnected(&mut self, cause: Cause, kind: Kind, now: Instant) {
        if let State::Watching { since, .. } = &self.state {
            self.backoff.connection_lasted(now - *since);
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

    /// A line was not what a watch sends. Once it may be the network; the same again is no accident.
    pub(super) fn malformed_line(&mut self, source: Source) {
        if self.is_managed() && !std::mem::replace(&mut self.failures.last_was_malformed, true) {
            self.fall_back_to_paged_list();
            self.back_off_after_disconnect(Cause::Malformed);
        } else {
            self.end_with(Kind::malformed("a line that is no watch event", source));
        }
    }

    pub(super) fn request_rejected(&mut self, head: Head, body: &Bytes, now: Instant) {
        let status = ApiStatus::from_body(head.status, body);
        let asked = head.retry_after.or(asked(&status));
        if std::mem::take(&mut self.probing_version) {
            self.failures.version_confirmed();
            return self.back_off(asked, Cause::Rejected(status.code));
        }
        if self.requests_list() && status.is_gone() {
            self.handle_expired_continue_token(status);
        } else {
            self.handle_error_status(status, asked, Kind::Rejected, now);
        }
    }

    pub(super) fn error_event(&mut self, status: ApiStatus, since: Instant, now: Instant) {
        self.backoff.connection_lasted(now - since);
        let asked = asked(&status);
        self.handle_error_status(status, asked, Kind::ErrorEvent, now);
    }

    /// The server said no.
    fn handle_error_status(
        &mut self,
        status: ApiStatus,
        asked: Option<Duration>,
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
            self.back_off(asked, Cause::Rejected(status.code));
            // Whether it is only behind, it can be asked.
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
            return self.back_off(asked, Cause::Rejected(status.code));
        }
        self.end_with(kind(status));
    }

    fn is_in_grace_period(&mut self, status: &ApiStatus, now: Instant) -> bool {
        let grace = if status.code == 401 { TOKEN_GRACE } else { REJECTION_GRACE };
        self.failures.accepted_before
            && matches!(status.code, 401 | 403 | 404 | 500)
            && now - *self.failures.rejected_since.get_or_insert(now) < grace
    }

    /// The server no longer has what comes after the version.
    fn handle_gone(&mut self, status: ApiStatus, kind: fn(ApiStatus) -> Kind) {
        if self.requests_oldest_event {
            self.retry_or_back_off(Cause::Gone);
            match status.oldest_version() {
                // By now it may have forgotten more than it said it had.
                Some(oldest) if self.version.as_deref() != Some(oldest) => {
                    self.version = Some(oldest.to_owned());
                }
                // It only says that there is no such history: there is nothing to go on from.
                _ => {
                    self.watcher_state.oldest_version_unknown = true;
                    self.version = None;
                    self.repair_gap();
                }
            }
            return;
        }
        if self.watcher_state.index.is_none() {
            return self.end_with(kind(status));
        }
        self.retry_or_back_off(Cause::Gone);
        self.repair_gap();
    }

    /// Pages are of one state, which the server no longer has.
    fn handle_expired_continue_token(&mut self, status: ApiStatus) {
        if self.watcher_state.index.is_none() {
            return self.end_with(Kind::PagesExpired(status));
        }
        self.retry_or_back_off(Cause::Gone);
        if let Some(relist) = &self.relist {
            let origin = relist.origin;
            self.start_relist(origin, false);
        }
    }

    /// A 410 is no reason to wait; one after another is.
    pub(super) fn retry_or_back_off(&mut self, cause: Cause) {
        if std::mem::replace(&mut self.failures.last_was_gone, true) {
            self.back_off(None, cause);
        } else {
            self.restart_cause = Some(cause);
            self.state = State::Ready;
        }
    }

    /// What happened since the version is found out by comparison.
    pub(super) fn repair_gap(&mut self) {
        // Without a version nothing was told in whole. Where one was given, what the consumer knows is not
        // known, but it is no beginning.
        let origin = if self.version.is_some() { Origin::Repair } else { Origin::Initial };
        let streaming = self.uses_streaming_list();
        self.start_relist(origin, streaming);
    }

    /// The server has shown that it streams no state: from now on it is listed.
    pub(super) fn streaming_list_unsupported(&mut self) {
        self.watcher_state.streaming_list_unsupported = true;
        self.restart_cause = Some(Cause::StreamingListUnsupported);
        self.state = State::Ready;
        self.fall_back_to_paged_list();
    }

    /// A streamed state that broke off is taken as a list, whatever the cause.
    fn fall_back_to_paged_list(&mut self) {
        if let Some(relist) = &self.relist
            && relist.streaming
            && relist.completed_at.is_none()
        {
            let origin = relist.origin;
            self.start_relist(origin, false);
        }
    }

    pub(super) fn back_off(&mut self, asked: Option<Duration>, cause: Cause) {
        let wait = self.backoff.next(asked, &mut self.rng);
        self.state = State::BackingOff { wait, cause, reported: false };
        self.restart_cause = Some(cause);
    }

    pub(super) fn back_off_after_disconnect(&mut self, cause: Cause) {
        let wait = self.backoff.next_after_disconnect(&mut self.rng);
        self.restart_cause = Some(cause);
        self.state = State::BackingOff { wait, cause, reported: false };
    }
}

fn asked(status: &ApiStatus) -> Option<Duration> {
    status.details.retry_after_seconds.map(|seconds| Duration::from_secs(seconds.into()))
}

/// Whether the server may well answer otherwise a little later.
fn is_transient(status: &ApiStatus) -> bool {
    let transient = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    transient.iter().any(|t| t.as_u16() == status.code)
}
