//! The rustc wrapper: runs rustc and logs its CPU time.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use super::cpu;
use crate::error::{Failure, Result};

/// The variable with the path of the log; set along with `RUSTC_WRAPPER`.
pub(super) const LOG: &str = "WATCHABLES_BENCH_LOG";

/// Runs rustc if cargo has started this program as its wrapper, with rustc and its arguments.
pub(crate) fn run_as_rustc() -> Option<ExitCode> {
    let log = std::env::var_os(LOG)?;
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    Some(run(Path::new(&log), &args).unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        ExitCode::FAILURE
    }))
}

fn run(log: &Path, args: &[OsString]) -> Result<ExitCode> {
    let [rustc, args @ ..] = args else {
        return Err(Failure::new(format!("{LOG} is set, but there is no rustc to run"))
            .hint(format!("unset {LOG}: it is only for `cargo xtask bench`")));
    };
    let status = Command::new(rustc)
        .args(args)
        .status()
        .map_err(|error| Failure::io("run", Path::new(rustc), &error))?;
    if let Some(name) = crate_name(args) {
        // Includes the linker, which is a child of rustc.
        let line = format!("{name} {}\n", cpu::of_children()?.as_micros());
        let file = OpenOptions::new().create(true).append(true).open(log);
        // In one write, since several run concurrently.
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|error| Failure::io("write", log, &error))?;
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Returns the name of the compiled crate; `None` if cargo only queries rustc.
fn crate_name(args: &[OsString]) -> Option<&str> {
    let at = args.iter().position(|arg| arg == OsStr::new("--crate-name"))?;
    args.get(at + 1)?.to_str().filter(|name| *name != "___")
}

/// Returns the CPU seconds of the rustc that compiled a crate, from the log.
pub(super) fn seconds(log: &str, name: &str) -> Result<f64> {
    let mut found = log.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let micros = found.next().and_then(|micros| micros.parse::<u32>().ok());
    match (micros, found.next()) {
        (Some(micros), None) => Ok(f64::from(micros) / 1e6),
        _ => {
            Err(Failure::new(format!("expected one compilation of {name}, but the log is {log:?}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crate_is_found_in_the_log() {
        let log = "serde 1500000\nrel_1_36_extra 7\nrel_1_36 3250000\n";
        assert!((seconds(log, "rel_1_36").unwrap() - 3.25).abs() < 1e-9);
        assert!((seconds(log, "serde").unwrap() - 1.5).abs() < 1e-9);
    }

    #[test]
    fn missing_or_repeated_compilation_is_an_error() {
        for log in ["", "serde 15\n", "rel_1_36\n", "rel_1_36 x\n", "rel_1_36 1\nrel_1_36 2\n"] {
            let error = seconds(log, "rel_1_36").unwrap_err().to_string();
            assert!(error.contains("rel_1_36"), "{error}");
        }
    }

    #[test]
    fn crate_name_is_parsed_from_the_arguments() {
        let name = |args: &[&str]| {
            let args: Vec<_> = args.iter().map(OsString::from).collect();
            crate_name(&args).map(ToOwned::to_owned)
        };
        assert_eq!(name(&["--crate-name", "serde", "src/lib.rs"]).as_deref(), Some("serde"));
        for args in [&["-vV"][..], &["-", "--crate-name", "___"], &["--crate-name"]] {
            assert_eq!(name(args), None);
        }
    }
}
