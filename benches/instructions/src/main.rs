//! Runs one case a given number of times, for callgrind to count its instructions:
//! `instructions CASE TIMES`. Without arguments it prints the names of the cases, one per line.
//!
//! The fixed cost of a run cancels out in the difference of two runs.

mod cases;
mod encoding;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = arguments.as_slice() else {
        for (name, _) in cases::ALL {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    };
    let case = cases::ALL.iter().find(|(case, _)| case == name);
    if let (Some((_, case)), Ok(times)) = (case, times.parse()) {
        case(times);
        ExitCode::SUCCESS
    } else {
        eprintln!("instructions: unknown case {name:?} or invalid number {times:?}");
        ExitCode::FAILURE
    }
}
