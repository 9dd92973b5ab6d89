//! `watchables watch`: the events of one or more resources on standard output.

mod empty;
mod ending;
mod events;
mod expressions;
mod item;
mod last_states;
mod list_size;
mod manifests;
pub(crate) mod parts;
mod printer;
mod progress;
mod resume;
mod seen;
mod settled;
mod sorted;
pub(crate) mod start;
mod starting;
mod stats;
mod stats_signal;
pub(crate) mod targets;
mod watches;

use std::future::{Future, pending};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use anyhow::bail;
use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio::time::Instant;
use watchables::StreamOptions;

use crate::args::{Format, WatchArgs};
use crate::say::say;
use crate::{interrupt, output};

pub(crate) use seen::{Row, Seen};

use ending::Ending;
use events::Events;
use item::Item;
use printer::Printer;
use resume::Resumed;
use start::Start;
use starting::Starting;
use stats_signal::StatsSignals;
use watches::Watches;

/// How many more events share a write before the loop checks again whether to end.
const BATCH: usize = 256;

/// With `--resume`: how long it may take after Ctrl-C to write down how far the output is.
const COMMIT_PERIOD: Duration = Duration::from_secs(3);

/// Watches until Ctrl-C, for `--count` events, for the time of `--for`, until the event of `--until`, or until the reader
/// of standard output closes the pipe.
///
/// # Errors
///
/// If the cluster cannot be reached, a resource cannot be watched, a watcher fails, or the event of `--until` did not come.
pub(crate) async fn run(args: WatchArgs) -> anyhow::Result<()> {
    let grace_period = if args.resume.is_some() { COMMIT_PERIOD } else { interrupt::GRACE_PERIOD };
    let exit_code = i32::from(args.expressions.until.is_some());
    let interrupted = interrupt::interrupted_with(grace_period, exit_code);
    watch(&args, interrupted).await?.result(&args)
}

async fn watch(args: &WatchArgs, interrupted: oneshot::Receiver<()>) -> anyhow::Result<Ending> {
    check(args)?;
    let mut printer = Printer::new(args)?;
    let signals = StatsSignals::listen();
    let manifests = manifests::read(&args.filename, args.recursive)?;
    // Before connecting: `--for` also limits the wait for a server that does not respond.
    let ended = ended(args, interrupted);
    tokio::pin!(ended);

    let starts = Start::all(&args.cluster)?;
    let mut starting = Starting::new(&starts, args, &manifests);
    let mut watches = Watches::new(starts.len() > 1, args);
    // The others may join later, unless it has to be known what all of them are.
    while watches.statuses.is_empty() || args.resume.is_some() {
        let started = tokio::select! {
            biased;
            ending = &mut ended => return start::ended_before(ending, &starts),
            started = starting.first() => started?,
        };
        match started {
            Some(started) => watches.add(started, args),
            None => break,
        }
    }
    if watches.statuses.is_empty() {
        bail!("none of the clusters of --context can be watched");
    }
    let mut events = match &args.resume {
        None => Events::Live(watches.mux.stream(StreamOptions::managed())),
        Some(path) => {
            let resumed = Resumed::open(path, &watches)?;
            if resumed.goes_on() && printer.compares() {
                say!(
                    "--resume: the file does not have what objects were before: --diff and oldObject know it after the next \
                     change of each"
                );
            }
            Events::Durable(Box::new(resumed))
        }
    };
    let ending =
        print_all(args, &mut printer, &mut events, &mut watches, starting, signals, ended).await;
    watches.progress.erase();
    let ending = match ending {
        // What was not written is printed again.
        Ok(ending) if printer.finish(&watches)?.is_continue() => {
            events.commit().await.map(|()| ending)
        }
        ending => ending,
    };
    if args.stats {
        printer.stats.print(&watches.statuses);
    }
    ending
}

