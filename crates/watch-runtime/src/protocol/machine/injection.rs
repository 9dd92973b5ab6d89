//! Where the machine behaves as an injected bug says.

#[cfg(feature = "simulation")]
use crate::protocol::event::{EventType, Origin};
#[cfg(feature = "simulation")]
use crate::protocol::identity::Identity;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::injected_bug::InjectedBug;
#[cfg(feature = "simulation")]
use crate::protocol::machine::state::State;
#[cfg(feature = "simulation")]
use crate::protocol::machine::step::Delivery;

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
        let State::Watching { frames, .. } = &mut self.state else { return };
        let rest = frames.rest();
        let text = String::from_utf8_lossy(&rest);
        let part = |key: &str| {
            let (_, after) = text.split_once(&format!("\"{key}\":\""))?;
            after.split_once('"').map(|(value, _)| value.to_owned())
        };
        let (name, uid, version) = (part("name"), part("uid"), part("resourceVersion"));
        let etype = part("type").and_then(|etype| EventType::from_wire(&etype));
        let (Some(name), Some(uid), Some(etype)) = (name, uid, etype) else { return };
        let namespace = part("namespace").unwrap_or_default();
        let identity = Identity { name, namespace, uid: uid.as_str().into(), version };
        let origin = Origin::Live;
        self.owed.push_back(Delivery { etype, origin, object: rest, identity });
    }
}
