//! Shows clusters, as they are and as they change.

mod clusters;
mod remarks;
mod server_columns;
mod sources;
mod watched;
mod watching;

use std::sync::Arc;

use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use watch_terminal::{Action, Setup};
use watchables::{MultiplexingWatcher, StreamOptions};

use super::screen::{Screen, Woken};
use super::write;
use crate::args::TopArgs;
use crate::failure;

use clusters::Clusters;
use remarks::Remarks;
use watched::Failures;
use watching::{Added, Watching};

/// How many events are applied before the keys are looked at again.
const BATCH: usize = 256;

/// Shows clusters until the user ends it.
///
/// # Errors
///
/// If no cluster can be reached, a resource is unknown or cannot be watched, or all watches have failed.
pub(super) async fn show(args: &TopArgs) -> anyhow::Result<()> {
    let clusters = Clusters::connect(args).await?;
    let failures = Failures::default();
    let mux = failures.note(MultiplexingWatcher::new());
    let mut watching = Watching::new(&mux, args);
    let mut setup = Added::default();
    for found in clusters.found {
        setup.extend(watching.add(found));
    }
    let mut screen = Screen::open(Setup {
        source: setup.clusters.join(", "),
        kinds: setup.kinds,
        clusters: setup.clusters,
        watches: setup.watches,
        theme: super::theme(args.watched.color),
        history_bytes: super::bytes(args.history),
    })?;
    let mut remarks = Remarks::default();
    let mut retries = FuturesUnordered::new();
    for absent in clusters.absent {
        remarks.absent.insert(Arc::clone(&absent.label), absent.cause.clone());
        retries.push(absent.try_again(args));
    }
    screen.app.set_remark(remarks.line());
    let missing = remarks::missing(watching.clients(), args.watched.namespaces().to_vec());
    let mut missing = std::pin::pin!(missing);
    let mut events = mux.stream(StreamOptions::managed());
    loop {
        let now = screen.now();
        tokio::select! {
            biased;
            woken = screen.next(now) => match woken {
                Woken::Gone => return Ok(()),
                Woken::Input(input) => match screen.take(input, now)? {
                    Some(Action::Quit) => return Ok(()),
                    Some(Action::Write(file)) => {
                        let Watching { resources, names, .. } = &watching;
                        let said = write::write(&screen.app, resources, names, &file, now.time);
                        screen.app.say(said, now);
                    }
                    _ => {}
                },
                Woken::Due => {
                    let now = screen.now();
                    for (place, watch) in watching.watches.iter_mut().enumerate() {
                        if let Some(state) = watch.state(&failures, &screen) {
                            screen.app.set_watch(place, state, now);
                        }
                    }
                    screen.draw(now)?;
                }
            },
            Some(missing) = missing.next() => {
                remarks.missing = missing;
                screen.app.set_remark(remarks.line());
            }
            Some((absent, found)) = retries.next() => {
                let label = Arc::clone(&absent.label);
                if let Some(found) = found {
                    let said = format!("{label} is there, and watched from now on");
                    remarks.absent.remove(&label);
                    watching.add(found).show(&mut screen.app);
                    screen.app.say(said, screen.now());
                } else {
                    remarks.absent.insert(label, absent.cause.clone());
                    retries.push(absent.try_again(args));
                }
                screen.app.set_remark(remarks.line());
            }
            event = events.next() => {
                let now = screen.now();
                let ready = std::iter::from_fn(|| events.next().now_or_never()).take(BATCH);
                for event in std::iter::once(event).chain(ready) {
                    match event {
                        Some(Ok(event)) => watching.sources.apply(&mut screen, event, now),
                        Some(Err(error)) => screen.app.say(failure::one_line(&error.into()), now),
                        None => return Err(failures.into_first()),
                    }
                }
            }
        }
    }
}
