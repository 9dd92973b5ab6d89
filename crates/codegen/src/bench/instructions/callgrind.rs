//! Counts instructions with Valgrind's callgrind.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::cargo;
use crate::error::{Failure, Result};

/// An installed callgrind, with the PATH to run it with.
pub(super) struct Callgrind(Option<OsString>);

impl Callgrind {
    /// # Errors
    ///
    /// Fails if the machine differs from the budget's, or if valgrind is not installed.
    pub(super) fn find() -> Result<Self> {
        can_count(cfg!(all(target_arch = "x86_64", target_os = "linux")), has_avx2())?;
        let mut command = Command::new("valgrind");
        match command.arg("--version").stdin(Stdio::null()).output() {
            Ok(output) if output.status.success() => Ok(Self(std::env::var_os("PATH"))),
            Ok(output) => Err(Failure::new(format!("{command:?} failed: {}", output.status))),
            Err(error) => Err(cargo::cannot_run(&command, &error)
                .hint("install it: the Debian package is valgrind")),
        }
    }

    /// Counts the instructions of a complete run of a program.
    ///
    /// # Errors
    ///
    /// Fails if the program fails.
    pub(super) fn count(&self, program: &Path, args: &[&str]) -> Result<u64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        command.arg(program).args(args).stdin(Stdio::null());
        // The C library reads variables such as GLIBC_TUNABLES.
        command.env_clear().envs(self.0.as_ref().map(|path| ("PATH", path)));
        let output = command.output().map_err(|error| cargo::cannot_run(&command, &error))?;
        let output_text = String::from_utf8_lossy(&output.stderr);
        match collected(&output_text) {
            Some(count) if output.status.success() => Ok(count),
            _ => Err(Failure::new(format!(
                "{command:?} printed no count:\n{}",
                output_text.trim_end()
            ))),
        }
    }
}

/// Returns whether the CPU has AVX2: Valgrind shows programs the CPU features that it emulates, and
/// the C library selects `memcpy` by them.
fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

fn can_count(x86_64_linux: bool, avx2: bool) -> Result<()> {
    if x86_64_linux && avx2 {
        return Ok(());
    }
    let here = if x86_64_linux {
        "this CPU has no AVX2".to_owned()
    } else {
        format!("this is {} {}", std::env::consts::ARCH, std::env::consts::OS)
    };
    Err(Failure::new(format!(
        "instructions are counted on x86_64 Linux with AVX2 only, and {here}"
    )))
}

/// Parses the count that callgrind prints at the end.
fn collected(output: &str) -> Option<u64> {
    output.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_is_parsed() {
        let said = "==7== For interactive control, run 'callgrind_control -h'.\n==7== \n\
                    ==7== Events    : Ir\n==7== Collected : 122414\n==7== \n\
                    ==7== I   refs:      122,414\n";
        assert_eq!(collected(said), Some(122_414));
        for said in ["", "==7== Collected : \n", "valgrind: ./no: No such file or directory\n"] {
            assert_eq!(collected(said), None);
        }
    }

    #[test]
    fn unsupported_machine_is_rejected_in_one_line() {
        can_count(true, true).unwrap();
        for (x86_64_linux, avx2, part) in [
            (true, false, "and this CPU has no AVX2"),
            (false, true, std::env::consts::ARCH),
            (false, false, std::env::consts::OS),
        ] {
            let error = can_count(x86_64_linux, avx2).unwrap_err().to_string();
            assert!(error.contains("x86_64 Linux with AVX2 only"), "{error}");
            assert!(error.contains(part) && error.lines().count() == 1, "{error}");
        }
    }
}
