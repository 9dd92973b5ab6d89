//! The time from a program's start to its first line.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use gauge::{Figures, quantile};

use crate::cluster::Demo;
use crate::program::Program;

/// How often a program is started.
const STARTS: usize = 15;

#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The command, its words separated by spaces
    #[arg(long)]
    command: String,
    /// The program that serves the demo cluster
    #[arg(long)]
    watchables: PathBuf,
}

pub(crate) fn measure(options: &Options) -> Result<Figures, Box<dyn Error>> {
    let demo = Demo::start(&options.watchables)?;
    // The first one reads the program from the disk, and fills what it caches of the cluster.
    first_line(&options.command, demo.home())?;
    let times = (0..STARTS).map(|_| first_line(&options.command, demo.home()));
    let mut times = times.collect::<Result<Vec<_>, _>>()?;
    Ok(Figures::default().with("first_line_ms", quantile(&mut times, 0.5)))
}

fn first_line(command: &str, home: &Path) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let (_program, stdout) = Program::start(command, home)?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let took = start.elapsed();
    if line.is_empty() {
        return Err(format!("{command} printed nothing").into());
    }
    Ok(took.as_secs_f64() * 1e3)
}
