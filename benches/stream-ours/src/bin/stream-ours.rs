//! Measures with the system's allocator as it is.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    stream_ours::run()
}
