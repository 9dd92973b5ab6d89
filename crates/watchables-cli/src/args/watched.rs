//! The arguments that `watch` and `top` share: what is watched, and how.

use std::time::Duration;

use clap::Parser;

use super::{ColorChoice, parse_duration_or_zero, parse_namespace};

/// What is watched, and how.
#[derive(Debug, Parser)]
pub(crate) struct WatchedArgs {
    /// Watch all namespaces, which is the default; also if -n is given, as in kubectl
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,

    /// Only watch objects in these namespaces, with commas between them [default: all namespaces]
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',', value_parser = parse_namespace)]
    pub(crate) namespace: Vec<String>,

    /// Only watch objects that match this label selector, such as app=web,tier!=front
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    /// Only watch objects that match this field selector, such as status.phase=Running
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) field_selector: Option<String>,

    // Without the backticks that a comment would need.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColorChoice::Auto,
        help = "Whether to show colours; auto obeys NO_COLOR and CLICOLOR_FORCE"
    )]
    pub(crate) color: ColorChoice,

    /// Request gzip compression, for slow connections
    #[arg(long)]
    pub(crate) compress: bool,

    /// Give a watch up with its last error when it, or the discovery of its resource, has failed for this
    /// time, such as 10m; 0 at the first failure [default: never, once a watch has succeeded]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration_or_zero)]
    pub(crate) give_up_after: Option<Duration>,

    /// As kubectl has it: how long a server may not answer. The same as --give-up-after, but that 0 is no limit
    #[arg(long, hide = true, value_name = "DURATION", value_parser = parse_duration_or_zero)]
    pub(crate) request_timeout: Option<Duration>,
}

impl WatchedArgs {
    /// The namespaces; all if there are none. As in kubectl, `-A` prevails over `-n`.
    pub(crate) fn namespaces(&self) -> &[String] {
        if self.all_namespaces { &[] } else { &self.namespace }
    }

    /// After which time a watch that fails is given up.
    pub(crate) fn give_up_after(&self) -> Option<Duration> {
        self.give_up_after.or(self.request_timeout.filter(|time| !time.is_zero()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_kubectl_mean_what_they_mean_there() {
        let parse = |words: &[&str]| WatchedArgs::parse_from([&["watch"], words].concat());
        assert!(parse(&["-A", "-n", "a"]).namespaces().is_empty());
        assert_eq!(parse(&["-n", "a,b"]).namespaces(), ["a", "b"]);
        let limit = |words: &[&str]| parse(words).give_up_after();
        assert_eq!(limit(&["--request-timeout", "5s"]), Some(Duration::from_secs(5)));
        assert_eq!(limit(&["--request-timeout", "0"]), None);
        assert_eq!(limit(&["--request-timeout=1m", "--give-up-after=0"]), Some(Duration::ZERO));
    }
}
