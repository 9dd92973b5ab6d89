//! Item types of multiplexed streams, and the objects that they accept.

use std::any::Any;
use std::fmt;

use crate::{ResourceInfo, WatchItem};

/// The item type of a multiplexed stream that accepts objects of type `T`.
///
/// `#[derive(Multiplexed)]` implements it for an enum, once for each variant. [`AnyObject`] accepts every
/// kind, and each kind accepts itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no variant for `{T}`",
    label = "events of `{T}` cannot be items of this stream",
    note = "add a variant for it to the enum with `#[derive(Multiplexed)]`, or use `AnyObject` if the kinds are not fixed"
)]
pub trait Accepts<T>: Send + 'static {
    /// Converts an object, which was watched as this resource, into an item.
    fn accept(obj: T, resource: &ResourceInfo) -> Self;
}

impl<T: WatchItem> Accepts<T> for T {
    fn accept(obj: T, _: &ResourceInfo) -> Self {
        obj
    }
}

/// A type without values that every derived enum accepts. If a trait has only one impl, the compiler infers its
/// parameter and reports mismatched types instead of the message that a variant is missing.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoKind {}

/// Makes the compiler report a variant whose type is not an object type.
#[doc(hidden)]
pub fn a_kind<T: WatchItem>(obj: T) -> T {
    obj
}

/// An object of any type, for multiplexed streams without a fixed set of kinds.
pub struct AnyObject {
    object: Box<dyn Any + Send>,
    resource: ResourceInfo,
}

impl AnyObject {
    /// Returns the kind that was watched, such as `Pod`.
    pub fn kind(&self) -> &str {
        self.resource.kind()
    }

    /// Returns the resource that was watched.
    pub fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    /// Returns whether the object is a `T`.
    pub fn is<T: 'static>(&self) -> bool {
        self.object.is::<T>()
    }

    /// Returns the object if it is a `T`. The same kind in another release is a different type.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.object.downcast_ref()
    }

    /// Returns the object by value if it is a `T`.
    ///
    /// # Errors
    ///
    /// Returns `self` if the object is of another type.
    pub fn downcast<T: 'static>(self) -> Result<T, Self> {
        let Self { object, resource } = self;
        object.downcast().map(|object| *object).map_err(|object| Self { object, resource })
    }
}

impl<T: WatchItem> Accepts<T> for AnyObject {
    fn accept(obj: T, resource: &ResourceInfo) -> Self {
        Self { object: Box::new(obj), resource: resource.clone() }
    }
}

impl fmt::Debug for AnyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyObject")
            .field("resource", &self.resource.to_string())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DynamicObject, Scope};

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

    #[test]
    fn any_object_downcasts_to_its_type_only() {
        let pod: DynamicObject = serde_json::from_str(r#"{"metadata":{"name":"a"}}"#).unwrap();
        let any = AnyObject::accept(pod, &POD);
        assert_eq!((any.kind(), any.resource()), ("Pod", &POD));
        assert!(any.is::<DynamicObject>() && !any.is::<String>());
        assert_eq!(any.downcast_ref::<DynamicObject>().unwrap().name(), Some("a"));
        let any = any.downcast::<String>().unwrap_err();
        assert_eq!(any.downcast::<DynamicObject>().unwrap().name(), Some("a"));
    }
}
