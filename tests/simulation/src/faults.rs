//! What this history's server can do, and what goes wrong how often.

use fastrand::Rng;

/// What comes of a request for a streamed state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streaming {
    Works,
    /// As 1.20.
    Refused,
    /// As 1.17.
    Ignored,
    /// As 1.36 over an old etcd.
    GivesUp,
    NeverEnds,
}

/// A history's character. Every kind of fault has a chance of its own, in a thousandth of a step.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(crate) streaming: Streaming,
    pub(crate) cut: u32,
    pub(crate) stall: u32,
    pub(crate) refuse: u32,
    pub(crate) restart: u32,
    pub(crate) compact: u32,
    pub(crate) timeout: u32,
    pub(crate) stop: u32,
    pub(crate) flap: u32,
    /// The machine sleeps for hours: the clock jumps.
    pub(crate) suspend: u32,
    /// The server is set back to an older state.
    pub(crate) set_back: u32,
    /// Of a deletion, to be lost on the way.
    pub(crate) lost_deletion: u32,
    /// Whether a watch from a version that is yet to come is refused, and not just silent.
    pub(crate) refuses_the_future: bool,
    /// Of a bookmark, where one is due, to be sent.
    pub(crate) bookmark: u32,
}

impl Faults {
    pub(crate) fn random(random: &mut Rng) -> Self {
        let streaming = match random.u8(..8) {
            0 => Streaming::Refused,
            1 => Streaming::Ignored,
            2 => Streaming::GivesUp,
            3 => Streaming::NeverEnds,
            _ => Streaming::Works,
        };
        let refuses_the_future = random.bool();
        let mut chance = |most: u32| if random.u8(..3) == 0 { 0 } else { random.u32(..most) };
        Self {
            cut: chance(120),
            stall: chance(60),
            refuse: chance(300),
            restart: chance(30),
            compact: chance(80),
            timeout: chance(60),
            stop: chance(40),
            flap: chance(8),
            suspend: chance(20),
            set_back: chance(10),
            lost_deletion: chance(200),
            refuses_the_future,
            bookmark: chance(300),
            streaming,
        }
    }
}

/// Whether something with this chance happens now.
pub(crate) fn happens(random: &mut Rng, chance: u32) -> bool {
    random.u32(..1000) < chance
}
