//! `cargo xtask bench outage`: from a server's return to the first event, after it was away for 10 s.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Turn};
use super::report::{Case, Target};
use crate::error::Result;

/// An outage is over once: so each side runs once, with a server a watcher.
pub(super) const ROUNDS: u16 = 1;
const WATCHERS: &str = "20";
/// The median, in seconds.
const LIVE_AGAIN: f64 = 2.0;

pub(super) fn outage(programs: &Programs, _: Effort) -> Result<Vec<Case>> {
    let args = ["outage", "--count", WATCHERS];
    let lags = [OURS, PEER].map(|program| {
        let server =
            programs.serve(&["--objects", "1", "--servers", WATCHERS, "--outage", "10"])?;
        eprintln!("{program}: {WATCHERS} servers go away for 10 s");
        programs.run(&server, Turn::new(program, &args))
    });
    let [ours, peer] = lags;
    let (ours, peer) = (ours?, peer?);
    let case = |what: &str, figure| {
        let name = format!("live again after 10 s, {what} of {WATCHERS}");
        Ok(Case::new(name, "s", ours.get(figure)?, peer.get(figure)?))
    };
    Ok(vec![
        case("median", "median_s")?.aiming(Target::Ours(LIVE_AGAIN)),
        case("worst", "worst_s")?,
    ])
}
