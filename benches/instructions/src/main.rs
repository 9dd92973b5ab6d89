//! Does one thing a number of times, for callgrind to count the instructions of:
//! `instructions CASE TIMES`. Without arguments it names the cases, one a line.
//!
//! What a run costs beside the things that it does falls away when two numbers of times are compared.

mod cases;

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
    let case = cases::ALL.iter().find(|(known, _)| known == name);
    match (case, times.parse()) {
        (Some((_, case)), Ok(times)) => {
            case(times);
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("instructions: no case {name:?}, or no number {times:?}");
            ExitCode::FAILURE
        }
    }
}
