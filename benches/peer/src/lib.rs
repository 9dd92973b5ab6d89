//! Empty: cargo compiles k8s-openapi because the manifest names it.
