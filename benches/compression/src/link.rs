//! A link to a server: a TCP proxy that counts what the server sends, and may limit its rate.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The size of reads, in bytes; on a slow link, that of 13 ms.
const CHUNK: usize = 16 * 1024;

pub(crate) struct Link {
    url: String,
    bytes: Arc<AtomicU32>,
}

impl Link {
    /// Opens a link to the server at a URL, of a rate in bits per second. It stays open as long as the process.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub(crate) fn to(server: &str, rate: Option<u32>) -> io::Result<Self> {
        let server = server.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let bytes = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&bytes);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, counted) = (server.clone(), Arc::clone(&counted));
                // A connection that breaks ends a run with the watcher's error.
                thread::spawn(move || connect(client, &server, rate, &counted));
            }
        });
        Ok(Self { url, bytes })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the bytes that have been sent to clients.
    pub(crate) fn bytes(&self) -> f64 {
        f64::from(self.bytes.load(Ordering::Relaxed))
    }
}

fn connect(
    mut client: TcpStream,
    server: &str,
    rate: Option<u32>,
    counted: &AtomicU32,
) -> io::Result<()> {
    let mut server = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut requests, mut upstream) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let copied = io::copy(&mut requests, &mut upstream);
        upstream.shutdown(std::net::Shutdown::Both)?;
        copied
    });
    let mut chunk = vec![0; CHUNK];
    let mut free = Instant::now();
    loop {
        let length = server.read(&mut chunk)?;
        if length == 0 {
            return client.shutdown(std::net::Shutdown::Write);
        }
        let bytes = u32::try_from(length).map_err(io::Error::other)?;
        if let Some(rate) = rate {
            let time = Duration::from_secs_f64(f64::from(bytes) * 8.0 / f64::from(rate));
            free = free.max(Instant::now()) + time;
            thread::sleep(free.saturating_duration_since(Instant::now()));
        }
        client.write_all(&chunk[..length])?;
        counted.fetch_add(bytes, Ordering::Relaxed);
    }
}
