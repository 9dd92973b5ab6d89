//! The program that is measured.

use std::error::Error;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running program, killed and waited for on drop.
pub(crate) struct Program(Child);

impl Program {
    /// Starts a program; the words of its command are separated by spaces. It finds the cluster by a kubeconfig in
    /// this folder, where it also keeps what it caches.
    pub(crate) fn start(command: &str, home: &Path) -> Result<(Self, ChildStdout), Box<dyn Error>> {
        let mut words = command.split_whitespace();
        let program = words.next().ok_or("the command is empty")?;
        let child = Command::new(program)
            .args(words)
            .env("HOME", home)
            .env("KUBECONFIG", home.join("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|error| format!("cannot run {program}: {error}"))?;
        let stdout = child.stdout.take().ok_or("stdout is piped")?;
        Ok((Self(child), stdout))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
