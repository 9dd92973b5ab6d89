//! The time from a server's return to the first event.

use std::time::Duration;

use futures::future::try_join_all;
use gauge::{Args, Figures, quantile};

use crate::Error;

/// Watches each of the servers with `watch`, which returns the delay of the first event after the
/// outage, and returns median and maximum.
///
/// # Errors
///
/// Fails if one of the watches fails.
pub async fn outage<'a, F>(args: &'a Args, watch: impl Fn(&'a str) -> F) -> Result<Figures, Error>
where
    F: Future<Output = Result<Duration, Error>>,
{
    let delays = try_join_all(args.server.iter().map(|url| watch(url))).await?;
    let mut seconds: Vec<_> = delays.iter().map(Duration::as_secs_f64).collect();
    Ok(Figures::default()
        .with("median_s", quantile(&mut seconds, 0.5))
        .with("worst_s", quantile(&mut seconds, 1.0)))
}
