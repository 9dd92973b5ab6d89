//! The cluster that the programs watch, by a kubeconfig in a folder of its own.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the embedded server may take to start.
const START: Duration = Duration::from_secs(30);

/// Returns a folder with a kubeconfig for a server.
pub(crate) fn of_server(url: &str) -> Result<TempDir, Box<dyn Error>> {
    let home = tempfile::tempdir()?;
    let config = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: bench\n\
         clusters: [{{name: bench, cluster: {{server: \"{url}\"}}}}]\n\
         users: [{{name: bench, user: {{}}}}]\n\
         contexts: [{{name: bench, context: {{cluster: bench, user: bench}}}}]\n"
    );
    fs::write(home.path().join("config"), config)?;
    Ok(home)
}

/// The embedded server with its demo workload, killed on drop.
pub(crate) struct Demo {
    process: Child,
    home: TempDir,
}

impl Demo {
    pub(crate) fn start(watchables: &Path) -> Result<Self, Box<dyn Error>> {
        let home = tempfile::tempdir()?;
        let config = home.path().join("config");
        let process = Command::new(watchables)
            .args(["serve", "--demo", "--kubeconfig"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let demo = Self { process, home };
        let begin = Instant::now();
        while fs::read_to_string(&config).map_or(true, |text| text.is_empty()) {
            if begin.elapsed() > START {
                return Err("the embedded server does not start".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(demo)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
