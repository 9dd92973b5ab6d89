//! A control plane leaves no process and no file behind, however the program ends.

mod fake;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use std::{fs, panic};

use envtest::{Assets, ControlPlane, Options};
use fake::{FakePrograms, wait_for};

/// Set in the program that the test kills: the directory of the servers' programs.
const PROGRAMS_FOLDER: &str = "ENVTEST_PROGRAMS_FOLDER";

/// Not a test by itself: the fake programs run it.
#[test]
fn fake() {
    fake::serve_if_requested();
}

fn start(programs: &FakePrograms) -> envtest::Result<ControlPlane> {
    ControlPlane::start(&Assets::in_folder(programs.folder())?, &Options::default())
}

/// Returns the directory of a control plane.
fn folder(plane: &ControlPlane) -> PathBuf {
    plane.kubeconfig_path().parent().unwrap().to_owned()
}

fn wait_for_exit(programs: &FakePrograms) {
    wait_for("the exit of all servers", || programs.running().is_empty());
}

#[test]
fn drop_stops_both_servers_and_deletes_their_files() {
    let programs = FakePrograms::new();
    let plane = start(&programs).unwrap();
    let folder = folder(&plane);
    assert_eq!(programs.running().len(), 2);
    assert!(fs::read_to_string(plane.kubeconfig_path()).unwrap().contains(&plane.url()));
    drop(plane);
    // The servers are gone when drop returns, not some time later.
    assert_eq!(programs.running(), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

#[test]
fn panic_stops_both_servers() {
    let programs = FakePrograms::new();
    let plane = start(&programs).unwrap();
    let folder = folder(&plane);
    let panicked = thread::spawn(move || {
        let _plane = plane;
        panic::resume_unwind(Box::new("a test has failed"));
    });
    panicked.join().unwrap_err();
    assert_eq!(programs.running(), Vec::<PathBuf>::new());
    assert!(!folder.exists());
}

/// Not a test by itself: the tests below run it in a separate process.
#[test]
fn control_plane_process() {
    if let Some(folder) = std::env::var_os(PROGRAMS_FOLDER) {
        let assets = Assets::in_folder(folder).unwrap();
        let plane = ControlPlane::start(&assets, &Options::default()).unwrap();
        fs::write(assets.program("plane.folder"), folder_name(&plane)).unwrap();
        thread::sleep(Duration::from_mins(10));
    }
}

fn folder_name(plane: &ControlPlane) -> String {
    folder(plane).display().to_string()
}

#[test]
fn killed_program_leaves_no_server() {
    let programs = FakePrograms::new();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "control_plane_process"])
        .env(PROGRAMS_FOLDER, programs.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let marker = programs.folder().join("plane.folder");
    wait_for("the servers to start", || {
        fs::read_to_string(&marker).is_ok_and(|name| !name.is_empty())
    });
    assert_eq!(programs.running().len(), 2);
    program.kill().unwrap();
    program.wait().unwrap();
    wait_for_exit(&programs);
    // A killed program cannot delete its files.
    fs::remove_dir_all(fs::read_to_string(&marker).unwrap()).unwrap();
}

#[test]
fn program_killed_during_startup_leaves_no_server() {
    let programs = FakePrograms::new();
    // This server never becomes ready.
    let stuck = "#!/bin/sh\necho $$ >>\"$(dirname \"$0\")/kube-apiserver.pids\"\nexec sleep 600\n";
    fs::write(programs.folder().join("kube-apiserver"), stuck).unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "control_plane_process"])
        .env(PROGRAMS_FOLDER, programs.folder())
        .env("TMPDIR", programs.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the servers to start", || programs.running().len() == 2);
    program.kill().unwrap();
    program.wait().unwrap();
    wait_for_exit(&programs);
}

#[test]
fn failed_apiserver_start_stops_etcd_and_reports_the_cause() {
    let programs = FakePrograms::new();
    programs.fail_apiserver_start("unknown flag: --secure-port");
    let error = start(&programs).unwrap_err().to_string();
    for part in ["kube-apiserver exited", "exit status: 3", "unknown flag: --secure-port"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(programs.started("etcd").len(), 1);
    assert_eq!(programs.running(), Vec::<PathBuf>::new());
}

#[test]
fn restart_keeps_the_address_and_the_data() {
    let programs = FakePrograms::new();
    let mut plane = start(&programs).unwrap();
    let (url, folder) = (plane.url(), folder(&plane));
    plane.kill_apiserver();
    assert_eq!(programs.running(), programs.started("etcd"));
    plane.restart_apiserver().unwrap();
    plane.restart_etcd().unwrap();
    assert_eq!(plane.url(), url);
    assert_eq!(fs::read_to_string(folder.join("etcd")).unwrap(), "started\nstarted\n");
    let second = plane.second_apiserver("another", &[]).unwrap();
    assert_ne!(second.port(), plane.port());
    assert_eq!(programs.running().len(), 3);
    drop(second);
    assert_eq!(programs.running().len(), 2);
    plane.kill_etcd();
    assert_eq!(programs.running().len(), 1);
    drop(plane);
    assert_eq!(programs.running(), Vec::<PathBuf>::new());
}

#[test]
fn compaction_uses_the_current_revision() {
    let programs = FakePrograms::new();
    start(&programs).unwrap().compact_etcd().unwrap();
    let requests = programs.etcd_requests();
    let (_, compaction) = requests.split_once("POST /v3/kv/compaction ").expect("a compaction");
    assert!(compaction.contains(r#""revision":"17""#), "{compaction}");
    assert!(compaction.contains(r#""physical":true"#), "{compaction}");
}
