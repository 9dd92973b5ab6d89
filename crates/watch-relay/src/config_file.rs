//! Follows a configuration file.
//!
//! Its contents are read every few seconds and compared. That sees every way in which files are replaced: written in
//! place, renamed, the symbolic links of a mounted `ConfigMap`, a network file system, where notifications of the kernel
//! see only some; and it costs a few kilobytes from memory. The kubelet itself takes up to a minute.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::config::{Config, ConfigError};

/// How often the file is read. A change has to be there twice, so that no file is used that is still being written.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long the file may be missing, as while it is replaced.
const MISSING_LIMIT: Duration = Duration::from_secs(10);

/// A configuration file, and what it contained last.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    /// `None` if it could not be read.
    contents: Option<Vec<u8>>,
}

impl ConfigFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, at which line and key.
    pub fn read(path: &Path) -> Result<(Self, Config), ConfigError> {
        let mut file = Self { path: path.to_owned(), contents: None };
        let config = file.read_again()?;
        Ok((file, config))
    }

    /// Reads the file again.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, at which line and key.
    pub fn read_again(&mut self) -> Result<Config, ConfigError> {
        let read = std::fs::read(&self.path);
        self.contents = read.as_ref().ok().cloned();
        let fault = |what: String| ConfigError::new(what).of(&self.path);
        let contents = read.map_err(|error| fault(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(contents).map_err(|error| fault(error.to_string()))?;
        Config::parse(&text).map_err(|error| error.of(&self.path))
    }

    /// Returns once the file contains something else than when it was read last, or cannot be read any more. Cancel
    /// safe.
    pub async fn changed(&self) {
        let mut missing_since = None;
        let mut seen = None;
        loop {
            sleep(INTERVAL).await;
            let path = self.path.clone();
            // A network file system may take its time.
            let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
            match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
                Ok(contents) => {
                    missing_since = None;
                    let is_changed = self.contents.as_ref() != Some(&contents);
                    if is_changed && seen.as_ref() == Some(&contents) {
                        return;
                    }
                    seen = is_changed.then_some(contents);
                }
                Err(_) if self.contents.is_none() => {}
                Err(_) => {
                    let since = *missing_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= MISSING_LIMIT {
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use futures::FutureExt as _;
    use tempfile::TempDir;

    use super::*;

    fn text(name: &str) -> String {
        format!(
            "checkpoints: c\npipelines: [{{name: {name}, watch: [{{resources: [pods]}}], to: {{stdout: {{}}}}}}]\n"
        )
    }

    /// A mounted `ConfigMap`: the file is a link into a folder that is a link to the present one.
    fn mount(folder: &TempDir, version: &str, contents: &str) {
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(version)).unwrap();
        fs::write(path(version).join("relay.yaml"), contents).unwrap();
        std::os::unix::fs::symlink(version, path("..data_tmp")).unwrap();
        fs::rename(path("..data_tmp"), path("..data")).unwrap();
        if !path("relay.yaml").exists() {
            std::os::unix::fs::symlink("..data/relay.yaml", path("relay.yaml")).unwrap();
        }
    }

    #[tokio::test]
    async fn links_that_are_swapped_are_a_change_and_the_same_contents_are_none() {
        let folder = tempfile::tempdir().unwrap();
        mount(&folder, "..1", &text("a"));
        let (mut file, config) = ConfigFile::read(&folder.path().join("relay.yaml")).unwrap();
        assert_eq!(config.pipelines[0].name, "a");
        mount(&folder, "..2", &text("a"));
        let unchanged = tokio::time::timeout(INTERVAL * 4, file.changed()).await;
        assert!(unchanged.is_err(), "the contents are the same");
        mount(&folder, "..3", &text("b"));
        fs::remove_dir_all(folder.path().join("..2")).unwrap();
        file.changed().await;
        assert_eq!(file.read_again().unwrap().pipelines[0].name, "b");
        assert!(file.changed().now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_faulty_file_is_named_once_and_may_be_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.yaml");
        fs::write(&path, text("a")).unwrap();
        let (mut file, _) = ConfigFile::read(&path).unwrap();
        fs::write(&path, text("a").replace("watch", "wach")).unwrap();
        file.changed().await;
        let error = file.read_again().unwrap_err().to_string();
        assert!(error.contains("relay.yaml") && error.contains("wach"), "{error}");
        assert!(error.contains("line 2"), "{error}");
        assert!(tokio::time::timeout(INTERVAL * 4, file.changed()).await.is_err());
        fs::remove_file(&path).unwrap();
        file.changed().await;
        let error = file.read_again().unwrap_err().to_string();
        assert!(error.contains("cannot be read"), "{error}");
        fs::write(&path, text("c")).unwrap();
        file.changed().await;
        assert_eq!(file.read_again().unwrap().pipelines[0].name, "c");
    }
}
