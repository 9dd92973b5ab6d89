//! krew's manifest of the plugin: what krew's own validation asks for, after a release has filled it in.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/krew/watchables.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// As a release fills it in.
fn filled() -> Value {
    let mut text = text().replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    while let Some((before, rest)) = text.split_once("@SHA256_") {
        let (_, after) = rest.split_once('@').unwrap();
        text = format!("{before}{}{after}", "0a".repeat(32));
    }
    serde_saphyr::from_str(&text).unwrap()
}

#[test]
fn manifest_is_a_plugin_as_krew_validates_it() {
    let manifest = filled();
    assert_eq!(manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!(manifest["kind"], "Plugin");
    // The name of the file, and of the program that kubectl looks for.
    assert_eq!(manifest["metadata"]["name"], "watchables");
    let spec = &manifest["spec"];
    assert_eq!(spec["version"], format!("v{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(spec["homepage"], env!("CARGO_PKG_REPOSITORY"));
    let short = spec["shortDescription"].as_str().unwrap();
    // krew's guidelines: one line of at most 50 characters, without "kubectl" and a full stop.
    assert!(!short.contains('\n') && short.len() <= 50 && !short.ends_with('.'), "{short}");
    assert!(!short.to_lowercase().contains("kubectl") && !short.contains("plugin"), "{short}");
    let known = ["version", "homepage", "shortDescription", "description", "platforms"];
    assert!(spec.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{spec}");
}

#[test]
fn every_platform_is_there_once_with_an_archive_of_its_own() {
    let manifest = filled();
    let platforms = manifest["spec"]["platforms"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for platform in platforms {
        let labels = platform["selector"]["matchLabels"].as_object().unwrap();
        let [os, arch] = ["os", "arch"].map(|label| labels[label].as_str().unwrap());
        assert!(labels.len() == 2 && ["linux", "darwin", "windows"].contains(&os), "{platform}");
        assert!(["amd64", "arm64"].contains(&arch), "{platform}");
        assert!(seen.insert(format!("{os}-{arch}")), "{os}-{arch} is there twice");
        let uri = platform["uri"].as_str().unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let end = format!("/releases/download/v{version}/watchables-{os}-{arch}.tar.gz");
        assert_eq!(uri, format!("{}{end}", env!("CARGO_PKG_REPOSITORY")));
        let sha256 = platform["sha256"].as_str().unwrap();
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(sha256.len() == 64 && sha256.chars().all(is_hex), "{sha256}");
        let bin = platform["bin"].as_str().unwrap();
        assert!(!bin.is_empty() && !bin.starts_with('/') && !bin.contains(".."), "{bin}");
        let known = ["selector", "uri", "sha256", "bin"];
        assert!(platform.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())));
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn only_what_a_release_makes_known_is_left_open() {
    let text = text();
    let manifest = &text[text.find("apiVersion").unwrap()..];
    let open: BTreeSet<_> = manifest.split('@').skip(1).step_by(2).collect();
    let expected = [
        "SHA256_DARWIN_AMD64",
        "SHA256_DARWIN_ARM64",
        "SHA256_LINUX_AMD64",
        "SHA256_LINUX_ARM64",
        "VERSION",
    ];
    assert_eq!(open.into_iter().collect::<Vec<_>>(), expected);
}
