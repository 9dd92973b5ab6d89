//! The command line: arguments, dispatch and output.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::bench::{self, Bench};
use crate::chaos::{self, Chaos};
use crate::diff;
use crate::dist::{self, Dist};
use crate::e2e::{self, EndToEnd};
use crate::envtest::{self, Envtest};
use crate::error::{Failure, Result};
use crate::fetch::{self, DEFAULT_BASE, Source};
use crate::generate::{Change, Mode, State};
use crate::regen;
use crate::release::Release;
use crate::root;
use crate::simulate::{self, Simulate};

/// Generates the crates of the Kubernetes releases, measures them and tests them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The root of the repository [default: the nearest parent folder with spec/ and crates/]
    #[arg(long, global = true, value_name = "FOLDER")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Download the specs, .proto files and Go files of releases and store their facts in spec/
    Fetch(Fetch),
    /// Generate the crates of releases from spec/, offline; fetch and compile a new release
    Regen(Regen),
    /// Compare two pinned releases, using only spec/
    Diff(Diff),
    /// Measure our types against k8s-openapi's, and our streams against kube-runtime's
    Bench(Bench),
    /// Run the watch protocol's state machine through random histories and faults
    Simulate(Simulate),
    /// Install, start and stop a real etcd and kube-apiserver
    #[command(subcommand)]
    Envtest(Envtest),
    /// Run the end-to-end suite against a real kube-apiserver
    E2e(EndToEnd),
    /// Kill, cut and stall relays, their sinks and a real kube-apiserver at random, and compare what the sinks have
    Chaos(Chaos),
    /// Make what is offered for download: an archive with the static program, an SBOM, and checksums
    Dist(Dist),
}

#[derive(Args)]
struct Fetch {
    /// Releases, such as 1.36
    #[arg(required = true, value_name = "RELEASE")]
    releases: Vec<String>,
    /// The base URL of <TAG>/api/openapi-spec/swagger.json and <TAG>/staging/src/k8s.io: http://, https:// or
    /// file://
    #[arg(long, value_name = "URL", default_value = DEFAULT_BASE)]
    base_url: String,
    /// The tag or branch of the files [default: the pinned tag, else v<RELEASE>.0]
    #[arg(long)]
    tag: Option<String>,
    /// Accept files with other checksums than the pinned ones, and pin them
    #[arg(long)]
    repin: bool,
}

#[derive(Args)]
struct Regen {
    /// Releases, such as 1.36 [default: all that spec/releases.toml pins]. A release that is not pinned
    /// is also fetched, pinned, compiled and compared with the previous one
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,
    /// Write nothing; fail if a file differs from what would be generated
    #[arg(long)]
    check: bool,
    /// Also write upstream's docs of types and fields, which downloads the specs again. For local use:
    /// the committed crates do not contain them
    #[arg(long, conflicts_with = "check")]
    descriptions: bool,
    /// For downloads: as for fetch
    #[arg(long, value_name = "URL", conflicts_with = "check")]
    base_url: Option<String>,
    /// For downloads: as for fetch
    #[arg(long, conflicts_with = "check")]
    tag: Option<String>,
}

#[derive(Args)]
struct Diff {
    /// The older release, such as 1.35
    from: String,
    /// The newer release, such as 1.36
    to: String,
    /// Print one JSON object; `Diff` in crates/codegen/src/diff/report.rs describes it
    #[arg(long)]
    json: bool,
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    if let Some(code) = bench::run_as_rustc() {
        return code;
    }
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let here = std::env::current_dir().map_err(|error| {
        Failure::new(format!("cannot determine the current directory: {error}"))
    })?;
    let root = root::find(cli.root, &here)?;
    match cli.command {
        Command::Fetch(args) => {
            let wanted = fetch::Wanted {
                releases: parse(&args.releases)?,
                source: Source { base_url: Some(args.base_url), tag: args.tag },
                repin: args.repin,
            };
            fetch::fetch(&root, &wanted).map(|()| ExitCode::SUCCESS)
        }
        Command::Regen(args) => {
            let mode = if args.check { Mode::Check } else { Mode::Write };
            let wanted = regen::Wanted {
                releases: parse(&args.releases)?,
                mode,
                source: Source { base_url: args.base_url, tag: args.tag },
                descriptions: args.descriptions,
            };
            let changes = regen::regen(&root, &wanted, |changes| report(changes, mode), print)?;
            Ok(match mode {
                Mode::Check if !changes.is_empty() => ExitCode::FAILURE,
                _ => ExitCode::SUCCESS,
            })
        }
        Command::Diff(args) => {
            let comparison = diff::between(&root, args.from.parse()?, args.to.parse()?)?;
            print(&if args.json { comparison.json()? } else { comparison.text() })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(args) => {
            print(&bench::bench(&root, &args)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Simulate(args) => simulate::simulate(&root, &args),
        Command::Envtest(command) => envtest::envtest(&root, command),
        Command::E2e(args) => e2e::e2e(&root, &args),
        Command::Chaos(args) => chaos::chaos(&root, &args),
        Command::Dist(args) => dist::dist(&root, &args),
    }
}

/// Prints to stdout; a reader that has closed the pipe is not an error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints each changed file after a check; after writing many files, only their number.
fn report(changes: &[Change], mode: Mode) {
    const FEW: usize = 10;
    if changes.is_empty() {
        eprintln!("every generated file is up to date");
    } else if mode == Mode::Check || changes.len() <= FEW {
        for change in changes {
            eprintln!("{change}");
        }
    } else {
        for (done, state) in
            [("created", State::Missing), ("updated", State::Differs), ("removed", State::LeftOver)]
        {
            let count = changes.iter().filter(|change| change.state == state).count();
            if count > 0 {
                eprintln!("{done} {count} files");
            }
        }
    }
}

fn parse(releases: &[String]) -> Result<Vec<Release>> {
    releases.iter().map(|text| text.parse()).collect()
}
