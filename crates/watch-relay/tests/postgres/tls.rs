//! TLS, as `sslmode` says.
