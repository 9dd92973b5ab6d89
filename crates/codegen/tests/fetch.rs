//! Tests of `fetch` with loopback servers: every way in which a download can fail.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use support::{Repository, SMALL, SPEC_PATH, proto_files};

/// Starts a server that sends every client the same response for the spec, and the `.proto` files of the small one,
/// until the test process ends.
fn serve(response: String) -> String {
    let files = proto_files(SMALL);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let expected = request.starts_with(&format!("GET /{SPEC_PATH} "))
                || request.starts_with("GET /other-tag/api/openapi-spec/swagger.json ");
            let path = request.split(' ').nth(1).unwrap_or_default();
            let file = path.split_once("/staging/src/").and_then(|(_, path)| files.get(path));
            let response = match file {
                Some(file) => ok(file),
                None if expected => response.clone(),
                None => NOT_FOUND.to_owned(),
            };
            // The client may have disconnected, which the test detects.
            let _ = stream.write_all(response.as_bytes());
        }
    });
    base
}

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn fetch(repository: &Repository, base: &str, more: &[&str]) -> support::Outcome {
    repository.run(&[&["fetch", "1.99", "--base-url", base], more].concat())
}

/// Asserts that a fetch fails with this message and changes nothing, whether or not 1.99 was fetched
/// before.
#[track_caller]
fn fails(base: &str, parts: &[&str]) {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    let before = repository.snapshot("spec");
    fetch(&repository, base, &[]).failed_with(parts);
    assert_eq!(repository.snapshot("spec"), before);
    // In an empty repository, nothing is created.
    let repository = Repository::new();
    fetch(&repository, base, &[]).failed_with(&[]);
    assert!(repository.snapshot("spec").is_empty());
}

#[test]
fn spec_is_fetched_and_pinned() {
    let repository = Repository::new();
    let base = serve(ok(SMALL));
    let outcome = fetch(&repository, &base, &[]);
    outcome.succeeded();
    assert!(outcome.stderr.contains(&format!("fetching {base}/{SPEC_PATH}")), "{}", outcome.stderr);
    let pins = repository.read("spec/releases.toml");
    for line in [
        "release = \"1.99\"",
        "tag = \"v1.99.0\"",
        "url = \"https://raw.githubusercontent.com/kubernetes/kubernetes/v1.99.0/api/openapi-spec/swagger.json\"",
        "definitions = 26",
        "paths = 29",
        "watch_cluster = 4",
        "watch_namespaced = 3",
        "protobuf_files = 8",
        "protobuf_fields = 46",
    ] {
        assert!(pins.contains(line), "{line} is not in {pins}");
    }
    assert!(repository.read("spec/rel_1_99.json").contains("\"io.k8s.api.core.v1.Pod\""));
    // Again: the checksum is the pinned one, and nothing changes.
    let before = repository.snapshot("spec");
    fetch(&repository, &base, &[]).succeeded();
    assert_eq!(repository.snapshot("spec"), before);
}

#[test]
fn file_url_is_accepted_and_note_is_preserved() {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    let pins = repository.read("spec/releases.toml") + "note = \"by hand\"\n";
    repository.write("spec/releases.toml", &pins);
    repository.fetch_text(SMALL).succeeded();
    assert_eq!(repository.read("spec/releases.toml"), pins);
}

#[test]
fn changed_spec_is_rejected_until_repinned() {
    let repository = Repository::new();
    repository.fetch_text(SMALL).succeeded();
    let before = repository.snapshot("spec");
    let base = serve(ok(&SMALL.replace("Prose", "Other prose")));
    let sums = ["has the sha256 ", "pins ", "--repin", &base, "spec/releases.toml"];
    fetch(&repository, &base, &[]).failed_with(&sums);
    assert_eq!(repository.snapshot("spec"), before);
    fetch(&repository, &base, &["--repin"]).succeeded();
    assert_ne!(
        repository.read("spec/releases.toml"),
        before[&repository.path("spec/releases.toml")]
    );
    // Descriptions are not facts.
    assert_eq!(
        repository.read("spec/rel_1_99.json"),
        before[&repository.path("spec/rel_1_99.json")]
    );
}

#[test]
fn tag_is_pinned() {
    let repository = Repository::new();
    let base = serve(ok(SMALL));
    fetch(&repository, &base, &["--tag", "other-tag"]).succeeded();
    let outcome = fetch(&repository, &base, &[]);
    outcome.succeeded();
    assert!(outcome.stderr.contains("/other-tag/api/"), "{}", outcome.stderr);
}

#[test]
fn tag_with_two_releases_is_rejected() {
    let repository = Repository::new();
    repository.run(&["fetch", "1.98", "1.99", "--tag", "x"]).failed_with(&["--tag", "separately"]);
}

#[test]
fn invalid_release_is_rejected() {
    Repository::new()
        .run(&["fetch", "v1.36"])
        .failed_with(&["`v1.36` is not a Kubernetes release", "1.36"]);
    assert_eq!(Repository::new().run(&["fetch"]).code, 2);
}

#[test]
fn http_404_is_reported() {
    let base = serve(NOT_FOUND.to_owned());
    fails(&base, &[&format!("{base}/{SPEC_PATH}"), "404", "--tag"]);
}

#[test]
fn http_error_is_reported() {
    let base = serve("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".to_owned());
    fails(&base, &[&base, "503", "--base-url"]);
}

#[test]
fn refused_connection_is_reported() {
    // The port has just been released.
    let base =
        format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    fails(&base, &["cannot reach", &base, "refused", "--base-url"]);
}

#[test]
fn truncated_download_is_rejected() {
    let response = ok(SMALL).replace("Content-Length: ", "Content-Length: 9");
    let base = serve(response);
    fails(
        &base,
        &[
            &base,
            &format!("was truncated after {} of 9{}", SMALL.len(), SMALL.len()),
            "fetch it again",
        ],
    );
}

#[test]
fn malformed_json_is_rejected() {
    let base = serve(ok(&SMALL[..SMALL.len() / 2]));
    let repository = Repository::new();
    fetch(&repository, &base, &[]).failed_with(&[&base, "is not JSON", "line"]);
    assert!(repository.snapshot("spec").is_empty());
}

#[test]
fn json_that_is_not_a_spec_is_rejected() {
    for (spec, part) in [
        ("[1, 2]", "not an OpenAPI v2 spec of Kubernetes"),
        (r#"{"openapi": "3.0.0"}"#, "not an OpenAPI v2 spec of Kubernetes"),
        (
            r#"{"swagger":"2.0","info":{"title":"Kubernetes"},"definitions":{},"paths":{}}"#,
            "no definitions",
        ),
    ] {
        let repository = Repository::new();
        repository.fetch_text(spec).failed_with(&[part, &repository.mirror()]);
        assert!(repository.snapshot("spec").is_empty());
    }
}

#[test]
fn invalid_base_url_is_rejected() {
    for (base, part) in [
        ("mirror", "cannot fetch mirror/"),
        ("ftp://host", "`ftp`"),
        ("file://relative", "file://relative"),
    ] {
        Repository::new().run(&["fetch", "1.99", "--base-url", base]).failed_with(&[part]);
    }
    Repository::new()
        .run(&["fetch", "1.99", "--base-url", "file:///nowhere"])
        .failed_with(&["file:///nowhere/v1.99.0/", "No such file"]);
}

#[test]
fn folder_that_is_not_a_repository_is_rejected() {
    let repository = Repository::new();
    std::fs::remove_dir(repository.path("spec")).unwrap();
    repository.run(&["regen"]).failed_with(&["spec/", "--root"]);
}
