//! Replays: recordings as an embedded API server shows them to clients.

mod clients;
mod library;
mod moments;
mod recorded;
mod support;
