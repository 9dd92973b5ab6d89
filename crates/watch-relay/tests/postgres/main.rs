//! The sink `postgres` with a real PostgreSQL server.

mod checkpoints;
mod crashes;
mod fences;
mod queries;
mod refusals;
mod schema;
mod storing;
mod streams;
mod support;
mod tls;
