//! `simulate-scale`: runs many clusters and replicas, and prints what came out.

use std::process::ExitCode;

use clap::Parser;
use watchables_scale_simulation::{Layout, Plan, SECOND, Size, plans, run};

/// Simulates many clusters that are relayed by many replicas, with failures
#[derive(Parser)]
#[command(name = "simulate-scale")]
struct Cli {
    /// How many runs
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// The seed of the first; each later one has the next
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Clusters
    #[arg(long, default_value_t = 100)]
    clusters: u32,
    /// Objects of each cluster
    #[arg(long, default_value_t = 150_000)]
    objects: u32,
    /// Changes a second of all clusters
    #[arg(long, default_value_t = 20_000)]
    changes: u32,
    /// Replicas
    #[arg(long, default_value_t = 32)]
    replicas: u32,
    /// Shards of each cluster
    #[arg(long, default_value_t = 1)]
    shards_per_cluster: u32,
    /// Shards of all clusters, in the place of shards of each
    #[arg(long)]
    shards: Option<u32>,
    /// For how many minutes changes happen
    #[arg(long, default_value_t = 20)]
    minutes: u64,
    /// How many seconds there are between two faults in the mean; 0 for none
    #[arg(long, default_value_t = 30)]
    fault_every: u64,
    /// Print the sizing table instead
    #[arg(long)]
    sizes: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.sizes {
        print_sizes();
        return ExitCode::SUCCESS;
    }
    let mut is_sound = true;
    for seed in cli.seed..cli.seed.saturating_add(cli.runs) {
        let plan = Plan {
            seed,
            clusters: cli.clusters.max(1),
            objects: cli.objects.max(1),
            changes: cli.changes.max(1),
            replicas: cli.replicas.max(1),
            layout: match cli.shards {
                Some(shards) => Layout::OfAll(shards.max(1)),
                None => Layout::OfEach(cli.shards_per_cluster.max(1)),
            },
            time: cli.minutes * 60 * SECOND,
            fault_every: (cli.fault_every > 0).then_some(cli.fault_every * SECOND),
            sabotage: None,
        };
        let report = run(&plan);
        println!("{report}");
        is_sound &= report.is_sound();
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_sizes() {
    println!(
        "| clusters | objects each | changes/s | shards | replicas | CPU each | memory each | Lease requests | watches a \
         resource | events sent | messages |"
    );
    println!("|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    for plan in plans() {
        if let Some(size) = Size::of(&plan) {
            println!("{size}");
        } else {
            let Plan { clusters, objects, changes, layout, .. } = plan;
            println!("| {clusters} | {objects} | {changes} | `{layout}` | no number is enough |");
        }
    }
}
