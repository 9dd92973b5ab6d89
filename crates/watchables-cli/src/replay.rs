//! `watchables replay`: a recording as an API server for kubectl, programs and tests.

use std::io::{BufRead as _, Write as _};

use anyhow::Context as _;
use tokio::sync::mpsc;
use tokio::sync::oneshot::Receiver;
use watch_recording::Recording;
use watch_recording::replay::{ReplayOptions, Replayer};
use watchables::Scope;

use crate::args::ReplayArgs;
use crate::interrupt::interrupted;
use crate::kubeconfig;
use crate::say::say;

/// Serves until Ctrl-C.
pub(crate) async fn run(args: ReplayArgs) -> anyhow::Result<()> {
    let mut interrupted = interrupted();
    let recording = Recording::open(&args.file)?;
    let options = options(&args, &recording);
    let mut replayer = Replayer::new(recording, options)?;
    let server =
        replayer.server().port(args.port).start_in_thread().with_context(|| match args.port {
            0 => "cannot start the server".to_owned(),
            port => format!("cannot start the server on port {port}"),
        })?;
    announce(&args, &replayer);
    kubeconfig::write(&server, args.kubeconfig.as_deref(), &request(&replayer))?;
    let played = if args.step {
        step(&mut replayer, &mut interrupted).await?
    } else {
        tokio::select! {
            _ = &mut interrupted => Played::Interrupted,
            ended = replayer.run(args.speed) => ended.map(|()| Played::ToTheEnd)?,
        }
    };
    if played == Played::ToTheEnd {
        let time = replayer.time();
        say!("the state stays as it was at {time}, until Ctrl-C");
        let _ = interrupted.await;
    }
    server.shutdown().await;
    Ok(())
}

#[derive(PartialEq)]
enum Played {
    ToTheEnd,
    Interrupted,
}

fn options(args: &ReplayArgs, recording: &Recording) -> ReplayOptions {
    let (start, _) = recording.range();
    let mut options = ReplayOptions::new().looped(args.loops);
    if let Some(moment) = args.from.or(args.at) {
        options = options.from(moment.time(start));
    }
    if let Some(moment) = args.until.or(args.at) {
        options = options.until(moment.time(start));
    }
    options
}

/// Says what is replayed.
fn announce(args: &ReplayArgs, replayer: &Replayer) {
    let file = args.file.display();
    let resources = &replayer.recording().header().resources;
    let mut names: Vec<_> = resources
        .iter()
        .map(|recorded| {
            let (plural, group) = (recorded.resource.plural(), recorded.resource.group());
            let dot = if group.is_empty() { "" } else { "." };
            format!("{plural}{dot}{group}")
        })
        .collect();
    names.dedup();
    let (time, end) = (replayer.time(), replayer.end());
    let what = if end <= time {
        format!("as it was at {time}")
    } else if args.step {
        format!("from {time} to {end}; Enter is one event, a number that many, q the end")
    } else {
        let again = if args.loops { ", again and again" } else { "" };
        format!("from {time} to {end} at speed {}{again}", args.speed)
    };
    say!("{file} has {}; shown {what}", names.join(", "));
}

/// Returns a request with which kubectl shows a recorded resource.
fn request(replayer: &Replayer) -> String {
    let resources = &replayer.recording().header().resources;
    let is_pods = |resource: &watchables::ResourceInfo| {
        resource.plural() == "pods" && resource.group().is_empty()
    };
    let recorded = resources.iter().map(|recorded| &recorded.resource);
    let resource = recorded.clone().find(|resource| is_pods(resource)).or(recorded.clone().next());
    let Some(resource) = resource else { return "api-resources".to_owned() };
    let dot = if resource.group().is_empty() { "" } else { "." };
    let namespaces = if resource.scope() == Scope::Namespaced { " -A" } else { "" };
    format!("get {}{dot}{}{namespaces} -w", resource.plural(), resource.group())
}

/// Puts in one event for each line of standard input.
async fn step(replayer: &mut Replayer, interrupted: &mut Receiver<()>) -> anyhow::Result<Played> {
    let mut lines = input();
    loop {
        let line = tokio::select! {
            _ = &mut *interrupted => return Ok(Played::Interrupted),
            line = lines.recv() => line,
        };
        let Some(line) = line else { return Ok(Played::ToTheEnd) };
        let steps = match line.trim() {
            "" => 1,
            "q" => return Ok(Played::Interrupted),
            text => {
                let Ok(steps) = text.parse::<u64>() else {
                    say!("press Enter, or type a number of events, or q");
                    continue;
                };
                steps
            }
        };
        for _ in 0..steps {
            let Some(step) = replayer.step()? else { return Ok(Played::ToTheEnd) };
            // The replay goes on without a reader of what it says.
            let _ = writeln!(std::io::stderr(), "{step}");
        }
    }
}

/// Returns the lines of standard input, which are read on a thread of their own: a read cannot be cancelled.
fn input() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
