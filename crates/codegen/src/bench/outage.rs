//! `cargo xtask bench outage`: time from a server's return after 10 s to the first event.

use super::effort::Effort;
use super::programs::{OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// Each side runs once, with one server per watcher.
pub(super) const ROUNDS: u16 = 1;
const WATCHERS: &str = "20";
/// The target for the median, in seconds.
const LIVE_AGAIN: f64 = 2.0;

pub(super) fn outage(programs: &Programs, _: Effort) -> Result<Vec<Case>> {
    let args = ["outage", "--count", WATCHERS];
    let lags = [OURS, PEER].map(|program| {
        let server =
            programs.serve(&["--objects", "1", "--servers", WATCHERS, "--outage", "10"])?;
        eprintln!("{program}: {WATCHERS} servers refuse connections for 10 s");
        programs.run(&server, Run::new(program, &args))
    });
    let [ours, peer] = lags;
    let (ours, peer) = (ours?, peer?);
    let case = |what: &str, figure| {
        let name = format!("live again after 10 s, {what} of {WATCHERS}");
        ours.beside(&peer, figure, name, "s")
    };
    Ok(vec![
        case("median", "median_s")?.with_target(Target::Ours(LIVE_AGAIN)),
        case("worst", "worst_s")?,
    ])
}
