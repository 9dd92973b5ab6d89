//! The commands `fetch` and `regen`: what can be asked for, and how the outcome is told.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::error::{Failure, Result};
use crate::fetch::{self, DEFAULT_BASE};
use crate::generate::{self, Change, Mode, State};
use crate::release::Release;
use crate::root;

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
    /// Generate the crates of releases from spec/, offline
    Regen(Regen),
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
    /// Releases, such as 1.36; by default all that are pinned in spec/releases.toml
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,
    /// Write nothing; fail when a file is not what would be generated
    #[arg(long)]
    check: bool,
}

/// Runs the command that the program was started with.
pub fn main() -> ExitCode {
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
                base_url: args.base_url,
                tag: args.tag,
                repin: args.repin,
            };
            fetch::fetch(&root, &wanted).map(|()| ExitCode::SUCCESS)
        }
        Command::Regen(args) => {
            let mode = if args.check { Mode::Check } else { Mode::Write };
            let changes = generate::generate(&root, &parse(&args.releases)?, mode)?;
            tell(&changes, mode);
            Ok(match mode {
                Mode::Check if !changes.is_empty() => ExitCode::FAILURE,
                _ => ExitCode::SUCCESS,
            })
        }
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
