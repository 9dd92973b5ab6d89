//! Builds the guide into a folder: `cargo run -p watchables-guide [-- FOLDER]`, `target/guide` by default.

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let target = watchables_guide::repository().join("target/guide");
    let folder = std::env::args_os().nth(1).map_or(target, PathBuf::from);
    watchables_guide::build(&folder)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}
