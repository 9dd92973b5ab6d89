//! Compares initial lists with and without compression: bytes on the wire, wall time and CPU time per object.
//! Prints a JSON object per case in a line of its own.

mod link;
mod pods;
mod sample;

use std::error::Error;

use clap::Parser;
use embedded_apiserver::EmbeddedServer;
use k8s_openapi as _;
use serde_json::json;
use watchables::InitialList;
use watchables::rel_1_37::CATALOG;

use link::Link;
use sample::{Sample, Spread, sample};

/// The links: a name, and the rate in bits per second.
const LINKS: [(&str, Option<u32>); 2] = [("loopback", None), ("10 Mbit/s", Some(10_000_000))];
const LISTS: [(&str, InitialList); 2] =
    [("list", InitialList::Paged), ("streamed list", InitialList::Streaming)];

/// Measures compression.
#[derive(Parser)]
struct Args {
    /// The number of Pods.
    #[arg(long)]
    count: u32,
    /// The number of runs with and without compression, in alternation; the median counts.
    #[arg(long)]
    rounds: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let server = EmbeddedServer::builder(CATALOG).start_in_thread()?;
    for n in 0..args.count {
        server.store().create(pods::pod(n)).map_err(|error| format!("{error:?}"))?;
    }
    for (link_name, rate) in LINKS {
        for (list_name, list) in LISTS {
            let mut samples = [Vec::new(), Vec::new()];
            for round in 1..=args.rounds {
                for (compression, samples) in [true, false].into_iter().zip(&mut samples) {
                    eprintln!("{link_name}, {list_name} ({round} of {})", args.rounds);
                    let link = Link::to(&server.url(), rate)?;
                    samples.push(sample(&link, list, compression, args.count).await?);
                }
            }
            for (what, unit, figure) in figures() {
                let [ours, peer] = [&samples[0], &samples[1]].map(|runs| Spread::of(runs, figure));
                let case = format!("{link_name}, {list_name}: {what} ({ours} beside {peer})");
                let line =
                    json!({"case": case, "unit": unit, "ours": ours.median, "peer": peer.median});
                println!("{line}");
            }
        }
    }
    Ok(())
}

type Figure = fn(&Sample) -> f64;

fn figures() -> [(&'static str, &'static str, Figure); 3] {
    [
        ("an object on the wire", "B", |sample| sample.bytes),
        ("time an object", "µs", |sample| sample.wall_us),
        ("CPU an object", "µs", |sample| sample.cpu_us),
    ]
}
