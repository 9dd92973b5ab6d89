//! What goes wrong, and what is done about it: wait and ask again, take the state anew, or end.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;

use crate::protocol::api_status::ApiStatus;
use crate::protocol::error::{Kind, Source};
use crate::protocol::event::Origin;
use crate::protocol::head::Head;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::failures::TOO_LARGE;
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::State;
use crate::protocol::status::Cause;

/// A watch that ends sooner did not time out: without a wait, restarting it would be a busy loop.
const TOO_SOON: Duration = Duration::from_millis(500);
/// For so long a server that accepted a request before may refuse the same: after a restart an API
/// server knows neither all users' rights nor all custom resources at once.
const GRACE: Duration = Duration::from_secs(10);
/// The same for a token that it takes for expired: kube-client keeps what it reads from a token's file
/// for up to a minute, also where the file has a newer one.
const GRACE_CREDENTIALS: Duration = Duration::from_secs(70);

impl Machine {
    /// The watch ended as it should.
    pub(super) fn timed_out(&mut self, since: Instant, now: Instant) {
        if self.plan.options().quit_on_timeout {
            self.state = State::Ended(None);
        } else if now - since < TOO_SOON {
            self.back_off_unreachable(Cause::Disconnected);
        } else {
            self.backoff.reset();
            self.why = Some(Cause::Timeout);
            self.state = State::Ready;
        }
        self.list_instead();
    }

    /// The answer broke off, or is taken to have.
    pub(super) fn cut(&mut self, cause: Cause, kind: Kind, now: Instant) {
        if let State::Watching { since, .. } = &self.state {
            self.backoff.lasted(now - *since);
        }
        if self.has_bug(InjectedBug::ForgetsFailuresTooEarly) {
            self.backoff.reset();
        }
        if !self.managed() || (cause == Cause::IdleTimeout && !self.failures.accepted) {
            return self.end(kind);
        }
        let probed = std::mem::take(&mut self.probing);
        self.probing = cause == Cause::IdleTimeout && !probed && self.is_to_probe();
        if !self.probing {
            self.failures.lost();
        }
        self.list_instead();
        self.back_off_unreachable(cause);
    }

    /// A line was not what a watch sends. Once it may be the network; the same again is no accident.
    pub(super) fn nonsense(&mut self, source: Source) {
        if self.managed() && !std::mem::replace(&mut self.failures.nonsense, true) {
            self.list_instead();
            self.back_off_unreachable(Cause::Malformed);
        } else {
            self.end(Kind::malformed("a line that is no watch event", source));
        }
    }

    pub(super) fn refused(&mut self, head: Head, body: &Bytes, now: Instant) {
        let status = ApiStatus::from_body(head.status, body);
        let asked = head.retry_after.or(asked(&status));
        if std::mem::take(&mut self.probing) {
            self.failures.confirmed();
            return self.back_off(asked, Cause::Rejected(status.code));
        }
        if self.lists() && status.is_gone() {
            self.pages_expired(status);
        } else {
            self.failed(status, asked, Kind::Rejected, now);
        }
    }

    pub(super) fn error_event(&mut self, status: ApiStatus, since: Instant, now: Instant) {
        self.backoff.lasted(now - since);
        let asked = asked(&status);
        self.failed(status, asked, Kind::ErrorEvent, now);
    }

    /// The server said no.
    fn failed(
        &mut self,
        status: ApiStatus,
        asked: Option<Duration>,
        kind: fn(ApiStatus) -> Kind,
        now: Instant,
    ) {
        if !self.managed() {
            return self.end(kind(status));
        }
        if status.is_gone() {
            return self.gone(status, kind);
        }
        if is_transient(&status) {
            if status.is_too_large_version() {
                self.failures.too_large += 1;
            }
            self.back_off(asked, Cause::Rejected(status.code));
            // Whether it is only behind, it can be asked.
            self.probing = self.failures.too_large >= TOO_LARGE
                && self.taking.is_none()
                && self.version().is_some();
            return;
        }
        let streamed = self.taking.as_ref().is_some_and(|taking| taking.streamed);
        if streamed && !matches!(status.code, 401 | 403 | 404) {
            return self.cannot_stream();
        }
        if self.is_in_grace(&status, now)
            || (status.code == 404
                && self.plan.waits_for_resource()
                && !status.is_about_a_namespace())
        {
            return self.back_off(asked, Cause::Rejected(status.code));
        }
        self.end(kind(status));
    }

    fn is_in_grace(&mut self, status: &ApiStatus, now: Instant) -> bool {
        let grace = if status.code == 401 { GRACE_CREDENTIALS } else { GRACE };
        self.failures.accepted
            && matches!(status.code, 401 | 403 | 404 | 500)
            && now - *self.failures.refusing_since.get_or_insert(now) < grace
    }

    /// The server no longer has what comes after the version.
    fn gone(&mut self, status: ApiStatus, kind: fn(ApiStatus) -> Kind) {
        if self.asks_for_oldest {
            self.again_at_once_or_later(Cause::Gone);
            match status.oldest_version() {
                // By now it may have forgotten more than it said it had.
                Some(oldest) if self.version.as_deref() != Some(oldest) => {
                    self.version = Some(oldest.to_owned());
                }
                // It only says that there is no such history: there is nothing to go on from.
                _ => {
                    self.memory.never_tells_oldest = true;
                    self.version = None;
                    self.repair();
                }
            }
            return;
        }
        if self.memory.index.is_none() {
            return self.end(kind(status));
        }
        self.again_at_once_or_later(Cause::Gone);
        self.repair();
    }

    /// Pages are of one state, which the server no longer has.
    fn pages_expired(&mut self, status: ApiStatus) {
        if self.memory.index.is_none() {
            return self.end(Kind::PagesExpired(status));
        }
        self.again_at_once_or_later(Cause::Gone);
        if let Some(taking) = &self.taking {
            let origin = taking.origin;
            self.take_state(origin, false);
        }
    }

    /// A 410 is no reason to wait; one after another is.
    pub(super) fn again_at_once_or_later(&mut self, cause: Cause) {
        if std::mem::replace(&mut self.failures.gone, true) {
            self.back_off(None, cause);
        } else {
            self.why = Some(cause);
            self.state = State::Ready;
        }
    }

    /// What happened since the version is found out by comparison.
    pub(super) fn repair(&mut self) {
        // Without a version nothing was told in whole. Where one was given, what the consumer knows is not
        // known, but it is no beginning.
        let origin = if self.version.is_some() { Origin::Repair } else { Origin::Initial };
        let streamed = self.streams_state();
        self.take_state(origin, streamed);
    }

    /// The server has shown that it streams no state: from now on it is listed.
    pub(super) fn cannot_stream(&mut self) {
        self.memory.never_streams = true;
        self.why = Some(Cause::StreamingListUnsupported);
        self.state = State::Ready;
        self.list_instead();
    }

    /// A streamed state that broke off is taken as a list, whatever the cause.
    fn list_instead(&mut self) {
        if let Some(taking) = &self.taking
            && taking.streamed
            && taking.complete.is_none()
        {
            let origin = taking.origin;
            self.take_state(origin, false);
        }
    }

    pub(super) fn back_off(&mut self, asked: Option<Duration>, cause: Cause) {
        let wait = self.backoff.next(asked, &mut self.rng);
        self.state = State::BackingOff { wait, cause, told: false };
        self.why = Some(cause);
    }

    pub(super) fn back_off_unreachable(&mut self, cause: Cause) {
        let wait = self.backoff.next_unreachable(&mut self.rng);
        self.why = Some(cause);
        self.state = State::BackingOff { wait, cause, told: false };
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
