//! `cargo xtask chaos`: relays, their sinks and a real kube-apiserver are killed, cut and stalled at random.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use ::envtest::ASSETS_VARIABLE;
use clap::Args;

use crate::cargo;
use crate::envtest;
use crate::error::{Failure, Result};

/// Which servers, and the program's own options.
#[derive(Args)]
pub(crate) struct Chaos {
    #[command(flatten)]
    wanted: envtest::Wanted,
    /// The program's own options, such as `--seed 1 --seconds 35`; `-- --help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// Builds and runs it; fails if a sink lacks anything, or there is no server.
pub(crate) fn chaos(root: &Path, args: &Chaos) -> Result<ExitCode> {
    let assets = envtest::find(root, &args.wanted)
        .map_err(|failure| failure.within("CHAOS DID NOT RUN, there is no real API server"))?;
    let program = cargo::build(root, &["watchables-chaos", "watchables-cli"], "chaos")?;
    let mut command = Command::new(program);
    command.env(ASSETS_VARIABLE, assets.folder()).args(&args.options);
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run chaos: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        chaos: Chaos,
    }

    #[test]
    fn options_of_the_program_are_passed_on() {
        let options = ["--seed", "1", "--seconds", "35", "--only", "kill etcd"];
        for servers in [&[][..], &["--version", "1.36"]] {
            let cli = Cli::try_parse_from(["chaos"].iter().chain(servers).chain(&options));
            let cli = cli.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(cli.chaos.options, options);
        }
    }
}
