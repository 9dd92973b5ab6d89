//! How a stream starts: with a list or a watch, from a version or from the oldest event.

use std::collections::VecDeque;

use crate::backoff::Backoff;
use crate::error::WatchError;
use crate::machine::core::Machine;
use crate::machine::failure_history::FailureHistory;
use crate::machine::hidden_gap::HiddenGap;
use crate::machine::state::State;
use crate::machine::table_columns::TableColumns;
use crate::machine::watcher_state::WatcherState;
use crate::request_builder::RequestBuilder;
use crate::response_start::ResponseStart;
use crate::settings::StartFrom;
use crate::status::{Phase, WatchStatus};

/// The oldest version a watch can start from. The server's 410 for it names the oldest it still
/// has.
const OLDEST_VERSION: &str = "1";

impl Machine {
    /// Creates the machine of a new stream that starts from `version`, if there is one.
    /// `watcher_state` carries over what earlier streams of the watcher delivered.
    pub fn new(
        requests: RequestBuilder,
        version: Option<String>,
        watcher_state: &mut WatcherState,
        rng: fastrand::Rng,
    ) -> Self {
        // "0" means any state the server has cached. A watch from it sends ADDED events in no
        // particular order of versions, so none of them is a version to resume from. A list has
        // one.
        let managed = requests.options().manage_resource_version;
        let version = version.filter(|version| !(managed && version == "0"));
        let mut machine = Self {
            state: State::Ready,
            version,
            version_changed: false,
            requests_oldest_event: false,
            relist: None,
            broken_streaming_lists: 0,
            hidden_gap: HiddenGap::default(),
            probing_version: false,
            restart_cause: None,
            columns: TableColumns::default(),
            pending: VecDeque::new(),
            watcher_state: WatcherState::default(),
            watch_timeout: None,
            failures: FailureHistory::default(),
            backoff: Backoff::default(),
            gap_backoff: Backoff::default(),
            response: ResponseStart::default(),
            rng,
            status: WatchStatus { phase: Phase::Connecting, ..WatchStatus::default() },
            #[cfg(feature = "simulation")]
            injected_bug: None,
            #[cfg(feature = "simulation")]
            synced_version: None,
            requests,
        };
        machine.swap_watcher_state(watcher_state);
        if managed && machine.watcher_state.relist_is_due(machine.version.is_some()) {
            machine.repair_gap();
        } else if managed && machine.version.is_none() {
            machine.choose_start();
        }
        machine.swap_watcher_state(watcher_state);
        machine
    }

    /// Creates a machine that only returns `error`.
    pub fn failed(requests: RequestBuilder, error: WatchError) -> Self {
        let rng = fastrand::Rng::with_seed(0);
        let machine = Self::new(requests, None, &mut WatcherState::default(), rng);
        Self { state: State::Ended(Some(error)), relist: None, ..machine }
    }

    fn choose_start(&mut self) {
        match self.requests.start_from() {
            StartFrom::OldestEvent => {
                self.version = Some(OLDEST_VERSION.to_owned());
                self.requests_oldest_event = true;
            }
            StartFrom::CurrentState => self.repair_gap(),
        }
    }
}
