//! What a template finds wrong with objects, said on standard error.

use std::collections::HashSet;

use crate::say::say;

/// How many different faults are said: what differs between objects would fill the screen.
const LIMIT: usize = 20;

/// Faults that were said.
#[derive(Debug, Default)]
pub(crate) struct Faults(HashSet<String>);

impl Faults {
    /// Says a fault, of the first object that has it.
    pub(crate) fn report(&mut self, object: &str, fault: &str) {
        if self.0.len() == LIMIT || !self.0.insert(fault.to_owned()) {
            return;
        }
        say!("{object} is not printed as -o has it: {fault}");
        if self.0.len() == LIMIT {
            say!("more of this kind is not said");
        }
    }
}
