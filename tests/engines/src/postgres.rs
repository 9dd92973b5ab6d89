//! A PostgreSQL server on loopback, from Debian's package, that ends with the test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::free_port;

/// Waits for the end of its input, which comes also if the test is killed, then stops the server.
const WATCHDOG: &str = "read -r _; kill -QUIT \"$1\"";

/// A server with the superuser `postgres`, its password `hunter2`, and the role `relay` without rights of its own.
pub struct Server {
    folder: TempDir,
    port: u16,
    running: Option<Running>,
}

struct Running {
    server: Child,
    watchdog: Child,
}

impl Server {
    /// Starts a server with an empty database, and waits until it answers.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        own(folder.path());
        create(folder.path());
        let port = free_port();
        let mut server = Self { folder, port, running: None };
        server.run(&[]).await;
        server
    }

    /// Starts the server with these settings, and waits until it answers.
    pub async fn run(&mut self, settings: &[&str]) {
        for _ in 0..20 {
            if self.try_run(settings).await {
                return;
            }
        }
        panic!("the server does not start: {}", self.log());
    }

    /// Processes of a killed server may keep it from starting for a moment.
    async fn try_run(&mut self, settings: &[&str]) -> bool {
        let log = File::options().create(true).append(true).open(self.log_path());
        let log = log.expect("a log");
        let mut command = as_user(&program("postgres"));
        command.arg("-D").arg(self.folder.path().join("data"));
        let port = format!("port={}", self.port);
        let fixed = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", &port];
        for setting in fixed.iter().chain(settings) {
            command.args(["-c", setting]);
        }
        let server = command.stdin(Stdio::null()).stderr(log).spawn().expect("postgres starts");
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog", &server.id().to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut running = Running { server, watchdog };
        loop {
            if running.server.try_wait().expect("it is our child").is_some() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                return false;
            }
            if self.try_connect("postgres").await.is_ok() {
                self.running = Some(running);
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills the server as a crash would.
    pub fn kill(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        running.server.kill().expect("it is killed");
        running.server.wait().expect("it is our child");
    }

    /// Suspends the server's first process, which accepts connections, or resumes it: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let Some(running) = &self.running else { return };
        let pid = running.server.id().to_string();
        let sent = Command::new("kill").arg(format!("-{name}")).arg(&pid).status();
        assert!(sent.expect("there is a kill").success(), "{pid}");
    }

    /// Returns its port on 127.0.0.1. A restart keeps it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the URL with which the superuser connects.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Returns the URL with which another user connects, whose password is the same.
    pub fn url_of(&self, user: &str) -> String {
        format!("postgres://{user}:hunter2@127.0.0.1:{}/postgres", self.port)
    }

    /// Puts a file into the server's folder, readable by it alone.
    pub fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("it is written");
        let private = Command::new("chmod").arg("600").arg(&path).status().expect("chmod runs");
        assert!(private.success());
        own(&path);
        path
    }

    /// Connects another client.
    pub async fn client(&self) -> Client {
        self.try_connect("postgres").await.expect("it connects")
    }

    /// Executes statements as the superuser.
    pub async fn execute(&self, statements: &str) {
        self.client().await.batch_execute(statements).await.expect(statements);
    }

    async fn try_connect(&self, user: &str) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.url_of(user), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The watchdog first, so that it stops nothing else that has the same number later.
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        if self.server.try_wait().is_ok_and(|status| status.is_some()) {
            return;
        }
        let quit = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        if !quit.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// Makes the folder `data` of a server: a copy of what `initdb` made once, which takes a while.
fn create(folder: &Path) {
    let version = program("initdb").ancestors().nth(2).and_then(Path::file_name).map(PathBuf::from);
    let name = format!("initdb-{}", version.unwrap_or_default().display());
    let cache = cache();
    fs::create_dir_all(&cache).expect("a folder");
    let template = cache.join(name);
    let copy = |from: &Path, to: &Path| {
        let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
        assert!(status.expect("cp runs").success(), "cp {} {}", from.display(), to.display());
    };
    if template.exists() {
        copy(&template, &folder.join("data"));
        return;
    }
    let password = folder.join("password");
    fs::write(&password, "hunter2").expect("it is written");
    own(&password);
    let mut init = as_user(&program("initdb"));
    init.args(["--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--no-sync"])
        .args(["--locale=C", "--pwfile"])
        .arg(password)
        .arg("-D")
        .arg(folder.join("data"));
    let output = init.output().expect("initdb runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "initdb: {text}");
    // Several tests may get here: the first copy stays.
    let mine = template.with_extension(fastrand::u64(..).to_string());
    copy(&folder.join("data"), &mine);
    if fs::rename(&mine, &template).is_err() {
        fs::remove_dir_all(&mine).expect("it is removed");
    }
}

/// The user that the server runs as: it refuses to run as root.
fn user() -> Option<&'static str> {
    static USER: OnceLock<Option<&str>> = OnceLock::new();
    *USER.get_or_init(|| {
        let output = Command::new("id").arg("-u").output().expect("id runs");
        let is_root = output.stdout.trim_ascii() == b"0";
        let exists = |user| {
            let output = Command::new("id").args(["-u", user]).output().expect("id runs");
            output.status.success()
        };
        is_root.then(|| if exists("postgres") { "postgres" } else { "nobody" })
    })
}

fn as_user(program: &Path) -> Command {
    let Some(user) = user() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--clear-groups", "--"]).arg(program).current_dir("/");
    command.stdout(Stdio::null());
    command
}

fn own(path: &Path) {
    if let Some(user) = user() {
        let status = Command::new("chown").args(["-R", user]).arg(path).status();
        assert!(status.expect("chown runs").success(), "chown {}", path.display());
    }
}

/// Finds a program of the server: installed, or in what is kept of Debian's package, or downloads that.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(folder).join(name)
}

fn folder() -> PathBuf {
    let find = |root: &Path| {
        let versions = fs::read_dir(root.join("usr/lib/postgresql")).ok()?;
        let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
        folders.filter(|folder| folder.join("initdb").exists()).max()
    };
    if let Some(folder) = find(Path::new("/")) {
        return folder;
    }
    let cache = cache().join("postgresql");
    find(&cache).unwrap_or_else(|| {
        download(&cache);
        find(&cache).expect("Debian's package has the server")
    })
}

fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").expect("HOME is set");
    Path::new(&home).join(".cache/watchables-engines")
}

fn download(cache: &Path) {
    fs::create_dir_all(cache).expect("a folder");
    let packages = ["postgresql-15", "postgresql-client-15", "libpq5", "libllvm14"];
    let status = Command::new("apt-get").arg("download").args(packages).current_dir(cache).status();
    assert!(
        status.expect("apt-get runs").success(),
        "the tests need PostgreSQL: apt-get install postgresql"
    );
    for package in fs::read_dir(cache).expect("it is read") {
        let package = package.expect("it is read").path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            let status = Command::new("dpkg").arg("-x").arg(&package).arg(cache).status();
            assert!(status.expect("dpkg runs").success(), "dpkg -x {}", package.display());
        }
    }
}
