//! The suite itself: what it lacks it says and fails, and what it made it removes.

use std::process::{Command, Output};

use embedded_apiserver::EmbeddedServer;

/// A server that is not the suite's own, with a kubeconfig.
struct Foreign {
    server: EmbeddedServer,
    folder: tempfile::TempDir,
}

impl Foreign {
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

/// Without a real server and without kubectl.
fn suite() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_e2e"));
    command.env_remove("KUBEBUILDER_ASSETS").env("PATH", "/nonexistent");
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn without_a_server_it_says_so_and_fails() {
    let output = suite().output().unwrap();
    let text = said(&output);
    assert!(!output.status.success() && text.contains("END TO END DID NOT RUN"), "{text}");
}

#[test]
fn without_kubectl_it_says_so_and_fails() {
    let output = Foreign::start().run("kubectl");
    let text = said(&output);
    assert!(!output.status.success() && text.contains("KUBECTL DID NOT RUN"), "{text}");
    assert!(text.contains("apt-get install kubernetes-client"), "{text}");
}

#[test]
fn where_no_test_fits_it_fails() {
    let output = Foreign::start().run("no such test");
    let text = said(&output);
    assert!(!output.status.success() && text.contains("no test has passed"), "{text}");
}

#[test]
fn it_removes_what_it_made_and_nothing_else() {
    let foreign = Foreign::start();
    let before = namespaces(&foreign.server);
    let output = foreign.run("selectors");
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("all that was made is removed: "), "{text}");
    assert_eq!(namespaces(&foreign.server), before);
}

/// The names of the namespaces.
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
