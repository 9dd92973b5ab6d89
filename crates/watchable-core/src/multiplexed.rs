//! What a stream of several kinds is made of: which objects fit into its items.

use std::any::Any;
use std::fmt;

use crate::{ResourceInfo, WatchItem};

/// An item type of a stream of several kinds, into which objects of type `T` fit.
///
/// `#[derive(Multiplexed)]` implements it for an enum, once for each of its variants. [`AnyObject`]
/// accepts every kind, and each kind accepts itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no variant for `{T}`, so that its events do not fit",
    label = "this stream has no place for `{T}`",
    note = "add a variant that holds one to the enum with `#[derive(Multiplexed)]`, or use `AnyObject` for an open set of kinds"
)]
pub trait Accepts<T>: Send + 'static {
    /// Takes an object in, which was watched as this resource.
    fn accept(obj: T, resource: &ResourceInfo) -> Self;
}

impl<T: WatchItem> Accepts<T> for T {
    fn accept(obj: T, _: &ResourceInfo) -> Self {
        obj
    }
}

/// No kind at all. Each derived enum accepts it too: of a trait with a single impl the compiler takes that
/// one to be meant, and complains of a mismatch where it should say that a variant is missing.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoKind {}

/// Of a variant that holds something else than a kind, the compiler says so.
#[doc(hidden)]
pub fn a_kind<T: WatchItem>(obj: T) -> T {
    obj
}

/// An object of any type, for streams whose kinds are an open set.
pub struct AnyObject {
    object: Box<dyn Any + Send>,
    resource: ResourceInfo,
}

impl AnyObject {
    /// The kind that was watched, such as `Pod`.
    pub fn kind(&self) -> &str {
        self.resource.kind()
    }

    /// The resource that was watched.
    pub fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    /// Whether it is a `T`.
    pub fn is<T: 'static>(&self) -> bool {
        self.object.is::<T>()
    }

    /// The object, if it is a `T`. The same kind of another release is another type.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.object.downcast_ref()
    }

    /// The object itself, if it is a `T`.
    ///
    /// # Errors
    ///
    /// It is of another type: here it is again.
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
    fn any_object_is_what_was_put_in() {
        let pod: DynamicObject = serde_json::from_str(r#"{"metadata":{"name":"a"}}"#).unwrap();
        let any = AnyObject::accept(pod, &POD);
        assert_eq!((any.kind(), any.resource()), ("Pod", &POD));
        assert!(any.is::<DynamicObject>() && !any.is::<String>());
        assert_eq!(any.downcast_ref::<DynamicObject>().unwrap().name(), Some("a"));
        let any = any.downcast::<String>().unwrap_err();
        assert_eq!(any.downcast::<DynamicObject>().unwrap().name(), Some("a"));
    }
}
