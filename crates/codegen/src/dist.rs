//! `cargo xtask dist`: what is offered for download, the same bytes whenever it is made of a commit.

mod archive;
pub(crate) mod compile;
mod dependencies;
mod sbom;
mod texts;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;

use crate::checksum::sha256;
use crate::error::{Failure, Result};
use archive::Archive;

/// The package whose program is offered, and the program.
const PACKAGE: &str = "watchables-cli";
const PROGRAM: &str = "watchables";

/// What is made, and where.
#[derive(Args)]
pub(crate) struct Dist {
    /// The platform, as rustc names it [default: on Linux that of static programs, with musl; else this one]
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// The folder that is written
    #[arg(long, value_name = "FOLDER", default_value = "target/dist-files")]
    out: PathBuf,
    /// Take this program instead of compiling one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Makes the archive, the SBOM and the checksums.
pub(crate) fn dist(root: &Path, args: &Dist) -> Result<ExitCode> {
    let target = match &args.target {
        Some(target) => target.clone(),
        None => compile::default_target()?,
    };
    let name = format!("{PROGRAM}-{}", platform(&target)?);
    let time = source_date(root)?;
    let program = match &args.program {
        Some(program) => program.clone(),
        None => compile::program(root, &target)?,
    };

    let mut archive = Archive::new(time);
    archive.add(PROGRAM, 0o755, read(&program)?);
    for text in ["LICENSE-APACHE", "LICENSE-MIT"] {
        archive.add(text, 0o644, read(&root.join(text))?);
    }
    archive.add("README.md", 0o644, read(&root.join("crates/watchables-cli/README.md"))?);
    for (path, text) in texts::of(&program)? {
        archive.add(&path, 0o644, text);
    }
    let dependencies = dependencies::read(root, &target)?;
    let files = [
        (format!("{name}.cdx.json"), sbom::cyclone_dx(&dependencies, time)?),
        (format!("{name}.tar.gz"), archive.gzipped()?),
    ];

    let out = root.join(&args.out);
    fs::create_dir_all(&out).map_err(|error| Failure::io("make", &out, &error))?;
    let mut sums = String::new();
    for (file, bytes) in files {
        let _ = writeln!(sums, "{}  {file}", sha256(&bytes));
        write(&out.join(&file), &bytes)?;
        eprintln!("wrote {}, {} KB", out.join(&file).display(), bytes.len().div_ceil(1000));
    }
    write(&out.join("SHA256SUMS"), sums.as_bytes())?;
    print!("{sums}");
    Ok(ExitCode::SUCCESS)
}

/// The name of a platform in the names of files, as in `deploy/krew`: `linux-amd64`.
fn platform(target: &str) -> Result<String> {
    let unknown = || {
        Failure::new(format!("no archive has a name for the platform {target}"))
            .hint("add it to `platform` in crates/codegen/src/dist.rs, and to deploy/krew")
    };
    let system = [("-linux-", "linux"), ("-apple-darwin", "darwin"), ("-windows-", "windows")];
    let machine = [("x86_64-", "amd64"), ("aarch64-", "arm64")];
    let system = system.iter().find(|(part, _)| target.contains(part)).ok_or_else(unknown)?.1;
    let machine =
        machine.iter().find(|(start, _)| target.starts_with(start)).ok_or_else(unknown)?.1;
    Ok(format!("{system}-{machine}"))
}

/// The time that everything has, in seconds since 1970: `SOURCE_DATE_EPOCH`, else that of the commit.
fn source_date(root: &Path) -> Result<u64> {
    let hint = "set SOURCE_DATE_EPOCH to a number of seconds since 1970";
    if let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH") {
        let seconds = epoch.to_str().and_then(|text| text.parse().ok());
        return seconds.ok_or_else(|| {
            Failure::new(format!("SOURCE_DATE_EPOCH is {}", epoch.display())).hint(hint)
        });
    }
    let git = Command::new("git").current_dir(root).args(["log", "-1", "--format=%ct"]).output();
    let time = git.ok().filter(|output| output.status.success());
    time.and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse().ok())
        .ok_or_else(|| Failure::new("git does not say when the commit was made").hint(hint))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::io("read", path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| Failure::io("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_named_as_the_plugin_manager_expects() {
        assert_eq!(platform("x86_64-unknown-linux-musl").unwrap(), "linux-amd64");
        assert_eq!(platform("aarch64-apple-darwin").unwrap(), "darwin-arm64");
        let error = platform("riscv64gc-unknown-linux-gnu").unwrap_err().to_string();
        assert!(error.contains("riscv64gc-unknown-linux-gnu"), "{error}");
    }
}
