//! Measures with the unmodified system allocator.

use stream_common::Error;

fn main() -> Result<(), Error> {
    stream_ours::run()
}
