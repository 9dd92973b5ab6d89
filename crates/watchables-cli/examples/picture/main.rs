//! Records a command in a terminal of its own, as an animated SVG: the pictures of the README.
//!
//! `cargo run -p watchables-cli --example picture -- FILE COLUMNS ROWS SECONDS KEYS PROGRAM [ARGUMENT…]`, where KEYS are
//! what is typed and when, such as `4:j,5:enter`, or `-`. `docs/pictures/make` has those of the README.

#[cfg(unix)]
mod session;
#[cfg(unix)]
mod svg;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [file, columns, rows, seconds, keys, command @ ..] = arguments.as_slice() else {
        return Err("usage: picture FILE COLUMNS ROWS SECONDS KEYS PROGRAM [ARGUMENT…]".into());
    };
    let size = (rows.parse()?, columns.parse()?);
    let frames = session::record(command, size, seconds.parse()?, &session::keys(keys)?)?;
    std::fs::write(file, svg::animation(&frames, size, seconds.parse()?))?;
    println!("{file}: {} frames", frames.len());
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    eprintln!("pictures are made on Unix");
}
