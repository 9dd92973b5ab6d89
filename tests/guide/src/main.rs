//! Builds the guide into a folder: `cargo run -p watchables-guide [-- FOLDER]`, `target/guide` by default.

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    if let Some(f) = std::env::var_os("SETTERS") {
        println!("{:#?}", watchables_guide::setters(&watchables_guide::repository().join(f))?);
        return Ok(());
    }
    if let Some(f) = std::env::var_os("DUMP") {
        for m in watchables_guide::messages(&watchables_guide::repository().join(f))? {
            println!("{}\t{}", m.file.display(), m.text);
        }
        return Ok(());
    }
    let target = watchables_guide::repository().join("target/guide");
    let folder = std::env::args_os().nth(1).map_or(target, PathBuf::from);
    watchables_guide::build(&folder)?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}
