//! Exec plugins: asked once, again after a 401 or an expiry, and named when they fail.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tempfile::TempDir;

use crate::server::{Server, connect, failure, get, ok, token, unauthorized};

/// Writes each run into a file, and prints the tokens SECRET-1, SECRET-2 and so on.
const COUNTED: &str = "echo x >>ran\nn=$(($(wc -l <ran)))\n\
     echo \"{\\\"kind\\\":\\\"ExecCredential\\\",\\\"status\\\":{\\\"token\\\":\\\"SECRET-$n\\\"MORE}}\"\n";

/// A shell script in a folder of its own, which it runs in.
struct Plugin(TempDir);

impl Plugin {
    fn new(body: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let script = format!("cd {}\n{body}", dir.path().display());
        fs::write(dir.path().join("plugin-login"), script).unwrap();
        Self(dir)
    }

    fn counted(more: &str) -> Self {
        Self::new(&COUNTED.replace("MORE", &more.replace('"', "\\\"")))
    }

    /// Through `sh`, so that no file that is being written is run.
    fn user(&self) -> Vec<String> {
        let script = self.0.path().join("plugin-login");
        vec![format!("exec: {{command: sh, args: [{}], interactiveMode: Never}}", script.display())]
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.0.path().join("ran")).unwrap_or_default().lines().count()
    }

    fn has(&self, file: &str) -> bool {
        Path::exists(&self.0.path().join(file))
    }
}

fn number(head: &str) -> Option<usize> {
    token(head)?.strip_prefix("SECRET-")?.parse().ok()
}

#[tokio::test]
async fn plugin_runs_once_for_many_requests() {
    let plugin = Plugin::counted("");
    let server =
        Server::start(|head| if number(head) == Some(1) { ok() } else { unauthorized() }).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let client = connect(&url, &[], &plugin.user()).await.unwrap();
    assert_eq!(plugin.runs(), 1);
    for answer in join_all((0..8).map(|_| get(&client))).await {
        assert_eq!(answer.unwrap(), "{}");
    }
    assert_eq!(plugin.runs(), 1);
}

#[tokio::test]
async fn revoked_token_without_expiry_is_renewed_once_for_all_requests() {
    let plugin = Plugin::counted("");
    let revoked = Arc::new(AtomicUsize::new(0));
    let seen = revoked.clone();
    let server = Server::start(move |head| {
        let is_good = number(head).is_some_and(|number| number > seen.load(Ordering::SeqCst));
        if is_good { ok() } else { unauthorized() }
    });
    let url = format!("http://127.0.0.1:{}", server.await.port);
    let client = connect(&url, &[], &plugin.user()).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
    revoked.store(1, Ordering::SeqCst);
    for answer in join_all((0..8).map(|_| get(&client))).await {
        assert_eq!(answer.unwrap(), "{}");
    }
    assert_eq!(plugin.runs(), 2);
}

