//! The queries of docs/relay-postgres.md.
