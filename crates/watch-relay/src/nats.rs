//! What all that NATS is used for shares: connections, streams, and what goes wrong with them.

mod connection;
mod failure;
mod stream;
mod token;

pub(crate) use connection::{Connection, Server};
pub use connection::{NatsCredentials, NatsTls, NatsUrl};
pub(crate) use failure::{Failure, code_of};
pub use stream::Storage;
pub(crate) use stream::{last_of, stream_of};
pub(crate) use token::encode;