#[tokio::test]
async fn rejected_tokens_cause_no_storm() {
    let plugin = Plugin::counted("");
    let server = Server::start(|_| unauthorized()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let client = connect(&url, &[], &plugin.user()).await.unwrap();
    for _ in 0..50 {
        let error = get(&client).await.unwrap_err();
        assert!(error.contains("Unauthorized"), "{error}");
    }
    // How many depends on the time that the requests take; without a limit it is 51.
    assert!((2..20).contains(&plugin.runs()), "{}", plugin.runs());
}

#[tokio::test]
async fn expired_credential_is_renewed_before_the_request() {
    let plugin = Plugin::counted(r#","expirationTimestamp":"2020-01-01T00:00:00Z""#);
    let server = Server::start(|_| ok()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let client = connect(&url, &[], &plugin.user()).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(server.heads().iter().filter_map(|head| number(head)).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn failures_name_the_plugin_and_never_its_output() {
    let cases = [
        ("echo '{\"status\":{\"token\":\"SECRET\"}}'\nexit 3\n", "exit status: 3"),
        (
            "echo log\necho '{\"status\":{\"token\":\"SECRET\"}}'\n",
            "something else than an ExecCredential",
        ),
        ("exit 0\n", "printed nothing"),
    ];
    for (body, says) in cases {
        let plugin = Plugin::new(body);
        let error = failure(connect("http://127.0.0.1:1", &[], &plugin.user()).await);
        assert!(error.contains("the exec plugin \"sh\"") && error.contains(says), "{error}");
    }
    let user =
        ["exec: {command: /nowhere/nowhere-login, installHint: get it from the portal}".to_owned()];
    let error = failure(connect("http://127.0.0.1:1", &[], &user).await);
    assert!(error.contains("/nowhere/nowhere-login"), "{error}");
    assert!(error.ends_with("get it from the portal"), "{error}");
}

#[tokio::test]
async fn waiting_for_a_plugin_can_be_given_up() {
    let plugin = Plugin::new("echo x >started\nexec sleep 600\n");
    let user = plugin.user();
    let connecting = connect("http://127.0.0.1:1", &[], &user);
    tokio::pin!(connecting);
    while !plugin.has("started") {
        let waited = tokio::time::timeout(Duration::from_millis(20), &mut connecting).await;
        assert!(waited.is_err(), "the plugin does not end by itself");
    }
}

#[tokio::test]
async fn stop_ends_a_stream_that_waits_for_a_plugin() {
    use futures::StreamExt as _;
    use kube_client::config::{ExecConfig, ExecInteractiveMode};
    use watchables::{Config, DynamicObject, ResourceInfo, Scope, StreamOptions, Watcher};

    let plugin = Plugin::new("echo x >started\nexec sleep 600\n");
    let mut config = Config::new("http://127.0.0.1:1".parse().unwrap());
    config.auth_info.exec = Some(ExecConfig {
        command: Some("sh".to_owned()),
        args: Some(vec![plugin.0.path().join("plugin-login").display().to_string()]),
        interactive_mode: Some(ExecInteractiveMode::Never),
        ..Default::default()
    });
    let client = watchables::connect_to(config).unwrap();
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    let watcher = Watcher::<DynamicObject>::for_resource(client, pods);
    let stop = watcher.stop_handle();
    let mut events = watcher.stream(StreamOptions::managed());
    let stopping = async {
        while !plugin.has("started") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.stop();
    };
    let (item, ()) = tokio::join!(events.next(), stopping);
    assert!(item.is_none());
}

#[tokio::test]
async fn plugin_receives_the_cluster_with_wrapped_and_with_empty_values() {
    use base64::Engine as _;
    let server = Server::start(|_| ok()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let body = format!("echo \"$KUBERNETES_EXEC_INFO\" >info\n{}", COUNTED.replace("MORE", ""));
    let plugin = Plugin::new(&body);
    let user = vec![plugin.user()[0].replace('}', ", provideClusterInfo: true}")];
    let pki = crate::certificates::Pki::new();
    let base64 = base64::engine::general_purpose::STANDARD.encode(pki.ca_pem());
    let (one, two) = base64.split_at(76);
    let wrapped = format!("certificate-authority-data: \"{one}\\n{two}\\n\"");
    connect(&url, &[wrapped], &user).await.unwrap();
    let info = fs::read_to_string(plugin.0.path().join("info")).unwrap();
    assert!(info.contains(&base64), "{info}");
    let empty = ["certificate-authority-data: \"\"", "certificate-authority: \"\""];
    connect(&url, &empty.map(str::to_owned), &user).await.unwrap();
}

#[tokio::test]
async fn hint_of_a_kubeconfig_sends_no_control_characters_to_the_terminal() {
    let user = "exec: {command: nowhere-login, installHint: \"get \\e[31mit\\u0007\"}";
    let error = failure(connect("http://127.0.0.1:1", &[], &[user.to_owned()]).await);
    assert!(error.ends_with("hint: get [31mit"), "{error}");
}

#[tokio::test]
async fn failure_after_a_401_is_reported_until_the_plugin_runs_again() {
    let plugin = Plugin::counted("");
    let server = Server::start(|_| unauthorized()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let script = plugin.0.path().join("plugin-login");
    let client = connect(&url, &[], &plugin.user()).await.unwrap();
    fs::write(script, "exit 5\n").unwrap();
    for _ in 0..3 {
        let error = get(&client).await.unwrap_err();
        assert!(error.contains("failed with exit status: 5"), "{error}");
    }
}
