//! Completion: in a real bash, and as the scripts of the other shells call the program.

use std::path::Path;
use std::process::{Command, Stdio};

use embedded_apiserver::EmbeddedServer;
use serde_json::json;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_watchables");

fn home(kubeconfig: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), kubeconfig).unwrap();
    home
}

fn cluster() -> (EmbeddedServer, TempDir) {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let server = EmbeddedServer::builder(catalog).start_in_thread().unwrap();
    for (namespace, name) in [("default", "web-1"), ("default", "web-2"), ("kube-system", "dns")] {
        let metadata = json!({"namespace": namespace, "name": name});
        let spec = json!({"containers": [{"name": "main", "image": "example"}]});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
        server.store().create(pod).unwrap();
    }
    let home = home(&with_contexts(&server.url()));
    (server, home)
}

/// Returns a kubeconfig with a context of each of the names that clouds give.
fn with_contexts(url: &str) -> String {
    let context = |name: &str| format!("- {{name: \"{name}\", context: {{cluster: c}}}}\n");
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: staging\n\
         clusters: [{{name: c, cluster: {{server: \"{url}\"}}}}]\ncontexts:\n{}{}{}",
        context("staging"),
        context("arn:aws:eks:eu:1:cluster/prod"),
        context("gke_p_z_c"),
    )
}

fn command(program: &str, home: &Path) -> Command {
    let folder = Path::new(PROGRAM).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command
        .env("HOME", home)
        .env("PATH", path)
        .env_remove("KUBECONFIG")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .stdin(Stdio::null());
    command
}

/// Returns what a real bash completes a line to. Asserts that nothing reaches the terminal.
fn in_bash(home: &TempDir, line: &str) -> Vec<String> {
    // As readline splits words: at blanks, and at = and :, which are words of their own.
    let script = r#"
        source <(watchables completion bash)
        COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=() word=
        for ((i = 0; i < ${#1}; i++)); do
            c=${1:i:1}
            case $c in
                ' ') [[ $word ]] && COMP_WORDS+=("$word"); word= ;;
                [=:]) [[ $word ]] && COMP_WORDS+=("$word"); COMP_WORDS+=("$c"); word= ;;
                *) word+=$c ;;
            esac
        done
        # After = and : alone, readline completes that word.
        [[ $word || $c == ' ' ]] && COMP_WORDS+=("$word")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _watchables
        (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"
        exit 0"#;
    let output =
        command("bash", home.path()).args(["--norc", "-c", script, "bash", line]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn commands_options_and_values_are_completed() {
    let (_server, home) = cluster();
    assert_eq!(in_bash(&home, "watchables wa"), ["watch"]);
    assert_eq!(in_bash(&home, "watchables watch --time"), ["--timestamps"]);
    assert_eq!(
        in_bash(&home, "watchables watch pods -o js"),
        ["json", "jsonpath=", "jsonpath-file="]
    );
    assert_eq!(in_bash(&home, "watchables watch pods --only ADDED,m"), ["ADDED,MODIFIED"]);
    assert_eq!(
        in_bash(&home, "watchables watch pods --only ADDED,"),
        ["ADDED,DELETED", "ADDED,MODIFIED"]
    );
    std::fs::write(home.path().join("app.yaml"), "").unwrap();
    let file = home.path().join("app.yaml").display().to_string();
    let begin = file.trim_end_matches(".yaml");
    for option in ["-f ", "--filename=", "-o jsonpath-file=", "--resume "] {
        let line = format!("watchables watch {option}{begin}");
        let completed = in_bash(&home, &line);
        assert_eq!(completed, std::slice::from_ref(&file), "{line}");
    }
}

#[test]
fn resources_are_those_of_the_server() {
    let (server, home) = cluster();
    assert_eq!(
        in_bash(&home, "watchables watch pod"),
        ["podcertificaterequests", "poddisruptionbudgets", "podgroups", "pods", "podtemplates"]
    );
    assert_eq!(in_bash(&home, "watchables watch pods,deploy"), ["pods,deployments"]);
    assert_eq!(in_bash(&home, "watchables doctor pods,deploy"), ["pods,deployments"]);
    assert_eq!(in_bash(&home, "watchables watch al"), ["all"]);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                          "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    });
    server.store().create(definition).unwrap();
    assert_eq!(in_bash(&home, "watchables watch widg"), ["widgets"]);
}

#[test]
fn objects_are_completed_after_their_resource() {
    let (_server, home) = cluster();
    assert_eq!(in_bash(&home, "watchables watch pod/w"), ["pod/web-1", "pod/web-2"]);
    assert_eq!(in_bash(&home, "watchables watch pod w"), ["web-1", "web-2"]);
    assert_eq!(in_bash(&home, "watchables watch pod web-1 "), ["dns", "web-1", "web-2"]);
    assert_eq!(in_bash(&home, "watchables watch -n kube-system po/"), ["po/dns"]);
    assert!(in_bash(&home, "watchables watch nothing/").is_empty());
}

#[test]
fn namespaces_and_contexts_are_completed_also_after_an_equals_sign() {
    let (_server, home) = cluster();
    assert_eq!(in_bash(&home, "watchables watch pods -n kube-s"), ["kube-system"]);
    assert_eq!(in_bash(&home, "watchables watch pods -n default,kube-s"), ["default,kube-system"]);
    assert_eq!(in_bash(&home, "watchables watch pods --namespace=kube-s"), ["kube-system"]);
    let contexts = ["arn:aws:eks:eu:1:cluster/prod", "gke_p_z_c", "staging"];
    assert_eq!(in_bash(&home, "watchables watch --context "), contexts);
    assert_eq!(in_bash(&home, "watchables watch --context=st"), ["staging"]);
    // bash keeps what is before the last colon.
    assert_eq!(in_bash(&home, "watchables watch --context arn:aws:ek"), ["eks:eu:1:cluster/prod"]);
    assert_eq!(in_bash(&home, "watchables watch --context=arn:aws:ek"), ["eks:eu:1:cluster/prod"]);
}

#[test]
fn cluster_that_does_not_answer_is_passed_over_in_silence() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let never_answers = format!("http://{}", listener.local_addr().unwrap());
    for kubeconfig in [
        with_contexts(&never_answers),
        with_contexts("http://127.0.0.1:1"),
        "users: [".to_owned(),
        // A plugin that talks, and asks.
        with_contexts("http://127.0.0.1:1").replace("{cluster: c}", "{cluster: c, user: u}")
            + "users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, \
             args: [-c, 'echo LOUD >&2; read answer; sleep 5'], interactiveMode: IfAvailable}}}]\n",
    ] {
        let home = home(&kubeconfig);
        // The resources of the newest release.
        assert_eq!(in_bash(&home, "watchables watch deploy"), ["deployments"], "{kubeconfig}");
        assert!(in_bash(&home, "watchables watch pods -n ").is_empty(), "{kubeconfig}");
    }
}

#[test]
fn other_shells_get_the_same_names() {
    let (_server, home) = cluster();
    for (shell, index) in [("fish", None), ("zsh", Some("3"))] {
        let mut command = command(PROGRAM, home.path());
        command.env("WATCHABLES_COMPLETE", shell).args(["--", "watchables", "watch", "pod", "web"]);
        if let Some(index) = index {
            command.env("_CLAP_COMPLETE_INDEX", index);
        }
        let output = command.output().unwrap();
        let names = String::from_utf8(output.stdout).unwrap();
        assert_eq!(names.lines().collect::<Vec<_>>(), ["web-1", "web-2"], "{shell}");
    }
    for (shell, part) in [
        ("bash", "complete -o bashdefault -o default -F _watchables watchables\n"),
        ("zsh", "compdef"),
        ("fish", "--command watchables"),
    ] {
        let output = command(PROGRAM, home.path()).args(["completion", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains(part), "{shell}: {script}");
    }
}
