//! Runs a program that watches Pods and prints them, such as kubectl, and measures it from outside: its CPU time for so
//! many events, or the time until its first line.

mod cluster;
mod cpu;
mod first_line;
mod program;

use std::error::Error;

use clap::{Parser, Subcommand};

/// What to measure.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Debug, Subcommand)]
enum Measure {
    /// User and system time of the program's process, from its start until it has printed the events
    Cpu(cpu::Options),
    /// Milliseconds from the program's start to its first line, on the embedded server's demo cluster
    FirstLine(first_line::Options),
}

fn main() -> Result<(), Box<dyn Error>> {
    let figures = match Args::parse().measure {
        Measure::Cpu(options) => cpu::measure(&options)?,
        Measure::FirstLine(options) => first_line::measure(&options)?,
    };
    println!("{}", figures.line());
    Ok(())
}
