//! Faults of the relay that can be put in, to check that they are noticed.

/// What the relay does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The sink takes what a former holder sends: no epoch, and no sequence that is expected.
    NoFence,
    /// A replica goes on after it has lost a Lease.
    GoesOn,
    /// The checkpoint moves before the sink has acknowledged.
    CommitsFirst,
    /// The expired position of a watch is taken for the present one: nothing is compared.
    NoRepair,
}

impl Sabotage {
    /// All of them.
    pub const ALL: &[Self] = &[Self::NoFence, Self::GoesOn, Self::CommitsFirst, Self::NoRepair];
}
