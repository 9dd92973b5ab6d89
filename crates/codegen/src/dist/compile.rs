//! Compiles the program, statically where that is possible, without traces of the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{PACKAGE, PROGRAM};
use crate::cargo;
use crate::error::{Failure, Result};
use crate::process;

/// On Linux the platform of static programs, else this machine's.
pub(super) fn default_target() -> Result<String> {
    let printed = print(&["-vV"])?;
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("rustc -vV does not name the host"))?;
    Ok(host.replace("-linux-gnu", "-linux-musl"))
}

/// Compiles the program with the profile `dist`, and returns its path.
pub(super) fn program(root: &Path, target: &str) -> Result<PathBuf> {
    let library = PathBuf::from(print(&["--print=target-libdir", "--target", target])?.trim());
    if !library.is_dir() {
        return Err(Failure::new(format!("Rust's standard library for {target} is not installed"))
            .hint(format!("run `rustup target add {target}`, or name another --target")));
    }
    let mut command = cargo::command();
    command
        .current_dir(root)
        .args(["build", "--locked", "--profile=dist", "--message-format=json-render-diagnostics"])
        .args(["--package", PACKAGE, "--bin", PROGRAM, "--target", target])
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", [remapped(root), flags(target)].concat().join("\x1f"));
    if target.ends_with("-musl") {
        // ring and zstd have C in them.
        let variable = format!("CC_{}", target.replace('-', "_"));
        if std::env::var_os(&variable).is_none() {
            let compiler = std::env::var_os("MUSL_GCC").unwrap_or_else(|| "musl-gcc".into());
            check_compiler(&compiler)?;
            command.env(variable, compiler);
        }
    }
    cargo::built(&mut command, PROGRAM)
}

/// Flags that make the program smaller. With glibc, it then needs version 2.36 or newer.
pub(crate) fn flags(target: &str) -> Vec<String> {
    // Most of what the loader relocates are addresses within the program: 1.5 MB, or 20 KB packed.
    let packed = || "-Clink-arg=-Wl,-z,pack-relative-relocs".to_owned();
    target.contains("-linux-").then(packed).into_iter().collect()
}

/// Flags that keep the paths of this machine out of the program.
fn remapped(root: &Path) -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let user = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let folders = [home.or(user).map(|home| (home, "/cargo")), Some((root.to_owned(), "/source"))];
    let folders = folders.into_iter().flatten();
    folders.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
}

fn check_compiler(compiler: &OsString) -> Result<()> {
    let found = Command::new(compiler).arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let compiler = compiler.display();
    Err(Failure::new(format!("{compiler}, the C compiler for musl, cannot be run")).hint(
        "install musl-tools (Debian), or name it in MUSL_GCC; or make a program that is not static with --target",
    ))
}

/// What rustc prints.
fn print(args: &[&str]) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(args);
    process::output(command)
        .map_err(|error| error.hint("`rustc --print target-list` lists the platforms"))
}
