//! The Dockerfile: what it names is there, and fits the manifests. `.ci/image` runs its commands.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::{folder, of_kind, read};

/// The instructions of each kind, in order.
fn instructions() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in read("Dockerfile").lines().filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let (instruction, arguments) = line.split_once(' ').unwrap();
        found.entry(instruction.to_owned()).or_default().push(arguments.to_owned());
    }
    found
}

fn one(instruction: &str) -> String {
    let found = instructions().remove(instruction).unwrap_or_default();
    let [one] = &found[..] else { panic!("{instruction}: {found:?}") };
    one.clone()
}

fn json(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap()
}

fn from_root(path: &str) -> std::path::PathBuf {
    folder("..").join(path)
}

#[test]
fn what_is_built_is_what_is_copied_and_started() {
    let found = instructions();
    let [build, last] = &found["FROM"][..] else { panic!("{:?}", found["FROM"]) };
    assert!(build.ends_with(" AS build") && !last.contains(" AS "), "{build} {last}");
    // The smallest image has no libraries: Alpine's Rust links none.
    assert!(build.contains("alpine") && last.contains("/static-"), "{build} {last}");

    let command = found["RUN"].last().unwrap();
    let package =
        command.split_whitespace().skip_while(|word| *word != "--package").nth(1).unwrap();
    let manifest =
        std::fs::read_to_string(from_root(&format!("crates/{package}/Cargo.toml"))).unwrap();
    assert!(manifest.contains(&format!("[package]\nname = \"{package}\"\n")), "{manifest}");
    assert!(command.contains("--release") && command.contains("--locked"), "{command}");

    let [all, program] = &found["COPY"][..] else { panic!("{:?}", found["COPY"]) };
    assert_eq!((all.as_str(), one("WORKDIR").as_str()), (". .", "/source"));
    let (from, to) = program.strip_prefix("--from=build ").unwrap().split_once(' ').unwrap();
    let binary = Path::new(from).file_name().unwrap().to_str().unwrap();
    assert_eq!(from, format!("/source/target/release/{binary}"));
    assert!(manifest.contains(&format!("[[bin]]\nname = \"{binary}\"\n")), "{manifest}");
    assert_eq!(json(&one("ENTRYPOINT")), [to]);
}

#[test]
fn it_is_started_as_the_deployment_says() {
    let pod = of_kind("Deployment")["spec"]["template"]["spec"].take();
    let container = &pod["containers"][0];
    let arguments = json(&one("CMD"));
    let of_container: Vec<String> = serde_json::from_value(container["args"].clone()).unwrap();
    assert!(of_container.starts_with(&arguments), "{arguments:?} {of_container:?}");
    let mounted = container["volumeMounts"][0]["mountPath"].as_str().unwrap();
    assert_eq!(arguments, ["relay", "--config", &format!("{mounted}/relay.yaml")]);
    assert_eq!(one("EXPOSE"), container["ports"][0]["containerPort"].to_string());
    let context = &pod["securityContext"];
    assert_eq!(one("USER"), format!("{}:{}", context["runAsUser"], context["runAsGroup"]));
    assert_eq!(container["command"], Value::Null, "the image's is used");
}

#[test]
fn the_context_has_every_member_of_the_workspace() {
    let ignore = read("Dockerfile.dockerignore");
    let mut lines = ignore.lines();
    assert_eq!(lines.next(), Some("**"), "all is left out but:");
    let kept: Vec<_> = lines.map(|line| line.strip_prefix('!').unwrap()).collect();
    for path in &kept {
        assert!(from_root(path).exists(), "{path}");
    }
    let manifest = std::fs::read_to_string(from_root("Cargo.toml")).unwrap();
    let members = manifest.split_once("\nmembers = [").unwrap().1.split_once(']').unwrap().0;
    let members: Vec<_> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.len() >= 2, "{members:?}");
    for path in members.iter().chain(&["Cargo.toml", "Cargo.lock"]) {
        let first = path.split('/').next().unwrap();
        assert!(kept.contains(&first), "{path} is not in the context");
    }
}
