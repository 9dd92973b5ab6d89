//! Serves a small catalog with the demo workload until Ctrl-C: something to try kubectl on.

#[path = "../tests/http/catalog.rs"]
mod catalog;

use embedded_apiserver::{DemoOptions, EmbeddedServer};

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let server = EmbeddedServer::builder(catalog::CATALOG).port(port).start_in_thread()?;
    let _demo = server.demo(&DemoOptions::default());
    println!("kubectl --server {} get pods -A -w", server.url());
    loop {
        std::thread::park();
    }
}
