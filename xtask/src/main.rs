//! `cargo xtask`: fetches Kubernetes specs and generates the crates of their types.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen::cli::main()
}
