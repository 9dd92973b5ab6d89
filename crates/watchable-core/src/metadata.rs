//! Objects whose metadata alone is watched.

mod object_meta;

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::lenient::null_is_default;
use crate::protobuf::{self, Envelope};
use crate::{
    DynamicObject, DynamicTarget, Listed, NamespacedWatch, Resource, ResourceInfo, Text, WatchItem,
    WatchTarget,
};

pub use object_meta::{ManagedFields, ObjectMeta, OwnerReference};

/// The metadata of an object of type `T`. If the metadata is all you need, this is much cheaper for client and
/// server than whole objects.
///
/// `Watcher::<Meta<Pod>>` requests `PartialObjectMetadata` (Kubernetes API concepts, "Alternate
/// representations of resources"). If the server does not support it, it sends whole objects, and everything
/// but the metadata is skipped. `T` is any watchable type: an object or list type, a custom resource, or
/// [`DynamicObject`] for a kind chosen at run time.
///
/// `api_version` and `kind` are those of the object itself, not of the representation.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub struct Meta<T> {
    /// The object's `apiVersion`, such as `apps/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<Text>,
    /// The object's kind, such as `Deployment`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text>,
    /// The object's metadata.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: ObjectMeta,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T: WatchTarget> WatchTarget for Meta<T> {
    type Item = Meta<T::Item>;
}

impl<T: WatchItem> WatchItem for Meta<T> {
    fn metadata_only() -> bool {
        true
    }

    /// API servers have the metadata of every kind in protobuf.
    fn has_protobuf() -> bool {
        true
    }

    fn from_protobuf(
        envelope: &Envelope<'_>,
        drops_managed_fields: bool,
    ) -> Result<Self, protobuf::Error> {
        let metadata = protobuf::metadata(envelope, drops_managed_fields)?;
        let text = |text: &str| (!text.is_empty()).then(|| Text::from(text));
        let (api_version, kind) = (text(envelope.api_version), text(envelope.kind));
        Ok(Self { api_version, kind, metadata, of: PhantomData })
    }

    /// Replaces `PartialObjectMetadata`, or nothing in the items of a list, by the object's own type.
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        self.kind = Some(resource.kind().into());
        match &mut self.api_version {
            Some(text) if *text == *resource.api_version() => {}
            text => *text = Some(resource.api_version().into()),
        }
    }
}

impl<T: Resource> Resource for Meta<T> {
    const RESOURCE: ResourceInfo = T::RESOURCE;
}

/// The metadata of a type is watchable exactly if the type is.
impl<T: Listed> Listed for Meta<T> {
    type Kind = T::Kind;
}

impl<T: NamespacedWatch> NamespacedWatch for Meta<T> {}

impl DynamicTarget for Meta<DynamicObject> {}

impl<T> Clone for Meta<T> {
    fn clone(&self) -> Self {
        Self {
            api_version: self.api_version.clone(),
            kind: self.kind.clone(),
            metadata: self.metadata.clone(),
            of: PhantomData,
        }
    }
}

impl<T> Default for Meta<T> {
    fn default() -> Self {
        let metadata = ObjectMeta::default();
        Self { api_version: None, kind: None, metadata, of: PhantomData }
    }
}

impl<T> PartialEq for Meta<T> {
    fn eq(&self, other: &Self) -> bool {
        (&self.api_version, &self.kind, &self.metadata)
            == (&other.api_version, &other.kind, &other.metadata)
    }
}

