//! One run: the initial list over a link, until the last object is delivered.

use std::error::Error;
use std::fmt;

use futures::TryStreamExt as _;
use gauge::{Span, quantile};
use kube_client::{Client, Config};
use watchables::rel_1_37::Pod;
use watchables::{InitialList, StreamOptions, Watcher};

use crate::link::Link;

/// The cost of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// From the server to the client, with HTTP's part.
    pub(crate) bytes: f64,
    pub(crate) wall_us: f64,
    /// Of this process: client, server and link.
    pub(crate) cpu_us: f64,
}

/// Watches until `count` objects have been delivered, and drops them.
///
/// # Errors
///
/// The watcher fails, or the stream ends before.
pub(crate) async fn sample(
    link: &Link,
    list: InitialList,
    compression: bool,
    count: u32,
) -> Result<Sample, Box<dyn Error>> {
    let client = Client::try_from(Config::new(link.url().parse()?))?;
    let watcher = Watcher::<Pod>::new(client).initial_list(list).compression(compression);
    let span = Span::start();
    let mut events = watcher.stream(StreamOptions::managed());
    for _ in 0..count {
        events.try_next().await?.ok_or("the stream ended")?;
    }
    let cost = span.read();
    let count = f64::from(count);
    Ok(Sample {
        bytes: link.bytes() / count,
        wall_us: cost.wall.as_secs_f64() * 1e6 / count,
        cpu_us: cost.cpu.as_secs_f64() * 1e6 / count,
    })
}

/// The median of a figure and its extremes, which it is displayed as.
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(crate) fn of(samples: &[Sample], figure: fn(&Sample) -> f64) -> Self {
        let mut figures: Vec<_> = samples.iter().map(figure).collect();
        let [least, median, most] = [0.0, 0.5, 1.0].map(|part| quantile(&mut figures, part));
        Self { median, least, most }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} to {:.0}", self.least, self.most)
    }
}
