//! Screens, exactly as they are: changes and keys go in, and a test terminal shows what comes out.

mod frozen;
mod kept;
mod object;
mod played;
mod scale;
mod sizes;
mod styles;
mod table;
mod watches;
mod world;
