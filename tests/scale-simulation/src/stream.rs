//! What the engines keep of a stream, which is one part of a cluster: its checkpoint, its fence, and what was stored.

use crate::checks::Checks;
use crate::sabotage::Sabotage;

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) cluster: u32,
    pub(crate) part: u32,
    pub(crate) lease: u32,
    /// The last change that was stored of each object, which is also the sequence of its subject; 0 for none.
    pub(crate) stored: Vec<u32>,
    /// The highest epoch in the sink's record.
    pub(crate) fence: u64,
    pub(crate) checkpoint: Checkpoint,
}

/// A log of commits, with one writer.
#[derive(Debug, Default)]
pub(crate) struct Checkpoint {
    /// The last change of each object that was committed.
    pub(crate) delivered: Vec<u32>,
    /// The version to go on from; `None` if nothing was committed.
    pub(crate) version: Option<u64>,
    /// The instance that has claimed it last, and its epoch.
    pub(crate) writer: Option<u32>,
    pub(crate) epoch: u64,
}

/// A change that is to be stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) place: u32,
    pub(crate) serial: u32,
    /// When it happened; `None` if a list has shown it.
    pub(crate) happened: Option<u64>,
    /// Whether it stands for several, of which the server no longer has the others.
    pub(crate) is_repair: bool,
}

/// What became of a message.
pub(crate) enum Stored {
    /// It was stored now.
    New,
    /// It was there.
    Known,
    /// Something else was there, of which the instance did not know, and then it was stored or recognised.
    AfterOthers { is_new: bool },
}

impl Stream {
    /// Takes a message of an instance with an epoch, whose mark says what it expects to be last.
    pub(crate) fn publish(
        &mut self,
        message: Message,
        mark: &mut u32,
        epoch: u64,
        checks: &mut Checks,
    ) -> Stored {
        if *mark >= message.serial {
            return Stored::Known;
        }
        let last = self.stored[message.place as usize];
        let is_expected = last == *mark || checks.sabotage == Some(Sabotage::NoFence);
        let is_new = is_expected || last < message.serial;
        if is_new {
            checks.stored(self, message, epoch);
            self.stored[message.place as usize] = message.serial;
        }
        // Its own message, whose acknowledgement was lost, is no other's.
        let is_others = !is_expected && last != message.serial;
        *mark = last.max(message.serial);
        match (is_others, is_new) {
            (true, is_new) => Stored::AfterOthers { is_new },
            (false, true) => Stored::New,
            (false, false) => Stored::Known,
        }
    }
}
