//! The programs that the tests need, installed once.
//!
//! The broker is Tansu, which speaks Kafka's protocol and keeps its data in `SQLite`: Apache Kafka itself is in none of the
//! registries of Rust, Python, JavaScript and Debian. Its records are read by kafka-python, which has no code in common
//! with our client.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names another broker than the one that is built.
const VARIABLE: &str = "TANSU";
const BROKER: &str = "0.6.0";
/// kafka-python, and what it decompresses with.
const READER: [&str; 3] = ["kafka-python==3.0.12", "lz4==4.4.5", "zstandard==0.25.0"];

/// Returns the broker. It is built from source under `~/.cache`, once, which takes some minutes.
pub(crate) fn broker() -> PathBuf {
    if let Some(program) = std::env::var_os(VARIABLE) {
        return program.into();
    }
    let folder = cached(&format!("tansu-{BROKER}"), |folder| {
        let build = tempfile::tempdir().expect("a folder");
        let mut cargo = Command::new("cargo");
        cargo
            .args(["install", "tansu", "--version", BROKER, "--locked", "--no-default-features"])
            .args(["--features", "libsql", "--root"])
            .arg(folder)
            .env("CARGO_TARGET_DIR", build.path())
            // It is built faster than it would be with the settings of a release, and is fast enough.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .current_dir(build.path());
        run(&mut cargo, &format!("set {VARIABLE} to the path of a broker"));
    });
    folder.join("bin/tansu")
}

/// Returns a Python that has kafka-python.
pub(crate) fn reader() -> PathBuf {
    let folder = cached("kafka-python-3.0.12", |folder| {
        let mend = "install Debian's python3-venv";
        run(Command::new("python3").args(["-m", "venv"]).arg(folder), mend);
        run(Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(READER), mend);
    });
    folder.join("bin/python")
}

/// Returns a folder of this name that `install` has filled completely.
fn cached(name: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let home = std::env::var_os("HOME").expect("HOME is set");
    let cache = Path::new(&home).join(".cache/watchables-engines");
    fs::create_dir_all(&cache).expect("the cache can be created");
    let lock = File::create(cache.join(format!("{name}.lock"))).expect("the cache can be written");
    lock.lock().expect("it can be locked");
    let folder = cache.join(name);
    let complete = folder.join("complete");
    if !complete.exists() {
        // A Python's folder must be made where it stays.
        let _ = fs::remove_dir_all(&folder);
        install(&folder);
        File::create(complete).expect("the cache can be written");
    }
    folder
}

fn run(command: &mut Command, mend: &str) {
    let output = command.output().expect("the program exists");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed; {mend}: {text}");
}
