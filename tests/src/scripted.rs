//! A server that answers each request as it was told, down to the byte.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One answer, on a connection of its own.
#[derive(Clone, Debug)]
pub struct Reply {
    head: String,
    chunks: Vec<Vec<u8>>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Proper,
    Cut,
    Hang,
}

impl Reply {
    /// An answer with a status, ending properly.
    pub fn status(status: u16) -> Self {
        let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n");
        Self { head, chunks: Vec::new(), end: End::Proper }
    }

    /// With this header too.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// With this chunk of body after those there are.
    #[must_use]
    pub fn chunk(mut self, chunk: impl Into<Vec<u8>>) -> Self {
        self.chunks.push(chunk.into());
        self
    }

    /// The connection closes where the body should go on.
    #[must_use]
    pub fn cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    /// Nothing more comes, and the connection stays open.
    #[must_use]
    pub fn hang(self) -> Self {
        Self { end: End::Hang, ..self }
    }
}

/// A server that plays replies in order, and closes every connection after the last.
#[derive(Debug)]
pub struct Scripted {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts on a free port, for as long as the runtime lives.
    ///
    /// # Panics
    ///
    /// There is no port to be had.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let mut replies = replies.into_iter().collect::<Vec<_>>().into_iter();
        let log = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, replies.next(), Arc::clone(&log)));
            }
        });
        Self { url, heads }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The targets of the requests so far.
    ///
    /// # Panics
    ///
    /// A test has panicked while it looked.
    pub fn requests(&self) -> Vec<String> {
        let target = |head: String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.heads().into_iter().map(target).collect()
    }

    /// The heads of the requests so far: request lines and headers.
    ///
    /// # Panics
    ///
    /// A test has panicked while it looked.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

async fn answer(
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
        End::Proper => connection.write_all(b"0\r\n\r\n").await,
        End::Cut => Ok(()),
        End::Hang => {
            // Until the client has gone.
            let _ = connection.read_u8().await;
            Ok(())
        }
    }
}
