//! What a URL says: hosts, database, and how TLS is used.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::config::PostgresConfig;
use super::url::Url;
use crate::sink::tls::{Check, TlsFiles};
use crate::sink::{SinkError, secret_file};

/// A day. The server takes 24 at most.
const MAX_TIMEOUT_SECONDS: u32 = 24 * 60 * 60;

/// A database, and how it is connected to. It has no `Debug`, as it contains secrets.
pub(super) struct Target {
    config: Config,
    password_file: Option<PathBuf>,
    pub(super) tls: TlsFiles,
    /// `None` if TLS is never used.
    pub(super) check: Option<Check>,
    pub(super) schema: String,
    pub(super) create: bool,
    pub(super) timeout: Duration,
    /// Hosts and database, without secrets.
    pub(super) name: String,
}

impl Target {
    /// Reads the URL.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid. The message does not contain the URL.
    pub(super) fn new(config: &PostgresConfig) -> Result<Self, SinkError> {
        let url = Url::parse(config.url.expose_secret())?;
        let mut settings: Config = url.rest.expose_secret().parse().map_err(|error| {
            SinkError::new("the `url` of `postgres` is invalid").with_source(error)
        })?;
        let mut tls = config.tls.clone();
        for (from, to) in url.files.into_iter().zip([
            ("sslrootcert", "ca", &mut tls.ca),
            ("sslcert", "certificate", &mut tls.certificate),
            ("sslkey", "key", &mut tls.key),
        ]) {
            let (parameter, key, to) = to;
            if from.is_some() && to.is_some() {
                let text = format!("`url` has `{parameter}` and `tls` has `{key}`: remove one");
                return Err(SinkError::new(text));
            }
            *to = to.take().or(from);
        }
        let (mode, check) = url.mode.settings(tls.ca.is_some());
        settings.ssl_mode(mode);
        if settings.get_hosts().is_empty() {
            return Err(SinkError::new("the `url` of `postgres` names no host"));
        }
        if settings.get_password().is_some() && config.password_file.is_some() {
            return Err(SinkError::new(
                "`postgres` has a password in `url` and a `passwordFile`: remove one",
            ));
        }
        if config.schema.is_empty() || config.schema.contains('\0') {
            return Err(SinkError::new("the `schema` of `postgres` is no name"));
        }
        if !(1..=MAX_TIMEOUT_SECONDS).contains(&config.timeout_seconds) {
            return Err(SinkError::new(format!(
                "`timeoutSeconds` of `postgres` must be from 1 to {MAX_TIMEOUT_SECONDS}"
            )));
        }
        let timeout = Duration::from_secs(config.timeout_seconds.into());
        if settings.get_connect_timeout().is_none() {
            settings.connect_timeout(timeout);
        }
        if settings.get_application_name().is_none() {
            settings.application_name("watchables relay");
        }
        settings.keepalives_idle(Duration::from_secs(30));
        let name = format!("{}, schema {}", place(&settings), config.schema);
        Ok(Self {
            config: settings,
            password_file: config.password_file.clone(),
            tls,
            check,
            schema: config.schema.clone(),
            create: config.create,
            timeout,
            name,
        })
    }

    /// Returns the settings with the password as it is now.
    ///
    /// # Errors
    ///
    /// Fails if the file of the password cannot be read, or is empty.
    pub(super) fn settings(&self) -> Result<Config, SinkError> {
        let mut config = self.config.clone();
        if let Some(path) = &self.password_file {
            config.password(secret_file::read(path)?);
        } else if config.get_password().is_none()
            && let Ok(password) = env::var("PGPASSWORD")
        {
            config.password(password);
        }
        Ok(config)
    }

    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or("of the system")
    }

    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.user())
    }
}

/// Returns hosts, ports and database.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(host) => format!("{host}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    });
    let hosts: Vec<_> = hosts.collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{}/{database}", hosts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, SinkError> {
        Target::new(&PostgresConfig::new(url))
    }

    #[test]
    fn name_has_no_secret() {
        let target = target("postgres://relay:hunter2@a:1,b:2/events?sslmode=disable").unwrap();
        assert_eq!(target.name, "postgres://a:1,b:2/events, schema watchables");
        assert_eq!((target.user(), target.database()), ("relay", "events"));
        assert_eq!(target.check, None);
    }

    #[test]
    fn sslmode_is_as_in_libpq() {
        let check = |query: &str| target(&format!("postgres://u@h/d{query}")).unwrap().check;
        assert_eq!(check(""), Some(Check::Nothing));
        assert_eq!(check("?sslmode=require"), Some(Check::Nothing));
        assert_eq!(check("?sslmode=require&sslrootcert=/ca"), Some(Check::Issuer));
        assert_eq!(check("?application_name=a+b&sslmode=verify-ca"), Some(Check::Issuer));
        assert_eq!(check("?sslmode=verify-full"), Some(Check::Full));
    }

    #[test]
    fn other_parameters_reach_the_client() {
        let target = target("postgres://u@h/d?application_name=a+b&sslmode=require").unwrap();
        assert_eq!(target.config.get_application_name(), Some("a b"));
    }

    #[test]
    fn invalid_configuration_is_named_without_its_secrets() {
        let mut config = PostgresConfig::new("postgres://u:hunter2@h/d");
        config.password_file = Some("/file".into());
        let with_timeout = |seconds| {
            let mut config = PostgresConfig::new("postgres://u:hunter2@h/d");
            config.timeout_seconds = seconds;
            Target::new(&config).err()
        };
        let errors = [
            (with_timeout(0), "from 1 to 86400"),
            (with_timeout(u32::MAX), "from 1 to 86400"),
            (target("postgres://u:hunter2@h/d?sslmode=yes").err(), "sslmode=yes"),
            (target("postgres://u:hunter2@h:port/d").err(), "invalid"),
            (target("mysql://u:hunter2@h/d").err(), "postgres://"),
            (target("postgres:///d").err(), "no host"),
            (Target::new(&config).err(), "remove one"),
        ];
        for (error, part) in errors {
            let error = error.expect("it is invalid");
            let text = format!("{error} {error:?}");
            assert!(text.contains(part) && !text.contains("hunter2"), "{text}");
        }
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
