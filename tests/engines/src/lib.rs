//! Real engines on loopback for tests, from Debian's packages, and a proxy that disturbs connections to them.
//!
//! They end with the process that started them, however that ends. What fails here is a panic: it is for tests alone.

pub mod nats;
mod ports;
pub mod postgres;
mod proxy;
mod watchdog;

pub use ports::free_port;
pub use proxy::Proxy;
pub use watchdog::WATCHDOG;
