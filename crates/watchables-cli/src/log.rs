//! What is logged on standard error: warnings, or more.

use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;

/// Starts to log, for `-v`. The levels are about those of kubectl. `RUST_LOG` prevails.
pub(crate) fn start(verbosity: Option<u8>) {
    if let Some(verbosity) = verbosity {
        with(level(verbosity), LogFormat::Text);
    }
}

/// Starts to log what a relay has to say.
pub(crate) fn start_of_relay(verbosity: Option<u8>, format: LogFormat) {
    let filter = match verbosity {
        Some(verbosity) => format!("{},watch_relay=info,async_nats=off", level(verbosity)),
        None => "warn,watch_relay=info,async_nats=off".to_owned(),
    };
    with(&filter, format);
}

/// Only of our own: what other libraries log may have parts of requests.
fn level(verbosity: u8) -> &'static str {
    match verbosity {
        0 | 1 => "warn",
        2 | 3 => "warn,watch_runtime=info,watch_durable=info,watchables=info",
        4 | 5 => "warn,watch_runtime=debug,watch_durable=debug,watchables=debug",
        6.. => "warn,watch_runtime=trace,watch_protocol=trace,watch_durable=trace,watchables=trace",
    }
}

fn with(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
