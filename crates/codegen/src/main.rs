//! The generator's command line as a program of its own, for tests; `cargo xtask` runs the same.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen::cli::main()
}
