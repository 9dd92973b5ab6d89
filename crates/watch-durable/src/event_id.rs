//! What tells an event from all others, before and after a crash.

use std::fmt;
use std::sync::Arc;

use watch_protocol::EventType;
use watch_protocol::identity::Identity;
use watch_protocol::uid::Uid;
use watchable_core::ResourceInfo;

/// The identity of an event: the cluster, the object's uid and its resource version, and whether it was deleted.
///
/// An event that comes again because it was not committed has the same identity, so that a sink can recognise it.
/// `ADDED` and `MODIFIED` are not told apart: they are the same state of the object, and which of them it is depends on
/// what was committed before.
///
/// Only when the server has lost its history in between can an event that was not committed come with another identity:
/// then the states of an object since the last commit are one event, at the newest version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId {
    cluster: Arc<str>,
    object: Object,
    version: Version,
    deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Object {
    Uid(Uid),
    /// The server omits uids.
    Name(Box<str>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Version {
    Text(Box<str>),
    /// The server omits versions: a hash of the object.
    Content(u64),
}

impl EventId {
    pub(crate) fn new(
        cluster: &Arc<str>,
        resource: &ResourceInfo,
        etype: EventType,
        identity: &Identity,
    ) -> Self {
        let object = if identity.uid.is_empty() {
            Object::Name(format!("{resource}:{identity}").into())
        } else {
            Object::Uid(identity.uid.clone())
        };
        let version = match &identity.version {
            Some(version) => Version::Text(version.as_str().into()),
            None => Version::Content(identity.content),
        };
        let deleted = etype == EventType::Deleted;
        Self { cluster: Arc::clone(cluster), object, version, deleted }
    }

    /// Returns the identity of the cluster.
    pub fn cluster(&self) -> &str {
        &self.cluster
    }
}

/// `CLUSTER/UID/VERSION`, with `/deleted` at the end of a deletion. Where the server omits uids, resource, namespace and
/// name stand for it, and where it omits versions, a hash of the object.
impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.cluster)?;
        match &self.object {
            Object::Uid(uid) => f.write_str(&uid.text())?,
            Object::Name(name) => f.write_str(name)?,
        }
        match &self.version {
            Version::Text(version) => write!(f, "/{version}")?,
            Version::Content(hash) => write!(f, "/{hash:016x}")?,
        }
        if self.deleted { f.write_str("/deleted") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use watchable_core::Scope;

    use super::*;

    fn id(etype: EventType, uid: &str, version: Option<&str>) -> String {
        let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
        let identity = Identity {
            name: "web-1".to_owned(),
            namespace: "shop".to_owned(),
            uid: Uid::of(uid),
            version: version.map(str::to_owned),
            content: 5,
        };
        EventId::new(&"c".into(), &pods, etype, &identity).to_string()
    }

    #[test]
    fn id_names_cluster_object_version_and_deletion() {
        assert_eq!(id(EventType::Added, "u", Some("7")), "c/u/7");
        assert_eq!(id(EventType::Modified, "u", Some("7")), "c/u/7");
        assert_eq!(id(EventType::Deleted, "u", Some("7")), "c/u/7/deleted");
        assert_eq!(id(EventType::Added, "", Some("7")), "c/pods/v1:shop/web-1/7");
        assert_eq!(id(EventType::Added, "u", None), "c/u/0000000000000005");
    }
}
