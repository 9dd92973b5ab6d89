//! The Kubernetes watch protocol as a state machine, without I/O.
//!
//! - **What it is:** the half of watchables that decides: what to request, what a response means, which event comes
//!   next, when to retry, and what was missed. It reads no clock and opens no connection: bytes, HTTP statuses and
//!   times are passed to it.
//! - **What it is not:** a client. It depends on neither kube-client nor hyper nor tokio. The crate `watch-runtime`
//!   drives it over kube-client; simulation and fuzzing drive it without a network.
//! - **How to depend on it:** applications depend on the facade `watchables`, which has streams. This crate is for
//!   those who bring a transport of their own.
//! - **Where to begin reading:** [`machine`].
//!
//! # Example
//!
//! A stream of Pods from version 7 on, whose driver is this test:
//!
//! ```
//! use std::time::Instant;
//!
//! use watch_protocol::head::Head;
//! use watch_protocol::machine::{Machine, Step, WatcherState};
//! use watch_protocol::request_builder::RequestBuilder;
//! use watch_protocol::settings::Settings;
//! use watch_protocol::{EventType, StreamOptions};
//! use watchable_core::{DynamicObject, ResourceInfo, Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
//! let requests = RequestBuilder::new(pods, Settings::default(), StreamOptions::managed());
//! let mut state = WatcherState::default(); // outlives the stream
//! state.prepare(true, 0);
//! let mut machine = Machine::new(requests, Some("7".into()), &mut state, fastrand::Rng::new());
//! machine.swap_watcher_state(&mut state);
//!
//! let now = Instant::now();
//! let Step::Send(sending) = machine.step(now) else { panic!("the first step is a request") };
//! assert!(sending.request.uri().query().is_some_and(|query| query.contains("resourceVersion=7")));
//!
//! machine.on_head(Head { status: http::StatusCode::OK, ..Head::default() }, now);
//! let line = r#"{"type":"ADDED","object":{"metadata":{"name":"web-1","resourceVersion":"8"}}}"#;
//! machine.on_chunk(format!("{line}\n").into(), now);
//! let Step::Deliver(delivery) = machine.step(now) else { panic!("the chunk has an event") };
//! assert_eq!(delivery.etype, EventType::Added);
//! assert_eq!(delivery.decode::<DynamicObject>(false)?.name(), Some("web-1"));
//! assert_eq!(machine.take_changed_version(), Some("8"));
//! assert!(matches!(machine.step(now), Step::Wait(_)));
//! # Ok(())
//! # }
//! ```
//!
//! # Parts
//!
//! - `machine`: the state machine. It consumes responses and produces requests and deliveries.
//! - `request_builder`, `settings`, `options`: what is requested.
//! - `accept`, `encoding`: what responses are accepted, and whether they are compressed.
//! - `head`, `location`, `frame`, `envelope`, `list_body`, `scalar`, `field_head`, `api_status`, `response_start`:
//!   parsers of what a server sends, on each `wire` (JSON, protobuf). What follows them is the same for both.
//! - `raw_object`, `index`, `identity`, `uid`, `version`, `content`, `tombstone`: what was delivered, and how lists compare with it.
//! - `backoff`, `status`, `error`, `event`: waits, and what consumers see.
//! - `testing`: hooks for our own fuzzing, simulation and benches, behind features.

mod accept;
mod api_status;
pub mod backoff;
mod content;
pub mod encoding;
mod envelope;
pub mod error;
mod event;
mod field_head;
pub mod frame;
pub mod head;
pub mod identity;
mod index;
mod list_body;
pub mod location;
pub mod machine;
mod options;
pub mod raw_object;
pub mod request_builder;
mod response_start;
mod scalar;
pub mod settings;
mod status;
mod testing;
pub mod tombstone;
pub mod uid;
pub mod version;
mod wire;

pub use api_status::{ApiStatus, StatusCause, StatusDetails};
pub use error::WatchError;
pub use event::{EventSource, EventType, Origin, WatchEvent};
pub use options::StreamOptions;
pub use settings::{InitialList, StartFrom};
pub use status::{Cause, Interruption, Phase, WatchStatus};
#[cfg(feature = "bench-hooks")]
#[doc(hidden)]
pub use testing::bench_hooks;
#[cfg(any(test, feature = "simulation"))]
#[doc(hidden)]
pub use testing::encoder;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub use testing::{fuzzing, simulation};
pub use wire::Wire;
