//! Messages that are delivered together, and how far they are.

use crate::message::Message;

/// Messages in the order in which they happened, with what became of each.
///
/// After an error, the same batch is delivered again: its [pending](Self::pending) messages are those for which nothing
/// is known yet.
#[derive(Debug)]
pub struct Batch {
    messages: Vec<Message>,
    outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Pending,
    Stored,
    Refused(String),
}

impl Batch {
    /// Makes a batch of messages, all of them pending.
    pub fn new(messages: Vec<Message>) -> Self {
        let outcomes = vec![Outcome::Pending; messages.len()];
        Self { messages, outcomes }
    }

    /// Returns all messages.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Returns the messages that are neither stored nor refused, each with its place in the batch.
    pub fn pending(&self) -> impl Iterator<Item = (usize, &Message)> {
        let messages = self.messages.iter().enumerate();
        messages.filter(|(at, _)| self.outcomes[*at] == Outcome::Pending)
    }

    /// Returns whether no message is pending.
    pub fn is_done(&self) -> bool {
        !self.outcomes.contains(&Outcome::Pending)
    }

    /// Records that the sink has a message, for good.
    pub fn stored(&mut self, at: usize) {
        self.outcomes[at] = Outcome::Stored;
    }

    /// Records that the sink has all messages that are pending.
    pub fn store_all(&mut self) {
        let pending = self.outcomes.iter_mut().filter(|outcome| **outcome == Outcome::Pending);
        pending.for_each(|outcome| *outcome = Outcome::Stored);
    }

    /// Records that the sink will never take a message, and why.
    pub fn refused(&mut self, at: usize, reason: impl Into<String>) {
        self.outcomes[at] = Outcome::Refused(reason.into());
    }

    /// Makes all messages pending again: the transaction that they were stored in was lost.
    pub fn reset(&mut self) {
        self.outcomes.fill(Outcome::Pending);
    }

    /// Returns the messages that the sink has.
    pub(crate) fn all_stored(&self) -> impl Iterator<Item = &Message> {
        let outcomes = self.messages.iter().zip(&self.outcomes);
        outcomes.filter(|(_, outcome)| **outcome == Outcome::Stored).map(|(message, _)| message)
    }

    /// Returns the messages that the sink refused, and why.
    pub fn refusals(&self) -> impl Iterator<Item = (&Message, &str)> {
        self.messages.iter().zip(&self.outcomes).filter_map(|(message, outcome)| match outcome {
            Outcome::Refused(reason) => Some((message, reason.as_str())),
            _ => None,
        })
    }
}
