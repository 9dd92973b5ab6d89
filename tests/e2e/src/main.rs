//! The end-to-end suite: on a real API server, or on any that a kubeconfig names.
//!
//! `cargo xtask e2e` runs it. A test is a line of output; the last one counts them.

mod api;
mod cleanup;
mod cluster;
mod conforms;
mod faults;
mod kubectl;
mod report;
mod scenarios;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::cluster::Cluster;
use crate::report::Report;

#[derive(Parser)]
struct Args {
    /// The server to run on; by default one that is started from `KUBEBUILDER_ASSETS`
    #[arg(long)]
    kubeconfig: Option<PathBuf>,
    /// Only tests whose name contains this
    #[arg(long)]
    filter: Option<String>,
    /// The seed of what the faults choose at random
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let cluster = match Cluster::find(args.kubeconfig.as_deref()).await {
        Ok(cluster) => cluster,
        Err(why) => {
            eprintln!("END TO END DID NOT RUN: {why}");
            return ExitCode::FAILURE;
        }
    };
    println!("end to end on Kubernetes {} at {}, seed {seed}", cluster.release, cluster.url());
    let report = Report::new(args.filter);
    let suite = async {
        conforms::run(&cluster, &report).await;
        scenarios::run(&cluster, &report).await;
        kubectl::run(&report).await;
        faults::run(&cluster, &report, seed).await;
    };
    tokio::select! {
        () = suite => {}
        () = interrupted() => {
            report.tell("the suite", Err("it was interrupted".into()));
        }
    }
    // What was made is removed also after Ctrl-C.
    cluster.finish(&report).await;
    report.close()
}

/// Waits for Ctrl-C, or to be told to end.
async fn interrupted() {
    let terminated = signal(SignalKind::terminate());
    let Ok(mut terminated) = terminated else { return std::future::pending().await };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
