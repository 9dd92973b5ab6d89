//! Tests of the suite itself: it fails with a message if a program is missing, and cleans up after itself.

use std::process::{Command, Output};

use embedded_apiserver::EmbeddedServer;

/// A server that the suite did not start, with a kubeconfig.
struct SharedServer {
    server: EmbeddedServer,
    folder: tempfile::TempDir,
}

impl SharedServer {
    fn start() -> Self {
        let server = EmbeddedServer::builder(watchables::rel_1_20::CATALOG)
            .release("1.20")
            .start_in_thread()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        Self { server, folder }
    }

    fn run(&self, filter: &str) -> Output {
        suite()
            .args(["--filter", filter, "--kubeconfig"])
            .arg(self.folder.path().join("kubeconfig"))
            .output()
            .unwrap()
    }
}

/// Returns the suite's command, without a real server and without kubectl.
fn suite() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_e2e"));
    command.env_remove("KUBEBUILDER_ASSETS").env("PATH", "/nonexistent");
    command
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn missing_server_fails_with_a_message() {
    let output = suite().output().unwrap();
    let text = text_of(&output);
    assert!(!output.status.success() && text.contains("END TO END DID NOT RUN"), "{text}");
}

#[test]
fn missing_kubectl_fails_with_a_message() {
    let output = SharedServer::start().run("kubectl");
    let text = text_of(&output);
    assert!(!output.status.success() && text.contains("KUBECTL DID NOT RUN"), "{text}");
    assert!(text.contains("apt-get install kubernetes-client"), "{text}");
}

#[test]
fn filter_without_matches_fails() {
    let output = SharedServer::start().run("no such test");
    let text = text_of(&output);
    assert!(!output.status.success() && text.contains("no test passed"), "{text}");
}

#[test]
fn cleanup_deletes_only_what_the_run_created() {
    let shared = SharedServer::start();
    let before = namespaces(&shared.server);
    let output = shared.run("selectors");
    let text = text_of(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("everything the run created is deleted: "), "{text}");
    assert_eq!(namespaces(&shared.server), before);
}

/// Returns the names of the server's namespaces.
fn namespaces(server: &EmbeddedServer) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let list = runtime.block_on(async {
        let client =
            kube_client::Client::try_from(kube_client::Config::new(server.url().parse().unwrap()));
        let request = http::Request::get("/api/v1/namespaces").body(Vec::new()).unwrap();
        client.unwrap().request::<serde_json::Value>(request).await.unwrap()
    });
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}
