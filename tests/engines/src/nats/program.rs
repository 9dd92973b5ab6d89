//! Finds the program nats-server, or takes it from Debian's package.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names another program than Debian's.
const VARIABLE: &str = "NATS_SERVER";
const PROGRAM: &str = "usr/sbin/nats-server";

/// Returns the program. Nothing is installed: the package is unpacked under `~/.cache`, once.
pub(crate) fn program() -> PathBuf {
    if let Some(program) = std::env::var_os(VARIABLE) {
        return program.into();
    }
    let home = std::env::var_os("HOME").expect("HOME is set");
    let cache = Path::new(&home).join(".cache/watchables-engines");
    fs::create_dir_all(&cache).expect("the cache can be created");
    let lock = File::create(cache.join("nats-server.lock")).expect("the cache can be written");
    lock.lock().expect("it can be locked");
    unpacked(&cache).unwrap_or_else(|| unpack(&cache))
}

fn unpacked(cache: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(cache).expect("the cache can be read");
    let mut programs: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("nats-server-"))
        .map(|entry| entry.path().join(PROGRAM))
        .filter(|program| program.exists())
        .collect();
    programs.sort();
    programs.pop()
}

fn unpack(cache: &Path) -> PathBuf {
    let folder = tempfile::tempdir_in(cache).expect("the cache can be written");
    run(Command::new("apt-get").args(["download", "nats-server"]).current_dir(folder.path()));
    let package = fs::read_dir(folder.path())
        .expect("the folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .expect("apt-get has downloaded a package");
    let name = package.file_name().expect("it has a name").to_string_lossy().into_owned();
    let version = name.split('_').nth(1).expect("a package's name has a version").to_owned();
    let content = folder.path().join("content");
    run(Command::new("dpkg").arg("-x").args([&package, &content]));
    let target = cache.join(format!("nats-server-{version}"));
    fs::rename(content, &target).expect("nobody else unpacks: it is locked");
    target.join(PROGRAM)
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program exists");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} failed; set {VARIABLE} to the path of a nats-server: {text}"
    );
}
