//! A server that sends scripted responses, down to the byte.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A response, on its own connection.
#[derive(Clone, Debug)]
pub struct Reply {
    head: String,
    chunks: Vec<Vec<u8>>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Complete,
    Disconnect,
    KeepOpen,
}

impl Reply {
    /// Creates a complete response with this status.
    pub fn status(status: u16) -> Self {
        let head =
            format!("HTTP/1.1 {status} ScriptedServer\r\ncontent-type: application/json\r\n");
        Self { head, chunks: Vec::new(), end: End::Complete }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Appends a chunk to the body.
    #[must_use]
    pub fn chunk(mut self, chunk: impl Into<Vec<u8>>) -> Self {
        self.chunks.push(chunk.into());
        self
    }

    /// Closes the connection before the body is complete.
    #[must_use]
    pub fn disconnect(self) -> Self {
        Self { end: End::Disconnect, ..self }
    }

    /// Keeps the connection open after the last chunk, without ending the body.
    #[must_use]
    pub fn keep_open(self) -> Self {
        Self { end: End::KeepOpen, ..self }
    }
}

/// A server that sends replies in order, and closes every connection after the last one.
#[derive(Debug)]
pub struct ScriptedServer {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    /// Starts a server on a free port. It runs until the runtime shuts down.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let mut replies = replies.into_iter().collect::<Vec<_>>().into_iter();
        let log = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(respond(connection, replies.next(), Arc::clone(&log)));
            }
        });
        Self { url, heads }
    }

    /// Returns the server's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the targets (path and query) of the requests so far.
    ///
    /// # Panics
    ///
    /// Panics if another thread panicked while reading them.
    pub fn requests(&self) -> Vec<String> {
        let target = |head: String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.heads().into_iter().map(target).collect()
    }

    /// Returns the heads (request line and headers) of the requests so far.
    ///
    /// # Panics
    ///
    /// Panics if another thread panicked while reading them.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

async fn respond(
    mut connection: TcpStream,
    reply: Option<Reply>,
    log: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await?);
    }
    log.lock().expect("no panic").push(String::from_utf8_lossy(&head).into_owned());
    let Some(reply) = reply else { return Ok(()) };
    let head = format!("{}connection: close\r\ntransfer-encoding: chunked\r\n\r\n", reply.head);
    connection.write_all(head.as_bytes()).await?;
    for chunk in &reply.chunks {
        connection.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
        connection.write_all(chunk).await?;
        connection.write_all(b"\r\n").await?;
        connection.flush().await?;
    }
    match reply.end {
        End::Complete => connection.write_all(b"0\r\n\r\n").await,
        End::Disconnect => Ok(()),
        End::KeepOpen => {
            // Returns when the client disconnects.
            let _ = connection.read_u8().await;
            Ok(())
        }
    }
}
