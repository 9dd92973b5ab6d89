//! Reaching a server: through proxies, with credentials that renew, and with errors that name what is wrong.

#![cfg(unix)]

mod certificates;
mod files;
mod pinned;
mod plugins;
mod proxies;
mod server;
