//! The command line of `cargo xtask` as a separate program, for tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen::cli::main()
}
