//! Empty: cargo compiles the release because the manifest names it.
