//! The pages of a list: what follows each of them, and when the list starts over.

use std::time::{Duration, Instant};

use crate::error::Kind;
use crate::event::Origin;
use crate::list_body::PageMetadata;
use crate::machine::core::Machine;
use crate::machine::failure_policy::Wait;
use crate::machine::injected_bug::InjectedBug;
use crate::machine::state::State;
use crate::status::Cause;

/// After so many failures of a page in a row, the list starts over.
const PAGE_FAILURES: u32 = 3;
/// After so many pages in a row without anything new, the list slows down: servers that filter what they have paged
/// send many, and those that disregard the token send them for ever.
const EMPTY_PAGES: u32 = 10;
/// The wait before the next page then.
const EMPTY_PAGE_WAIT: Duration = Duration::from_millis(200);

impl Machine {
    /// A page of a list is complete.
    pub(super) fn page_complete(&mut self, page: PageMetadata, now: Instant) {
        if page.version.is_none() && self.watcher_state.index.is_none() {
            // Without an index there is nothing to compare such lists with.
            return self.end_with(Kind::malformed(
                "a list without a resourceVersion",
                "metadata.resourceVersion is absent, and gaps are not repaired",
            ));
        }
        self.state = State::Ready;
        let known = self.known_objects();
        let Some(relist) = &mut self.relist else { return };
        relist.pages += 1;
        relist.page_failures = 0;
        let has_news = std::mem::replace(&mut relist.known, known) != known;
        relist.empty_pages = if has_news { 0 } else { relist.empty_pages + 1 };
        if relist.pages > relist.pages_before || page.continue_token.is_none() {
            self.failures.recovered();
        }
        relist.remaining = page.remaining.or(page.continue_token.is_none().then_some(0));
        let repeated =
            page.continue_token.as_ref().is_some_and(|token| !relist.seen_tokens.insert(token));
        if repeated {
            return self.continue_token_repeated(now);
        }
        relist.continue_token = page.continue_token;
        if relist.continue_token.is_none() {
            self.list_complete(page.version);
        } else if relist.empty_pages > EMPTY_PAGES {
            self.sleep(EMPTY_PAGE_WAIT, Cause::Malformed);
        }
    }

    /// Returns how many objects the list has had, of which repeated ones count once if they can be told.
    fn known_objects(&self) -> u64 {
        let Some(relist) = &self.relist else { return 0 };
        match &self.watcher_state.index {
            Some(index) if relist.origin == Origin::Initial => {
                index.len() as u64 + relist.of_other_shards
            }
            _ => relist.done,
        }
    }

    /// The pages lead around in a circle: the list starts over after a wait, and delivers nothing twice.
    fn continue_token_repeated(&mut self, now: Instant) {
        self.restart_pages();
        let what = "a list whose continue tokens repeat";
        let kind = Kind::malformed(what, "they lead to pages that were received before");
        self.wait_out(kind, Cause::Malformed, Wait::Rejected(None), now);
    }

    /// A request failed, perhaps that of a page. If a page fails again and again, its token may be the reason.
    pub(super) fn page_failed(&mut self) {
        let is_endless = self.has_bug(InjectedBug::RetryPagesForever);
        let Some(relist) = &mut self.relist else { return };
        if relist.continue_token.is_some() {
            relist.page_failures += 1;
            if relist.page_failures >= PAGE_FAILURES && !is_endless {
                self.restart_pages();
            }
        }
    }

    /// Restarts a paged list from its first page.
    pub(super) fn restart_pages(&mut self) {
        if let Some(relist) = &self.relist
            && relist.continue_token.is_some()
        {
            let origin = relist.origin;
            self.start_relist(origin, false);
        }
    }
}
