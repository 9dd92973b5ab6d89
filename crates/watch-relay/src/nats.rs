//! What all that NATS is used for shares: connections, streams, and what goes wrong with them.

mod address;
mod connection;
mod credentials;
mod failure;
mod reading;
mod stream;
mod token;

pub use address::NatsUrl;
pub(crate) use connection::{Connection, Server};
pub use credentials::{NatsCredentials, NatsTls};
pub(crate) use failure::{Failure, code_of, is_wrong_sequence};
pub(crate) use reading::read_all;
pub use stream::Storage;
pub(crate) use stream::{last_of, stream_of};
pub(crate) use token::encode;
