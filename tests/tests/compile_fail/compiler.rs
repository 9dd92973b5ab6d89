//! rustc, with the library `watchables` that cargo built for the tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// A program that compiles only with the features that the fixtures use.
const PROBE: &str = "tests/ui/probe.rs";

/// How fixtures are compiled.
pub(crate) struct Compiler {
    /// Where cargo put the libraries.
    libraries: PathBuf,
    watchables: PathBuf,
}

impl Compiler {
    /// Finds the newest `watchables` that has the fixtures' features. Other builds may lie beside it: cargo
    /// keeps one for each set of features, and does not say which of them a test is linked with.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub(crate) fn find() -> Self {
        let test = env::current_exe().expect("the path of this test");
        let libraries = test.parent().expect("the folder of this test").to_owned();
        let mut candidates: Vec<(SystemTime, PathBuf)> = fs::read_dir(&libraries)
            .expect("the folder of this test")
            .map(|entry| entry.expect("an entry of the folder").path())
            .filter(|path| is_library(path))
            .map(|path| (path.metadata().and_then(|m| m.modified()).expect("a time"), path))
            .collect();
        candidates.sort();
        let mut messages = String::new();
        for (_, watchables) in candidates.into_iter().rev() {
            let compiler = Self { libraries: libraries.clone(), watchables };
            match compiler.compile(Path::new(PROBE)) {
                Ok(()) => return compiler,
                Err(failure) => messages = failure,
            }
        }
        panic!("no libwatchables-*.rlib in {libraries:?} compiles {PROBE}: {messages}");
    }

    /// Compiles a program, without making code of it. Returns what rustc printed where it failed.
    pub(crate) fn compile(&self, program: &Path) -> Result<(), String> {
        let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--color=never"])
            .args(["-o", "/dev/null", "--crate-name", "fixture", "-A", "unused"])
            .arg("-L")
            .arg(format!("dependency={}", self.libraries.display()))
            .arg("--extern")
            .arg(format!("watchables={}", self.watchables.display()))
            .arg(program)
            .output()
            .expect("rustc is to be had");
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8(output.stderr).expect("rustc prints UTF-8"))
    }
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("libwatchables-") && name.ends_with(".rlib")
}
