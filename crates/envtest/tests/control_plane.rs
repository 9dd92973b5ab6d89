//! A control plane leaves no process and no file behind, however its program ends.

mod fake;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use std::{fs, panic};

use envtest::{Assets, ControlPlane, Options};
use fake::{Fakes, until};

/// Set in the program that is to be killed: where the servers' programs lie.
const VICTIM: &str = "ENVTEST_PLANE_VICTIM";

/// Not a test in itself: the servers' programs run it.
#[test]
fn fake() {
    fake::serve_if_asked();
}

fn start(fakes: &Fakes) -> envtest::Result<ControlPlane> {
    ControlPlane::start(&Assets::in_folder(fakes.folder())?, &Options::default())
}

/// The folder of a control plane.
fn folder(plane: &ControlPlane) -> PathBuf {
    plane.kubeconfig_path().parent().unwrap().to_owned()
}

fn none_runs(fakes: &Fakes) {
    until("the end of all servers", || fakes.running().is_empty());
}

#[test]
fn dropping_it_ends_both_servers_and_removes_what_they_wrote() {
    let fakes = Fakes::new();
    let plane = start(&fakes).unwrap();
    let folder = folder(&plane);
    assert_eq!(fakes.running().len(), 2);
    assert!(fs::read_to_string(plane.kubeconfig_path()).unwrap().contains(&plane.url()));
    drop(plane);
    // They are gone when dropping is over, not some time after it.
    assert_eq!(fakes.running(), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

#[test]
fn a_panic_ends_both_servers() {
    let fakes = Fakes::new();
    let plane = start(&fakes).unwrap();
    let folder = folder(&plane);
    let panicked = thread::spawn(move || {
        let _plane = plane;
        panic::resume_unwind(Box::new("a test has failed"));
    });
    panicked.join().unwrap_err();
    assert_eq!(fakes.running(), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

/// Not a test in itself: the next one runs it in a process of its own.
#[test]
fn victim() {
    if let Some(folder) = std::env::var_os(VICTIM) {
        let assets = Assets::in_folder(folder).unwrap();
        let plane = ControlPlane::start(&assets, &Options::default()).unwrap();
        fs::write(assets.program("victim.folder"), folder_name(&plane)).unwrap();
        thread::sleep(Duration::from_mins(10));
    }
}

fn folder_name(plane: &ControlPlane) -> String {
    folder(plane).display().to_string()
}

#[test]
fn a_killed_program_leaves_no_server() {
    let fakes = Fakes::new();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim"])
        .env(VICTIM, fakes.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let told = fakes.folder().join("victim.folder");
    until("the servers' start", || fs::read_to_string(&told).is_ok_and(|name| !name.is_empty()));
    assert_eq!(fakes.running().len(), 2);
    program.kill().unwrap();
    program.wait().unwrap();
    none_runs(&fakes);
    // A killed program cannot remove its files: we do.
    fs::remove_dir_all(fs::read_to_string(&told).unwrap()).unwrap();
}

#[test]
fn a_program_killed_while_it_starts_leaves_no_server() {
    let fakes = Fakes::new();
    // It never becomes ready.
    let stuck = "#!/bin/sh\necho $$ >>\"$(dirname \"$0\")/kube-apiserver.pids\"\nexec sleep 600\n";
    fs::write(fakes.folder().join("kube-apiserver"), stuck).unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim"])
        .env(VICTIM, fakes.folder())
        .env("TMPDIR", fakes.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the servers' start", || fakes.running().len() == 2);
    program.kill().unwrap();
    program.wait().unwrap();
    none_runs(&fakes);
}

#[test]
fn where_one_does_not_start_the_other_ends_too_and_the_cause_is_told() {
    let fakes = Fakes::new();
    fakes.refuse("unknown flag: --secure-port");
    let error = start(&fakes).unwrap_err().to_string();
    for part in ["kube-apiserver ended", "exit status: 3", "unknown flag: --secure-port"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(fakes.started("etcd").len(), 1);
    assert_eq!(fakes.running(), Vec::<PathBuf>::new());
}

#[test]
fn a_restart_keeps_the_address_and_the_data() {
    let fakes = Fakes::new();
    let mut plane = start(&fakes).unwrap();
    let (url, folder) = (plane.url(), folder(&plane));
    plane.kill_apiserver();
    assert_eq!(fakes.running(), fakes.started("etcd"));
    plane.restart_apiserver().unwrap();
    plane.restart_etcd().unwrap();
    assert_eq!(plane.url(), url);
    assert_eq!(fs::read_to_string(folder.join("etcd")).unwrap(), "started\nstarted\n");
    let second = plane.second_apiserver("another", &[]).unwrap();
    assert_ne!(second.port(), plane.port());
    assert_eq!(fakes.running().len(), 3);
    drop(second);
    assert_eq!(fakes.running().len(), 2);
    plane.kill_etcd();
    assert_eq!(fakes.running().len(), 1);
    drop(plane);
    assert_eq!(fakes.running(), Vec::<PathBuf>::new());
}

#[test]
fn etcd_is_compacted_at_the_revision_that_it_tells() {
    let fakes = Fakes::new();
    start(&fakes).unwrap().compact_etcd().unwrap();
    let asked = fakes.asked_of_etcd();
    let (_, compaction) = asked.split_once("POST /v3/kv/compaction ").expect("a compaction");
    assert!(compaction.contains(r#""revision":"17""#), "{compaction}");
    assert!(compaction.contains(r#""physical":true"#), "{compaction}");
}
