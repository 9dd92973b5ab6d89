//! A connection to the server, with its settings and statements.

use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::explain;
use super::statements::Statements;
use super::tables;
use super::target::Target;
use crate::sink::SinkError;

/// A connection. It ends when it is dropped, and with it its transaction.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: Statements,
    task: Task,
}

/// Reads and writes the connection.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    /// Connects, and checks or creates the tables.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached, or cannot be used like that.
    pub(super) async fn open(target: &Target) -> Result<Self, SinkError> {
        let (client, task) = connect(target).await?;
        let failed = |what| move |error| explain(target, what, error);
        client
            .batch_execute(&settings(target))
            .await
            .map_err(failed("cannot set up its session"))?;
        if target.create {
            let created = tables::create(&client, target).await;
            created.map_err(failed("cannot create its tables"))?;
        }
        tables::check(&client, target).await?;
        let statements = Statements::prepare(&client, &target.schema).await;
        let statements = statements.map_err(failed("cannot use its tables"))?;
        Ok(Self { client, statements, task })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed() && !self.task.0.is_finished()
    }
}

async fn connect(target: &Target) -> Result<(Client, Task), SinkError> {
    let settings = target.settings()?;
    let failed = |error| explain(target, "cannot connect", error);
    match target.check {
        Some(check) if settings.get_ssl_mode() != SslMode::Disable => {
            let tls = target.tls.client_config(check)?;
            let connected = settings.connect(MakeRustlsConnect::new(tls)).await;
            let (client, connection) = connected.map_err(failed)?;
            Ok((client, spawn(connection)))
        }
        _ => {
            let (client, connection) = settings.connect(NoTls).await.map_err(failed)?;
            Ok((client, spawn(connection)))
        }
    }
}

fn spawn(
    connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
) -> Task {
    Task(tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("the connection to PostgreSQL has ended: {error}");
        }
    }))
}

fn settings(target: &Target) -> String {
    let timeout = target.timeout.as_millis();
    // - Who stalls in the middle of a transaction must not block who takes over.
    // - What is committed must survive the loss of power, however the role is configured.
    // - lz4 compresses objects several times faster than the default, if the server has it.
    format!(
        "SET idle_in_transaction_session_timeout = '5s'; \
         SET statement_timeout = {timeout}; \
         SET lock_timeout = {timeout}; \
         SET work_mem = '32MB'; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; \
         SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings \
         WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
    )
}
