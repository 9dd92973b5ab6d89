//! `-f`: objects that are named by manifests.

use std::borrow::Cow;
use std::fs;
use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value;

use crate::manifest_text::text_of;

/// The files of a folder that are read, as by kubectl.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

/// An object of a manifest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Where it stands, for errors: `app.yaml, line 12`.
    pub(crate) place: String,
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

/// Reads the objects in files, in the files of folders, and from standard input.
///
/// # Errors
///
/// If a file cannot be read, is malformed, or an object in it has no kind or name.
pub(crate) fn read(paths: &[PathBuf], is_recursive: bool) -> anyhow::Result<Vec<Manifest>> {
    let mut manifests = Vec::new();
    for path in paths {
        let text = path.to_string_lossy();
        if text == "-" {
            let mut bytes = Vec::new();
            stdin()
                .read_to_end(&mut bytes)
                .context("cannot read the manifests on standard input")?;
            add(&mut manifests, "standard input", &bytes)?;
        } else if text.starts_with("http://") || text.starts_with("https://") {
            bail!("-f does not download: write curl -sSfL {text} | watchables watch -f -");
        } else {
            let before = manifests.len();
            for file in files(path, is_recursive)? {
                let bytes = fs::read(&file)
                    .with_context(|| format!("cannot read the manifest {}", file.display()))?;
                add(&mut manifests, &file.display().to_string(), &bytes)?;
            }
            if manifests.len() == before {
                bail!("{text} has no objects");
            }
        }
    }
    if manifests.is_empty() && !paths.is_empty() {
        bail!("standard input has no objects");
    }
    Ok(manifests)
}

/// Returns a file, or the manifests in a folder, sorted by name.
fn files(path: &Path, is_recursive: bool) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.with_context(|| format!("cannot read the folder {}", path.display()))?;
    let mut entries: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let extension = entry.extension().unwrap_or_default().to_string_lossy();
        if entry.is_dir() {
            // A link to a folder may lead back.
            if is_recursive && !entry.is_symlink() {
                found.extend(files(&entry, true)?);
            }
        } else if EXTENSIONS.contains(&&*extension) {
            found.push(entry);
        }
    }
    Ok(found)
}

fn add(manifests: &mut Vec<Manifest>, file: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let text: Cow<'_, str> = text_of(bytes);
    for document in embedded_apiserver::__private::documents(&text) {
        let (line, document) = document.map_err(|error| anyhow!("{file}: {error}"))?;
        for object in embedded_apiserver::__private::objects_of(document) {
            let place = format!("{file}, line {line}");
            manifests.push(Manifest::of(&object, place)?);
        }
    }
    Ok(())
}

impl Manifest {
    fn of(object: &Value, place: String) -> anyhow::Result<Self> {
        let text = |pointer| {
            let text = object.pointer(pointer).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let Some((api_version, kind)) = text("/apiVersion").zip(text("/kind")) else {
            bail!("{place}: the object has no apiVersion or no kind");
        };
        let Some(name) = text("/metadata/name") else {
            bail!("{place}: the {kind} has no metadata.name");
        };
        Ok(Self { place, api_version, kind, namespace: text("/metadata/namespace"), name })
    }

    /// Returns the resource as it is looked up: `Deployment.apps/v1`.
    pub(crate) fn resource(&self) -> String {
        match self.api_version.split_once('/') {
            Some((group, version)) => format!("{}.{group}/{version}", self.kind),
            None => format!("{}/{}", self.kind, self.api_version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Manifest>, String> {
        let mut manifests = Vec::new();
        add(&mut manifests, "x.yaml", text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(manifests)
    }

    #[test]
    fn objects_of_all_documents_and_lists_are_read() {
        let manifests = read_text(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n---\n# nothing\n---\n\
             apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n",
        )
        .unwrap();
        let shown: Vec<_> = manifests
            .iter()
            .map(|m| (m.resource(), m.namespace.as_deref(), m.name.as_str(), m.place.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Deployment.apps/v1".to_owned(), Some("shop"), "web", "x.yaml, line 1"),
                ("Pod/v1".to_owned(), None, "a", "x.yaml, line 7"),
            ]
        );
    }

    #[test]
    fn faults_are_named_with_their_place() {
        for (text, error) in [
            ("kind: Pod\nmetadata: {name: a}", "x.yaml, line 1: the object has no apiVersion"),
            ("a: 1\n---\napiVersion: v1\nkind: Pod", "x.yaml, line 1: the object has no"),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a}",
                "the Pod has no metadata.name",
            ),
            ("a: [", "x.yaml: "),
            ("just text", "the object has no apiVersion"),
        ] {
            let said = read_text(text).unwrap_err();
            assert!(said.contains(error), "{text}: {said}");
        }
        assert!(read_text("").unwrap().is_empty());
    }
}
