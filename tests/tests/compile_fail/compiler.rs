//! rustc, with the libraries that cargo built for the tests.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The libraries that fixtures import. `tests/ui/probes` has a program for each, which compiles only with the
/// right build of it.
const LIBRARIES: [&str; 3] = ["watchables", "serde", "k8s_openapi"];

/// How fixtures are compiled.
pub(crate) struct Compiler {
    /// Where cargo puts libraries.
    folder: PathBuf,
    /// The `--extern` options.
    imports: Vec<OsString>,
}

impl Compiler {
    /// Finds the libraries. Cargo keeps a build of each for every set of features, and does not say which one
    /// a test is linked with: the newest with which the library's probe compiles is taken.
    ///
    /// # Panics
    ///
    /// When a library has no such build.
    pub(crate) fn find() -> Self {
        let test = env::current_exe().expect("the path of this test");
        let folder = test.parent().expect("the folder of this test").to_owned();
        let mut compiler = Self { folder, imports: Vec::new() };
        for name in LIBRARIES {
            compiler.import(name);
        }
        compiler
    }

    fn import(&mut self, name: &str) {
        let probe = PathBuf::from(format!("tests/ui/probes/{name}.rs"));
        let mut messages = String::new();
        for library in self.builds(name) {
            let mut import = OsString::from(format!("{name}="));
            import.push(library);
            self.imports.push(import);
            match self.compile(&probe) {
                Ok(()) => return,
                Err(failure) => messages = failure,
            }
            self.imports.pop();
        }
        let (folder, probe) = (self.folder.display(), probe.display());
        panic!("no build of {name} in {folder} compiles {probe}: {messages}");
    }

    /// The builds of a library, the newest first.
    fn builds(&self, name: &str) -> Vec<PathBuf> {
        let prefix = format!("lib{name}-");
        let mut builds: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder).expect("the folder of this test") {
            let entry = entry.expect("an entry of the folder");
            let path = entry.path();
            let is_build = entry.file_name().to_string_lossy().starts_with(&prefix);
            if is_build && path.extension().is_some_and(|extension| extension == "rlib") {
                let modified = entry.metadata().and_then(|data| data.modified());
                builds.push((modified.expect("the time of a file"), path));
            }
        }
        builds.sort();
        builds.into_iter().rev().map(|(_, path)| path).collect()
    }

    /// Type-checks a program. Returns what rustc printed if it failed.
    pub(crate) fn compile(&self, program: &Path) -> Result<(), String> {
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc
            .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--color=never"])
            .args(["-A", "unused", "-L"])
            .arg(format!("dependency={}", self.folder.display()))
            .arg("--out-dir")
            .arg(scratch.path());
        for import in &self.imports {
            rustc.arg("--extern").arg(import);
        }
        // From where cargo ran rustc for the libraries, or it would not find their sources to quote them.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository's root");
        let program = Path::new("tests").join(program);
        let output = rustc.current_dir(root).arg(program).output().expect("rustc can be run");
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8(output.stderr).expect("rustc prints UTF-8"))
    }
}
