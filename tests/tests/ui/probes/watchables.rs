//! Compiles only with a `watchables` that has the features which the fixtures use.

use watchables::{rel_1_17, rel_1_37};

fn main() {
    let _: (Option<rel_1_17::v1::Pod>, Option<rel_1_37::v1::Pod>) = (None, None);
}
