//! A connection: requests and their answers, one after the other.

use std::io::{self, BufWriter, Read as _};
use std::net::TcpStream;
use std::thread;

use crate::object;
use crate::request::Request;
use crate::scenario::Scenario;
use crate::{state, watch, wire};

/// Many events in one write, where nobody waits for them one by one; in bytes.
const BUFFER: usize = 64 << 10;
/// Enough for a thread that does nothing but this, in bytes.
const STACK: usize = 256 << 10;

/// Answers all that comes over a connection, in a thread of its own.
pub(crate) fn answer(stream: TcpStream, scenario: Scenario) -> io::Result<()> {
    // A client that is gone is no fault.
    let answer = move || drop(converse(&stream, scenario));
    thread::Builder::new().stack_size(STACK).spawn(answer).map(drop)
}

fn converse(mut stream: &TcpStream, scenario: Scenario) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut to = BufWriter::with_capacity(BUFFER, stream);
    while let Some(request) = Request::read(&mut stream)? {
        let Some(template) = object::template(&request.resource) else {
            wire::not_found(&mut to)?;
            continue;
        };
        let scenario = if request.resource.starts_with(object::CUSTOM) {
            scenario.of_custom_kind()
        } else {
            scenario
        };
        if scenario.mute {
            // The client gives up some time.
            while stream.read(&mut [0; 64])? > 0 {}
        } else if request.watch {
            return watch::watch(&mut to, stream, &template, scenario, &request);
        } else {
            state::list(&mut to, &template, scenario, &request)?;
        }
    }
    Ok(())
}
