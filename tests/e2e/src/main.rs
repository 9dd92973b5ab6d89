//! The end-to-end suite, for a real API server that it starts or for the server of a kubeconfig.
//!
//! `cargo xtask e2e` runs it. It prints one line per test; the last line has the counts.

mod api;
mod cleanup;
mod cluster;
mod conforms;
mod deploy;
mod faults;
mod kubectl;
mod report;
mod scenarios;
mod this_program;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::cluster::Cluster;
use crate::report::Report;

#[derive(Parser)]
struct Args {
    /// Run on this kubeconfig's server; by default the suite starts one from `KUBEBUILDER_ASSETS`
    #[arg(long)]
    kubeconfig: Option<PathBuf>,
    /// Run only tests whose name contains this text
    #[arg(long)]
    filter: Option<String>,
    /// Seed of the faults' random choices
    #[arg(long)]
    seed: Option<u64>,
    /// How often the process of the durable stream is killed
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Log the changes of a namespace into this folder, as the process that is killed
    #[arg(long, hide = true, requires = "kubeconfig", num_args = 2, value_names = ["NAMESPACE", "FOLDER"])]
    durable: Option<Vec<String>>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if let (Some(kubeconfig), Some([namespace, folder])) =
        (&args.kubeconfig, args.durable.as_deref())
    {
        return scenarios::run_child(kubeconfig, namespace, folder.as_ref()).await;
    }
    if this_program::path().is_err() {
        eprintln!("END TO END DID NOT RUN: the system does not say where this program is");
        return ExitCode::FAILURE;
    }
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let cluster = match Cluster::connect(args.kubeconfig.as_deref(), args.kills).await {
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
        kubectl::run(&cluster, &report).await;
        deploy::run(&cluster, &report).await;
        faults::run(&cluster, &report, seed).await;
    };
    tokio::select! {
        () = suite => {}
        () = interrupted() => {
            report.record("the suite", Err("interrupted".into()));
        }
    }
    // Clean up after Ctrl-C too.
    cluster.finish(&report).await;
    report.close()
}

/// Waits for Ctrl-C or SIGTERM.
async fn interrupted() {
    let terminated = signal(SignalKind::terminate());
    let Ok(mut terminated) = terminated else { return std::future::pending().await };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
