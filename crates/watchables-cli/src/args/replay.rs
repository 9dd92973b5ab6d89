//! The arguments of `watchables replay`.

use std::path::PathBuf;

use clap::Parser;

use crate::moment::Moment;

/// The arguments of `replay`.
#[derive(Debug, Parser)]
#[command(after_help = "\
kubectl and every other client see the recorded objects as they were, and their changes at the pace of the
recording. Writes are refused, and watches from versions before the replay's start get 410 Gone.

    watchables replay day.jsonl.zst --from 2026-01-02T03:04:05Z --speed 10 > config &
    kubectl --kubeconfig config get pods -A -w

A TIME is one such as 2026-01-02T03:04:05Z, or +5m for five minutes after the recording's start. The kubeconfig
is written to standard output.")]
pub(crate) struct ReplayArgs {
    /// The recording, which `watchables record` has written
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Replay this many times as fast as it happened
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Replay one event whenever Enter is pressed, and print it
    #[arg(long, conflicts_with = "speed")]
    pub(crate) step: bool,

    /// Begin with the state at this time [default: the first complete state]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Moment>,

    /// End at this time, and keep the state [default: the end of the recording]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Moment>,

    /// Show the state at this time, and nothing after it
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "until", "speed", "step", "loops"])]
    pub(crate) at: Option<Moment>,

    /// Begin again after the end; watches then get 410 Gone
    #[arg(long = "loop")]
    pub(crate) loops: bool,

    /// Port on 127.0.0.1; 0 chooses a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Write the kubeconfig to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// Parses a speed: a number above 0.
pub(super) fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| speed.is_finite() && *speed > 0.0);
    speed.ok_or_else(|| "expected a number above 0, such as 10 or 0.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_above_zero() {
        assert_eq!(parse_speed("10"), Ok(10.0));
        assert_eq!(parse_speed("0.5"), Ok(0.5));
        for text in ["0", "-1", "inf", "NaN", "fast", ""] {
            assert!(parse_speed(text).is_err(), "{text}");
        }
    }
}
