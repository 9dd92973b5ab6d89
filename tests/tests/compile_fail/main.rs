//! What cannot be watched does not compile, and the compiler's message says why.
//!
//! Each `tests/ui/*/NAME.rs` must fail to compile with the messages in `NAME.stderr`. After a change of a
//! message run `BLESS=1 cargo test -p watchables-tests --test compile_fail`, and read the difference.
//!
//! rustc runs directly, against the libraries that were built for this test: trybuild would build every
//! dependency a second time, in a target directory of its own.

mod compiler;
mod normalize;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use compiler::Compiler;

/// The fixtures, in order of name.
fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["watch", "attribute", "multiplexed"] {
        for entry in fs::read_dir(Path::new("tests/ui").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Compiles a fixture and compares the messages. Returns what differs.
fn check(compiler: &Compiler, fixture: &Path, bless: bool) -> Result<(), String> {
    let name = fixture.display();
    let messages = match compiler.compile(fixture) {
        Ok(()) => return Err(format!("{name} compiles, and must not")),
        Err(messages) => normalize::normalize(&messages, &fixture.to_string_lossy()),
    };
    let expected_file = fixture.with_extension("stderr");
    if bless {
        fs::write(&expected_file, &messages).unwrap();
    }
    let expected = fs::read_to_string(&expected_file).unwrap_or_default();
    if messages == expected {
        return Ok(());
    }
    Err(format!("{name}: expected\n\n{expected}\nbut rustc printed\n\n{messages}"))
}

#[test]
fn unwatchable_types_and_malformed_attributes_fail_to_compile() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 50, "found only {} fixtures", fixtures.len());
    let compiler = Compiler::find();
    let bless = std::env::var_os("BLESS").is_some();
    let (next, failures) = (Mutex::new(fixtures.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(fixture) = { next.lock().unwrap().next() } {
                    if let Err(failure) = check(&compiler, fixture, bless) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
