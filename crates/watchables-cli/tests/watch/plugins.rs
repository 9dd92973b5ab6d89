//! Exec plugins: prompts, and plugins that hang.

use std::io::{BufRead as _, BufReader, Read as _};
use tempfile::TempDir;

use crate::support::{assert_error, home, run, watchables, write_kubeconfig};

/// Adds an exec plugin to the user of a kubeconfig: a shell script.
#[cfg(unix)]
fn write_plugin(home: &TempDir, kubeconfig: &std::path::Path, body: &str) {
    let script = home.path().join("plugin-login");
    std::fs::write(&script, format!("cd {}\n{body}", home.path().display())).unwrap();
    let text = std::fs::read_to_string(kubeconfig).unwrap();
    let exec =
        format!("exec: {{command: sh, args: [{}], interactiveMode: Never}}", script.display());
    assert!(text.contains("token: t"), "{text}");
    std::fs::write(kubeconfig, text.replace("token: t", &exec)).unwrap();
}

/// A prompt of an exec plugin is seen before the plugin ends: it ends only once it was seen.
#[cfg(unix)]
#[test]
fn prompt_of_an_exec_plugin_is_seen_while_it_waits() {
    let home = home();
    let kubeconfig = write_kubeconfig(&home, "http://127.0.0.1:1");
    let body = "echo 'type WXYZ' >&2\nwhile [ ! -e seen ]; do sleep 0.05; done\n\
                echo '{\"status\":{\"token\":\"SECRET\"}}'\nexit 3\n";
    write_plugin(&home, &kubeconfig, body);
    let mut command = watchables(&home);
    let mut child =
        command.args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "type WXYZ\n");
    std::fs::write(home.path().join("seen"), "").unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(rest.starts_with("error: ") && rest.contains("failed with exit status: 3"), "{rest}");
    assert!(!rest.contains("SECRET"), "{rest}");
}

#[cfg(unix)]
#[test]
fn time_limit_names_the_exec_plugin_that_it_waited_for() {
    let home = home();
    let kubeconfig = write_kubeconfig(&home, "http://127.0.0.1:1");
    write_plugin(&home, &kubeconfig, "exec sleep 600 2>&-\n");
    let mut command = watchables(&home);
    command.args(["watch", "pods", "--for", "1s", "--kubeconfig"]).arg(kubeconfig);
    assert_error(&run(&mut command), "the exec plugin \"sh\" did not give a credential");
}
