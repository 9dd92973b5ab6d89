//! Reaching a server: through proxies, with credentials that renew, and with errors that name what is wrong.

#![cfg(unix)]

mod certificates;
mod files;
mod plugins;
mod proxies;
mod server;
