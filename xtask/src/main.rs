//! The entry point of `cargo xtask`; the implementation is in crates/codegen.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen::cli::main()
}
