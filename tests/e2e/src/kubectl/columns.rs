//! `watchables watch` beside `kubectl get --watch` on a replay, where ages stand still: the same text, line by line.

use std::path::Path;

use super::program::{Kubectl, Running};
use super::replaying::recording;
use super::serve::Serve;
use crate::report::Outcome;

/// A watch: the arguments of both, those of kubectl alone, those of `watchables` alone, and how many lines there are
/// before anything happens.
struct Case(&'static [&'static str], &'static [&'static str], &'static [&'static str], usize);

const CASES: [Case; 6] = [
    Case(&["pods", "-A"], &[], &["-o", "table"], 2),
    Case(&["pods", "-n", "shop"], &[], &["-o", "table"], 2),
    Case(
        &["pods", "-n", "shop", "-o", "wide", "--show-labels", "-L", "app,example.com/tier"],
        &[],
        &[],
        2,
    ),
    Case(&["pods", "-A", "--no-headers"], &[], &["-o", "table"], 1),
    Case(&["pods", "-A", "--field-selector", "metadata.name=api"], &[], &["-o", "table"], 0),
    Case(&["gateways", "-n", "shop"], &[], &["-o", "table"], 2),
];

/// The lines that follow in each case, one or two for each of the recording's events.
const FOLLOWING: [&[usize]; 6] =
    [&[1, 1, 1], &[1, 1, 1], &[1, 1, 1], &[1, 1, 1], &[2, 1, 0], &[0, 0, 0]];

pub(super) async fn run(program: &Path) -> Outcome {
    let mut server = Serve::replay(&recording()).await?;
    let mut pairs = Vec::new();
    for (Case(both, kubectls, ours, initial), following) in CASES.iter().zip(FOLLOWING) {
        let get = ["get", "-w", "--output-watch-events"];
        let kubectl = Kubectl::new(program, &server);
        let theirs = kubectl.spawn(&[&get[..], both, kubectls].concat())?;
        let ours = server.watch(&[*both, *ours].concat())?;
        let mut pair = Pair { what: both.join(" "), theirs, ours };
        pair.same_lines(*initial).await?;
        pairs.push((pair, following));
    }
    for event in 0..3 {
        server.step().await?;
        for (pair, following) in &mut pairs {
            pair.same_lines(following[event]).await?;
        }
    }
    drop(pairs);
    server.stop().await?;
    Ok(format!("{} watches", CASES.len()))
}

struct Pair {
    what: String,
    theirs: Running,
    ours: Running,
}

impl Pair {
    async fn same_lines(&mut self, count: usize) -> Result<(), crate::report::NotPassed> {
        for _ in 0..count {
            let (theirs, ours) = (self.theirs.line().await?, self.ours.line().await?);
            if theirs != ours {
                let what = &self.what;
                return Err(
                    format!("{what}: kubectl prints {theirs:?}, watchables {ours:?}").into()
                );
            }
        }
        Ok(())
    }
}
