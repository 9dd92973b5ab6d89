//! Ways to break the machine on purpose, to see that the simulation notices.

#![cfg_attr(not(feature = "simulation"), allow(dead_code, unreachable_pub))]

use super::Machine;

/// What a broken machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// Tells a state that was taken anew without comparing it with what was delivered.
    SkipsTheComparison,
    /// Goes on from the version of an event of the first state.
    ResumesFromInitialEvents,
    /// Takes the first bookmark for the one that ends a streamed state.
    TakesAnyBookmarkForTheEnd,
    /// Begins its waits anew after a connection that did not last.
    ForgetsFailuresTooEarly,
    /// Delivers what a cut connection has left of an event.
    DeliversFragments,
    /// Leaves out one of the objects that have vanished.
    ForgetsADeletion,
    /// Lets a state's version count before all of the state was delivered.
    MovesOnTooEarly,
    /// Does not mind that a name stands for another object now.
    OverlooksALostDeletion,
    /// Believes every server that it has reached the version that it is asked to go on from.
    BelievesEveryVersion,
    /// Takes what has a known version for unchanged, though the server was set back.
    TrustsVersionsAfterASetBack,
}

impl InjectedBug {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SkipsTheComparison,
        Self::ResumesFromInitialEvents,
        Self::TakesAnyBookmarkForTheEnd,
        Self::ForgetsFailuresTooEarly,
        Self::DeliversFragments,
        Self::ForgetsADeletion,
        Self::MovesOnTooEarly,
        Self::OverlooksALostDeletion,
        Self::BelievesEveryVersion,
        Self::TrustsVersionsAfterASetBack,
    ];
}

#[cfg(not(feature = "simulation"))]
#[allow(clippy::unused_self, reason = "the other one looks into it")]
impl Machine {
    pub(super) const fn has_bug(&self, _: InjectedBug) -> bool {
        false
    }

    pub(super) const fn inject_fragment(&self) {}

    pub(super) const fn inject_trust(&self) {}
}

#[cfg(feature = "simulation")]
impl Machine {
    pub(crate) fn injected_bug(&mut self, injected_bug: Option<InjectedBug>) {
        self.injected_bug = injected_bug;
    }

    pub(super) fn has_bug(&self, how: InjectedBug) -> bool {
        self.injected_bug == Some(how)
    }

    /// The version of the state that has just been told in whole.
    pub(crate) fn take_told(&mut self) -> Option<String> {
        self.told.take()
    }

    pub(crate) fn is_taking(&self) -> bool {
        self.taking.is_some()
    }

    pub(super) fn inject_trust(&mut self) {
        if self.has_bug(InjectedBug::TrustsVersionsAfterASetBack)
            && let Some(index) = &mut self.memory.index
        {
            index.trust();
        }
    }

    pub(super) fn inject_fragment(&mut self) {
        if !self.has_bug(InjectedBug::DeliversFragments) {
            return;
        }
        let super::State::Watching { frames, .. } = &mut self.state else { return };
        let rest = frames.rest();
        let text = String::from_utf8_lossy(&rest);
        let part = |key: &str| {
            let (_, after) = text.split_once(&format!("\"{key}\":\""))?;
            after.split_once('"').map(|(value, _)| value.to_owned())
        };
        let (name, uid, version) = (part("name"), part("uid"), part("resourceVersion"));
        let etype = part("type").and_then(|etype| crate::EventType::from_wire(&etype));
        let (Some(name), Some(uid), Some(etype)) = (name, uid, etype) else { return };
        let namespace = part("namespace").unwrap_or_default();
        let identity =
            crate::envelope::Identity { name, namespace, uid: uid.as_str().into(), version };
        let origin = crate::Origin::Live;
        self.owed.push_back(super::Delivery { etype, origin, object: rest, identity });
    }
}
