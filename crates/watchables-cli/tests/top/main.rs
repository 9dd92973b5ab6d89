//! The command `watchables top`, in a terminal.
#![cfg(unix)]

mod choices;
mod clusters;
mod recordings;
mod session;

use std::process::Command;

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};

use session::Session;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_C: &str = "\u{3}";
const CTRL_Z: &str = "\u{1a}";

#[test]
fn demo_is_shown_walked_through_and_ended() {
    let mut session = Session::start(&["--demo"]);
    session.wait_for("coredns-");
    session.wait_for("● live, 8 watches");
    assert!(session.text().contains("NAMESPACE↑"), "{}", session.text());
    session.press("/");
    session.press("coredns");
    session.press(ENTER);
    session.wait_until(|screen| !screen.contents().contains("metrics-server"));
    session.press(ENTER);
    session.wait_for("existed at the start");
    session.wait_for("apiVersion: v1");
    session.resize(140, 200);
    session.wait_for("phase: Running");
    session.press(ESC);
    session.wait_for("LAST CHANGE");
    session.press(ESC);
    session.wait_for("metrics-server");
    session.press("?");
    session.wait_for("Ctrl-Z");
    session.press("x");
    session.resize(9, 40);
    session.wait_for("The terminal is 40×9.");
    session.resize(24, 80);
    session.wait_for("coredns-");
    session.press("q");
    let (status, text) = session.ends();
    assert!(status.success(), "{text}");
    assert!(!text.contains("coredns"), "the shell's screen is as it was: {text}");
}

#[test]
fn terminal_is_restored_however_it_ends() {
    let mut session = Session::start(&["pods", "--demo"]);
    session.wait_for("coredns-");
    session.press(CTRL_C);
    assert!(session.ends().0.success());

    let session = Session::start(&["pods", "--demo"]);
    session.wait_for("coredns-");
    let id = Pid::from_raw(session.process_id().try_into().unwrap()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    assert!(session.ends().0.success());
}

#[test]
fn suspended_it_gives_the_terminal_back_until_it_is_continued() {
    let mut shell = CommandBuilder::new("sh");
    let script =
        r#"set -m; "$0" top pods --demo; echo suspended; read line; fg; echo "ended with $?""#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_watchables")]);
    let mut session = Session::run(shell, &[]);
    session.wait_for("coredns-");
    session.press(CTRL_Z);
    session.wait_for("suspended");
    session.wait_until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
    session.press("\n");
    session
        .wait_until(|screen| screen.alternate_screen() && screen.contents().contains("coredns-"));
    session.press("q");
    session.wait_for("ended with 0");
    assert!(session.ends().0.success());
}

#[test]
fn without_a_terminal_watch_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_watchables")).args(["top", "--demo"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: standard output is not a terminal"), "{error}");
    assert!(error.contains("`watchables watch`"), "{error}");
    let session = Session::start_with(&["--demo"], &[("TERM", "dumb")]);
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 1);
    assert!(text.contains("dumb"), "{text}");
}

#[test]
fn colours_are_shown_unless_they_are_not_wanted() {
    let is_colored = |screen: &vt100::Screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let mut cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        cells.any(|(row, column)| {
            let cell = screen.cell(row, column).unwrap();
            (cell.fgcolor(), cell.bgcolor()) != (vt100::Color::Default, vt100::Color::Default)
        })
    };
    for (arguments, variables, expected) in [
        (&["--demo"][..], &[][..], true),
        (&["--demo"], &[("NO_COLOR", "1")], false),
        (&["--demo", "--color", "never"], &[], false),
        (&["--demo", "--color", "always"], &[("NO_COLOR", "1")], true),
    ] {
        let mut session = Session::start_with(arguments, variables);
        session.wait_until(|screen| {
            let text = screen.contents();
            assert!(expected || !is_colored(screen), "{arguments:?} {variables:?}: {text}");
            text.contains("coredns-") && text.contains("live") && is_colored(screen) == expected
        });
        session.press("q");
        session.ends();
    }
}
