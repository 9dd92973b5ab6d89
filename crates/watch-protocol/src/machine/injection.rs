//! The effects of injected bugs on the machine.

#[cfg(feature = "simulation")]
use bytes::Bytes;

#[cfg(feature = "simulation")]
use crate::envelope::{self, Envelope};
#[cfg(feature = "simulation")]
use crate::event::{EventType, Origin};
#[cfg(feature = "simulation")]
use crate::frame::Frames;
#[cfg(feature = "simulation")]
use crate::identity::Identity;
use crate::machine::core::Machine;
use crate::machine::injected_bug::InjectedBug;
#[cfg(feature = "simulation")]
use crate::machine::state::{ListVersion, State};
#[cfg(feature = "simulation")]
use crate::machine::step::Delivery;
#[cfg(feature = "simulation")]
use crate::raw_object::RawObject;
#[cfg(feature = "simulation")]
use crate::wire::Wire;

#[cfg(not(feature = "simulation"))]
#[allow(clippy::unused_self, reason = "the other one looks into it")]
impl Machine {
    pub(super) const fn has_bug(&self, _: InjectedBug) -> bool {
        false
    }

    pub(super) const fn inject_truncated_event(&self) {}

    pub(super) const fn inject_trusted_versions(&self) {}

    pub(super) const fn inject_into_index(&self) {}
}

#[cfg(feature = "simulation")]
impl Machine {
    pub(crate) fn injected_bug(&mut self, injected_bug: Option<InjectedBug>) {
        self.injected_bug = injected_bug;
    }

    pub(super) fn has_bug(&self, how: InjectedBug) -> bool {
        self.injected_bug == Some(how)
    }

    /// Returns the version of the list that has synced since the last call.
    pub(crate) fn take_synced_version(&mut self) -> Option<ListVersion> {
        self.synced_version.take()
    }

    pub(crate) fn is_relisting(&self) -> bool {
        self.relist.is_some()
    }

    pub(super) fn inject_trusted_versions(&mut self) {
        if self.has_bug(InjectedBug::TrustVersionsAfterRollback)
            && let Some(index) = &mut self.watcher_state.index
        {
            index.trust_all();
        }
    }

    pub(super) fn inject_into_index(&mut self) {
        if self.has_bug(InjectedBug::ForgetNamesakes)
            && let Some(index) = &mut self.watcher_state.index
        {
            index.forget_namesakes();
        }
    }

    pub(super) fn inject_truncated_event(&mut self) {
        if !self.has_bug(InjectedBug::DeliverTruncatedEvents) {
            return;
        }
        let State::Watching { frames, .. } = &mut self.state else { return };
        let rest = match frames {
            Frames::Json(frames) => frames.remainder(),
            Frames::Protobuf(frames) => {
                let rest = frames.remainder();
                return self.inject_truncated_frame(&rest);
            }
        };
        let text = String::from_utf8_lossy(&rest);
        let part = |key: &str| {
            let (_, after) = text.split_once(&format!("\"{key}\":\""))?;
            after.split_once('"').map(|(value, _)| value.to_owned())
        };
        let (name, uid, version) = (part("name"), part("uid"), part("resourceVersion"));
        let etype = part("type").and_then(|etype| EventType::from_wire(&etype));
        let (Some(name), Some(uid), Some(etype)) = (name, uid, etype) else { return };
        let namespace = part("namespace").unwrap_or_default();
        let identity = Identity { name, namespace, uid: uid.as_str().into(), version, content: 0 };
        let origin = Origin::Live;
        self.pending.push_back(Delivery { etype, origin, object: RawObject::json(rest), identity });
    }

    /// Delivers the beginning of a frame, with zeros in the place of what is missing.
    fn inject_truncated_frame(&mut self, rest: &Bytes) {
        let Some((length, rest)) = rest.split_first_chunk() else { return };
        let length = u32::from_be_bytes(*length) as usize;
        if length > 1 << 20 {
            // These are no frames.
            return;
        }
        let mut frame = rest.to_vec();
        frame.resize(length, 0);
        let scope = self.requests.resource().scope();
        if let Ok(Envelope::Event { etype, object, identity }) =
            envelope::read(&frame.into(), Wire::Protobuf, scope)
            && identity.is_named()
        {
            self.pending.push_back(Delivery { etype, origin: Origin::Live, object, identity });
        }
    }
}
