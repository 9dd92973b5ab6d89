//! etcd, with the data of one control plane.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::Process;
use crate::{Assets, Error, Result, http, ports};

const PATIENCE: Duration = Duration::from_mins(1);

/// Its place and, while it runs, its process.
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

    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again with the data that it had.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.kill();
        let (url, data) = (self.url(), self.folder.join("etcd"));
        let arguments = [
            format!("--data-dir={}", data.display()),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            // Nobody is to join: any port will do.
            "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
        ];
        let mut process = Process::start(&self.program, &arguments, &self.folder.join("etcd.log"))?;
        process.wait_until(PATIENCE, || self.revision().map(drop))?;
        self.process = Some(process);
        Ok(())
    }

    /// The revision that it has reached.
    pub(crate) fn revision(&self) -> Result<String> {
        // A range over the key of one zero byte: what it holds does not matter.
        let answer = self.ask("range", &json!({"key": "AA=="}))?;
        answer["header"]["revision"]
            .as_str()
            .map(ToOwned::to_owned)
            .ok_or_else(|| Error::new(format!("etcd told no revision: {answer}")))
    }

    /// Forgets all history up to the revision that it has reached.
    pub(crate) fn compact(&self) -> Result<()> {
        let revision = self.revision()?;
        self.ask("compaction", &json!({"revision": revision, "physical": true})).map(drop)
    }

    fn ask(&self, what: &str, body: &Value) -> Result<Value> {
        http::post(&http::client(None)?, &format!("{}/v3/kv/{what}", self.url()), body)
    }
}
