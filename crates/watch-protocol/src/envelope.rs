//! Parses an event of a watch into its type, the object's identity and its raw bytes.
//!
//! The object itself is not decoded here. A bookmark's object never is: it has the kind of the
//! watched resource but not its required fields, as in `"spec":{"containers":null}` (Kubernetes API
//! concepts, "Watch bookmarks").

pub(crate) mod json;
mod kind;
pub(crate) mod protobuf;
pub(crate) mod table;

use bytes::Bytes;
use watchable_core::{Scope, json::Error};

pub(crate) use crate::envelope::kind::Envelope;
use crate::identity::Identity;
use crate::raw_object::RawObject;
use crate::wire::Wire;

/// Parses an event of a watch on a resource of this scope.
///
/// # Errors
///
/// It is neither an event nor a `Status`.
pub(crate) fn read(event: &Bytes, wire: Wire, scope: Scope) -> Result<Envelope, Error> {
    match wire {
        Wire::Json => json::read(event, scope),
        Wire::Protobuf => protobuf::read(event, scope),
    }
}

/// Parses the identity of a list's item, as far as it has one. Returns it with the item.
pub(crate) fn list_item(item: &Bytes, wire: Wire, scope: Scope) -> (RawObject, Identity) {
    match wire {
        Wire::Json => {
            let (item, identity) = json::list_item(item, scope);
            (RawObject::json(item), identity)
        }
        Wire::Protobuf => protobuf::list_item(item, scope),
    }
}
