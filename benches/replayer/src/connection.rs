//! Serves the requests of one connection in order.

use std::io::{self, BufWriter, Read as _};
use std::net::TcpStream;
use std::thread;

use crate::object;
use crate::request::Request;
use crate::scenario::Scenario;
use crate::{fixed, http, list, watch};

/// The size of the write buffer in bytes: many events per write unless each is flushed.
const BUFFER: usize = 64 << 10;
/// The stack size of a connection's thread in bytes.
const STACK: usize = 256 << 10;

/// Serves a connection in its own thread.
pub(crate) fn serve(stream: TcpStream, scenario: Scenario) -> io::Result<()> {
    // A client that disconnects is not an error.
    let task = move || drop(respond(&stream, scenario));
    thread::Builder::new().stack_size(STACK).spawn(task).map(drop)
}

fn respond(mut stream: &TcpStream, scenario: Scenario) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut to = BufWriter::with_capacity(BUFFER, stream);
    while let Some(request) = Request::read(&mut stream)? {
        if let Some(document) = fixed::document(&request.path) {
            http::document(&mut to, document)?;
            continue;
        }
        let kind = object::encoding(&request.resource, request.accepts_protobuf);
        let Some(kind) = kind else {
            http::not_found(&mut to)?;
            continue;
        };
        let scenario = if request.resource.starts_with(object::CUSTOM) {
            scenario.of_custom_kind()
        } else {
            scenario
        };
        if scenario.no_response {
            // Until the client closes the connection.
            while stream.read(&mut [0; 64])? > 0 {}
        } else if request.watch {
            return watch::respond(&mut to, stream, &*kind, scenario, &request);
        } else {
            list::respond(&mut to, &*kind, scenario, &request)?;
        }
    }
    Ok(())
}
