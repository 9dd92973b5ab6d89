//! The parameters of a history: the server's features and the rate of each fault.

use fastrand::Rng;

use crate::oddities::Oddities;

/// How the server handles a streaming list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streaming {
    Works,
    /// As Kubernetes 1.20.
    Rejected,
    /// As Kubernetes 1.17.
    Ignored,
    /// As Kubernetes 1.36 on an old etcd.
    GivesUp,
    NeverEnds,
}

/// The faults of a history, each with its probability per step, in thousandths.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(crate) streaming: Streaming,
    pub(crate) disconnect: u32,
    pub(crate) stall: u32,
    pub(crate) reject: u32,
    pub(crate) restart: u32,
    pub(crate) compact: u32,
    pub(crate) timeout: u32,
    pub(crate) stop: u32,
    pub(crate) flap: u32,
    /// The computer is suspended for hours: the clock jumps.
    pub(crate) suspend: u32,
    /// The server is rolled back to an older state.
    pub(crate) roll_back: u32,
    /// That a DELETED event is lost.
    pub(crate) lost_deletion: u32,
    /// That a DELETED event is sent again.
    pub(crate) repeated_deletion: u32,
    /// Whether a watch from a future version is rejected, instead of staying idle.
    pub(crate) rejects_future_versions: bool,
    /// That a bookmark is sent when one is due.
    pub(crate) bookmark: u32,
}

impl Faults {
    pub(crate) fn random(random: &mut Rng) -> Self {
        let streaming = match random.u8(..8) {
            0 => Streaming::Rejected,
            1 => Streaming::Ignored,
            2 => Streaming::GivesUp,
            3 => Streaming::NeverEnds,
            _ => Streaming::Works,
        };
        let rejects_future_versions = random.bool();
        let mut chance = |most: u32| if random.u8(..3) == 0 { 0 } else { random.u32(..most) };
        Self {
            disconnect: chance(120),
            stall: chance(60),
            reject: chance(300),
            restart: chance(30),
            compact: chance(80),
            timeout: chance(60),
            stop: chance(40),
            flap: chance(8),
            suspend: chance(20),
            roll_back: chance(10),
            lost_deletion: chance(200),
            repeated_deletion: chance(200),
            rejects_future_versions,
            bookmark: chance(300),
            streaming,
        }
    }
}

impl Faults {
    /// Leaves out what no client can notice or tell apart on this server.
    pub(crate) fn possible_on(self, oddities: Oddities) -> Self {
        Self {
            roll_back: if oddities.versions.show_rollbacks() { self.roll_back } else { 0 },
            // Where names are not unique, an object that was created again looks like another one.
            lost_deletion: if oddities.namesakes { 0 } else { self.lost_deletion },
            ..self
        }
    }
}

/// Draws whether an event of this probability occurs.
pub(crate) fn happens(random: &mut Rng, chance: u32) -> bool {
    random.u32(..1000) < chance
}
