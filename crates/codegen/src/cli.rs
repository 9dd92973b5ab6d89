//! The commands: what can be asked for, and how the outcome is told.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::bench::{self, Bench};
use crate::diff;
use crate::e2e::{self, EndToEnd};
use crate::envtest::{self, Envtest};
use crate::error::{Failure, Result};
use crate::fetch::{self, DEFAULT_BASE, Source};
use crate::generate::{Change, Mode, State};
use crate::regen;
use crate::release::Release;
use crate::root;
use crate::simulate::{self, Simulate};

/// Keeps the generated crates true to the Kubernetes releases.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The repository's root; by default the nearest folder upwards with spec/ and crates/
    #[arg(long, global = true, value_name = "FOLDER")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Download the specs of releases and keep their facts in spec/
    Fetch(Fetch),
    /// Generate the crates of releases from spec/, offline; fetch and compile one that is new
    Regen(Regen),
    /// Tell what changed between two pinned releases, from spec/ alone
    Diff(Diff),
    /// Measure what our types cost beside those of k8s-openapi
    Bench(Bench),
    /// Run random histories and faults against the watch protocol's machine
    Simulate(Simulate),
    /// Get, start and stop a real etcd and kube-apiserver
    #[command(subcommand)]
    Envtest(Envtest),
    /// Run the end-to-end suite on a real kube-apiserver
    E2e(EndToEnd),
}

#[derive(Args)]
struct Fetch {
    /// Releases, such as 1.36
    #[arg(required = true, value_name = "RELEASE")]
    releases: Vec<String>,
    /// Where <TAG>/api/openapi-spec/swagger.json lies: http://, https:// or file://
    #[arg(long, value_name = "URL", default_value = DEFAULT_BASE)]
    base_url: String,
    /// Tag or branch to take the spec from; by default the pinned one, else v<RELEASE>.0
    #[arg(long)]
    tag: Option<String>,
    /// Accept a spec whose checksum is not the pinned one, and pin it
    #[arg(long)]
    repin: bool,
}

#[derive(Args)]
struct Regen {
    /// Releases, such as 1.36; by default all that are pinned in spec/releases.toml. One that is
    /// not is fetched, pinned and compiled too, and what changed since the one before it is told
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,
    /// Write nothing; fail when a file is not what would be generated
    #[arg(long)]
    check: bool,
    /// Also write upstream's own docs of types and fields, for which the spec is downloaded again;
    /// for your own use: what is committed has none
    #[arg(long, conflicts_with = "check")]
    descriptions: bool,
    /// When something is downloaded: as for fetch
    #[arg(long, value_name = "URL", conflicts_with = "check")]
    base_url: Option<String>,
    /// When something is downloaded: as for fetch
    #[arg(long, conflicts_with = "check")]
    tag: Option<String>,
}

#[derive(Args)]
struct Diff {
    /// The release to compare from, such as 1.35
    from: String,
    /// The release to compare to, such as 1.36
    to: String,
    /// Print one JSON object; `Diff` in crates/codegen/src/diff/report.rs says what is in it
    #[arg(long)]
    json: bool,
}

/// Runs the command that the program was started with.
pub fn main() -> ExitCode {
    if let Some(code) = bench::in_place_of_rustc() {
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
    let here = std::env::current_dir()
        .map_err(|error| Failure::new(format!("cannot tell the current folder: {error}")))?;
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
            let changes = regen::regen(&root, &wanted, |changes| tell(changes, mode), print)?;
            Ok(match mode {
                Mode::Check if !changes.is_empty() => ExitCode::FAILURE,
                _ => ExitCode::SUCCESS,
            })
        }
        Command::Diff(args) => {
            let told = diff::between(&root, args.from.parse()?, args.to.parse()?)?;
            print(&if args.json { told.json()? } else { told.text() })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(args) => {
            print(&bench::bench(&root, &args)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Simulate(args) => simulate::simulate(&root, &args),
        Command::Envtest(what) => envtest::envtest(&root, what),
        Command::E2e(args) => e2e::e2e(&root, &args),
    }
}

/// Prints to stdout, of which whoever reads it may have seen enough.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// After a check each file counts; after writing a whole crate their number will do.
fn tell(changes: &[Change], mode: Mode) {
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
