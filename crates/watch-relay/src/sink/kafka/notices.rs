//! What librdkafka reports beside the outcomes of records: brokers that are away, logins that fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::sync::Notify;

/// What was reported, shared with librdkafka's threads.
#[derive(Clone, Debug, Default)]
pub(super) struct Notices(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    is_stuck: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// What was reported last, with the mend.
    last: Option<String>,
    /// Whether nothing will be acknowledged until that has ended, and nobody was told yet.
    is_stuck: bool,
    /// Whether only another client may succeed.
    is_over: bool,
}

impl Notices {
    /// Resolves, once for each outage, as soon as no broker can be used.
    ///
    /// # Cancel safety
    ///
    /// What was not returned is returned by the next call.
    pub(super) async fn stuck(&self) {
        loop {
            let notified = self.0.is_stuck.notified();
            if std::mem::take(&mut self.state().is_stuck) {
                return;
            }
            notified.await;
        }
    }

    /// Returns what was reported last, if nothing has succeeded since.
    pub(super) fn last(&self) -> Option<String> {
        self.state().last.clone()
    }

    /// Returns whether only another client may succeed: its files may have to be read again.
    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Records that a broker has answered.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        (state.last, state.is_stuck) = (None, false);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Its fields are valid after each statement.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Notices {
    fn log(&self, level: RDKafkaLogLevel, fac: &str, message: &str) {
        tracing::debug!(?level, fac, "{message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        let mut state = self.state();
        let mend = match code {
            // Its reason is only a number of brokers.
            Some(RDKafkaErrorCode::AllBrokersDown) => {
                state.is_stuck = true;
                None
            }
            Some(
                RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::SaslAuthenticationFailed
                | RDKafkaErrorCode::UnsupportedSASLMechanism,
            ) => Some(": check `credentials`"),
            Some(RDKafkaErrorCode::SSL) => Some(": check `tls`"),
            Some(RDKafkaErrorCode::ClusterAuthorizationFailed) => Some(
                ": brokers before Kafka 2.8 allow idempotent producers only with the operation IdempotentWrite on the cluster",
            ),
            // What has a mend is not replaced by what follows from it.
            _ if state.is_over => None,
            _ => {
                state.last = Some(reason.to_owned());
                None
            }
        };
        if let Some(mend) = mend {
            state.last = Some(format!("{reason}{mend}"));
            (state.is_stuck, state.is_over) = (true, true);
        }
        let is_stuck = state.is_stuck;
        drop(state);
        if is_stuck {
            self.0.is_stuck.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn report(notices: &Notices, code: RDKafkaErrorCode, reason: &str) {
        notices.error(KafkaError::Global(code), reason);
    }

    #[test]
    fn outage_is_told_once_with_its_reason() {
        let notices = Notices::default();
        report(&notices, RDKafkaErrorCode::BrokerTransportFailure, "h: refused");
        assert_eq!(notices.stuck().now_or_never(), None, "another broker may be there");
        report(&notices, RDKafkaErrorCode::AllBrokersDown, "1/1 brokers are down");
        assert_eq!(notices.stuck().now_or_never(), Some(()));
        assert_eq!(notices.stuck().now_or_never(), None);
        assert_eq!((notices.last().as_deref(), notices.is_over()), (Some("h: refused"), false));
        notices.succeeded();
        assert_eq!(notices.last(), None);
    }

    #[test]
    fn failed_login_needs_another_client() {
        let notices = Notices::default();
        report(&notices, RDKafkaErrorCode::Authentication, "h: no");
        assert_eq!(notices.stuck().now_or_never(), Some(()));
        report(&notices, RDKafkaErrorCode::BrokerTransportFailure, "h: disconnected");
        assert_eq!(notices.last().as_deref(), Some("h: no: check `credentials`"));
        assert!(notices.is_over());
    }
}