impl<T> fmt::Debug for Meta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("api_version", &self.api_version)
            .field("kind", &self.kind)
            .field("metadata", &self.metadata)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const DEPLOYMENT: ResourceInfo =
        ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced);

    fn meta(text: &str) -> Meta<DynamicObject> {
        let mut meta: Meta<DynamicObject> = crate::json::from_str(text).unwrap();
        meta.fill_type_meta(&DEPLOYMENT);
        meta
    }

    #[test]
    fn all_metadata_round_trips() {
        let metadata = r#"{"name":"web","generateName":"we","namespace":"shop","uid":"u","resourceVersion":"7","generation":2,"creationTimestamp":"2024-05-01T10:00:00Z","deletionTimestamp":"2024-05-01T11:00:00Z","deletionGracePeriodSeconds":30,"labels":{"app":"web"},"annotations":{"a":"b"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"v","controller":true,"blockOwnerDeletion":false}],"finalizers":["f"],"managedFields":[{"manager":"m","operation":"Apply","apiVersion":"v1","time":"2024-05-01T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}},"subresource":"status"}]}"#;
        let partial = format!(
            r#"{{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{metadata}}}"#
        );
        let whole = format!(r#"{{"metadata":{metadata},"spec":{{"replicas":1}},"status":null}}"#);
        for text in [partial, whole] {
            let written = serde_json::to_string(&meta(&text)).unwrap();
            assert_eq!(
                written,
                format!(r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{metadata}}}"#)
            );
        }
    }

    #[test]
    fn null_or_absent_metadata_is_empty() {
        for text in [
            "{}",
            r#"{"metadata":null}"#,
            r#"{"metadata":{"creationTimestamp":null,"labels":null,"finalizers":null,"ownerReferences":null}}"#,
        ] {
            assert_eq!(meta(text).metadata, ObjectMeta::default(), "{text}");
        }
    }

    /// Writes a field of bytes.
    fn field(number: u8, contents: &[u8]) -> Vec<u8> {
        let length = i8::try_from(contents.len()).unwrap().cast_unsigned();
        [&[number << 3 | 2, length], contents].concat()
    }

    /// Returns the message of an object whose metadata has every kind of field, and which has something undecodable.
    fn message() -> Vec<u8> {
        let owner = [field(1, b"Node"), field(3, b"n"), field(4, b"v"), field(5, b"v1")].concat();
        let owner = [owner, vec![6 << 3, 1, 7 << 3, 0]].concat();
        let fields = field(7, &field(1, br#"{"f:spec":{}}"#));
        let managed = [field(1, b"m"), field(6, b"FieldsV1"), fields].concat();
        let metadata = [
            field(1, b"web"),
            field(2, b""),
            field(3, b"shop"),
            field(5, b"u"),
            field(6, b"7"),
            vec![7 << 3, 0],
            field(8, b""),
            field(9, &[8, 60, 16, 0]),
            vec![10 << 3, 0],
            field(11, &[field(1, b"app"), field(2, b"web")].concat()),
            field(13, &owner),
            field(14, b"f"),
            // Numbers from 16 on take two bytes.
            vec![0x8a, 0x01, u8::try_from(managed.len()).unwrap()],
            managed,
        ]
        .concat();
        [field(1, &metadata), field(2, &[0xff])].concat()
    }

    #[test]
    fn metadata_decodes_from_protobuf_and_the_rest_is_skipped() {
        let message = message();
        for (kind, drops) in [("PartialObjectMetadata", false), ("", true)] {
            let envelope = Envelope { api_version: "", kind, message: &message };
            let mut meta = Meta::<DynamicObject>::from_protobuf(&envelope, drops).unwrap();
            assert_eq!(meta.kind.as_deref().unwrap_or_default(), kind);
            meta.fill_type_meta(&DEPLOYMENT);
            let managed = r#","managedFields":[{"manager":"m","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}}}]"#;
            let written = serde_json::to_string(&meta).unwrap();
            assert_eq!(
                written,
                format!(
                    r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web","namespace":"shop","uid":"u","resourceVersion":"7","deletionTimestamp":"1970-01-01T00:01:00Z","deletionGracePeriodSeconds":0,"labels":{{"app":"web"}},"ownerReferences":[{{"apiVersion":"v1","kind":"Node","name":"n","uid":"v","controller":true,"blockOwnerDeletion":false}}],"finalizers":["f"]{}}}}}"#,
                    if drops { "" } else { managed }
                )
            );
        }
    }

    #[test]
    fn damaged_metadata_in_protobuf_is_an_error_that_names_the_place() {
        let decode = |message: &[u8]| {
            let envelope = Envelope { message, ..Envelope::default() };
            Meta::<DynamicObject>::from_protobuf(&envelope, false)
        };
        let message = message();
        let end = message.len() - 3;
        assert!((1..end).all(|end| decode(&message[..end]).is_err()));
        assert!(decode(&message[..end]).is_ok());
        let number = field(1, &[1 << 3, 1]);
        assert_eq!(decode(&number).unwrap_err().path(), "metadata.name");
        assert!(DynamicObject::from_protobuf(&Envelope::default(), false).is_err());
    }
}
