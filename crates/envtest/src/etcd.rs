//! The etcd process of one control plane.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::Process;
use crate::{Assets, Error, Result, http, ports};

const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// The location of an etcd's data and, while it runs, its process.
#[derive(Debug)]
pub(crate) struct Etcd {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Etcd {
    pub(crate) fn start(assets: &Assets, folder: &Path) -> Result<Self> {
        let program = assets.program("etcd");
        let mut etcd =
            Self { program, folder: folder.to_owned(), port: ports::free()?, process: None };
        etcd.restart()?;
        Ok(etcd)
    }

    /// Returns the client URL.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Restarts etcd with its data.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.kill();
        let (url, data) = (self.url(), self.folder.join("etcd"));
        let arguments = [
            format!("--data-dir={}", data.display()),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            // No peer joins: any port will do.
            "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
        ];
        let mut process = Process::start(&self.program, &arguments, &self.folder.join("etcd.log"))?;
        process.wait_until_ready(READY_TIMEOUT, || self.revision().map(drop))?;
        self.process = Some(process);
        Ok(())
    }

    /// Returns the current revision.
    pub(crate) fn revision(&self) -> Result<String> {
        // The key is one zero byte. Only the response's header matters.
        let response = self.call("range", &json!({"key": "AA=="}))?;
        response["header"]["revision"]
            .as_str()
            .map(ToOwned::to_owned)
            .ok_or_else(|| Error::new(format!("etcd returned no revision: {response}")))
    }

    /// Compacts the history at the current revision.
    pub(crate) fn compact(&self) -> Result<()> {
        let revision = self.revision()?;
        self.call("compaction", &json!({"revision": revision, "physical": true})).map(drop)
    }

    fn call(&self, method: &str, body: &Value) -> Result<Value> {
        http::post(&http::client(None)?, &format!("{}/v3/kv/{method}", self.url()), body)
    }
}