/// Checks that the options go together.
fn check(args: &WatchArgs) -> anyhow::Result<()> {
    if args.diff.is_some() && !(args.output == Format::Text || args.prints_columns()) {
        bail!("--diff prints lines of text below each event: use it with -o text, table or wide");
    }
    let has_headers = args.prints_columns() || matches!(args.output, Format::CustomColumns(_));
    if args.no_headers && !has_headers {
        bail!("--no-headers is about columns: use it with -o table, wide or custom-columns");
    }
    for (option, is_given) in
        [("--show-labels", args.show_labels), ("-L", !args.label_columns.is_empty())]
    {
        if is_given && !args.prints_columns() {
            bail!("{option} is about columns: use it with -o table or wide");
        }
    }
    if args.label_columns.iter().any(|label| label.trim().is_empty()) {
        bail!("-L names an empty label; write it as -L app,tier");
    }
    let tells_else = args.expressions.until.is_some()
        || args.stats
        || args.count.is_some()
        || args.duration.is_some();
    if !tells_else && output::is_nowhere() {
        bail!(
            "standard output is closed, so that nothing of the watch can be seen; write it into a file or a pipe, or use \
             --until, --count, --for or --stats"
        );
    }
    Ok(())
}

/// Resolves when the watch is to end for another reason than an event or an error.
async fn ended(args: &WatchArgs, interrupted: oneshot::Receiver<()>) -> Ending {
    let timed_out = async {
        match args.duration {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
    };
    tokio::select! {
        biased;
        () = timed_out => Ending::TimedOut,
        () = output::closed() => Ending::Closed,
        _ = interrupted => Ending::Interrupted,
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}

/// Prints events until the end.
async fn print_all(
    args: &WatchArgs,
    printer: &mut Printer<'_>,
    events: &mut Events,
    watches: &mut Watches,
    mut starting: Starting<'_>,
    mut signals: StatsSignals,
    mut ended: Pin<&mut impl Future<Output = Ending>>,
) -> anyhow::Result<Ending> {
    // While clusters are being connected to, there may be none to watch.
    let mut has_ended = false;
    let mut settled = watches.settled();
    loop {
        // What is held back is not written.
        let commit_due = events.commit_due().filter(|_| !printer.is_holding());
        let item = tokio::select! {
            biased;
            ending = &mut ended => return Ok(ending),
            () = signals.next() => {
                watches.progress.erase();
                printer.stats.print(&watches.statuses);
                continue;
            }
            started = starting.next() => {
                watches.add(started?, args);
                settled = watches.settled();
                if has_ended {
                    *events = Events::Live(watches.mux.stream(StreamOptions::managed()));
                    has_ended = false;
                }
                continue;
            }
            () = watches.report() => continue,
            () = sleep_until(commit_due) => {
                events.commit().await?;
                continue;
            }
            item = events.next(), if !has_ended => item?,
            () = &mut settled, if printer.is_holding() && starting.all_tried() => {
                watches.progress.make_room();
                match printer.release(watches)? {
                    ControlFlow::Continue(()) => continue,
                    ControlFlow::Break(ending) => return Ok(ending),
                }
            }
        };
        watches.progress.make_room();
        match print_batch(item, events, printer, watches)? {
            ControlFlow::Continue(()) if printer.is_holding() => {}
            ControlFlow::Continue(()) => events.commit_if_due().await?,
            ControlFlow::Break(Some(ending)) => return Ok(ending),
            ControlFlow::Break(None) if starting.all_tried() => return Err(watches.take_error()),
            ControlFlow::Break(None) => has_ended = true,
        }
    }
}

/// Prints an event, and those that are already available: they share one write. Breaks at the last event, or without an
/// ending at the end of the stream.
fn print_batch(
    item: Option<Item>,
    events: &mut Events,
    printer: &mut Printer<'_>,
    watches: &Watches,
) -> anyhow::Result<ControlFlow<Option<Ending>>> {
    let mut item = item;
    for _ in 0..=BATCH {
        let Some(next) = item else {
            // Print the events before the error.
            let _ = printer.finish(watches);
            return Ok(ControlFlow::Break(None));
        };
        if let ControlFlow::Break(ending) = printer.print(next, watches)? {
            return Ok(ControlFlow::Break(Some(ending)));
        }
        item = match events.next().now_or_never() {
            Some(next) => next?,
            None => break,
        };
    }
    Ok(printer.flush()?.map_break(Some))
}
