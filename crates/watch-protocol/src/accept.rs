//! The `Accept` header of requests.

use http::HeaderValue;

/// The encodings that a request accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    Json,
    Protobuf,
    /// Protobuf, or else JSON.
    Both,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// A list or a watch of whole objects.
    WholeObjects,
    /// A list of metadata.
    List,
    /// A list or a watch of rows of a table, or else of whole objects.
    Table,
    /// A streaming list of rows of a table, and of nothing else: Kubernetes 1.32 and 1.33 do not stream them, and would
    /// send objects.
    TableAlone,
    /// A watch of metadata. If one is requested in the form of a list, API servers accept it and send no event.
    Watch,
}

/// The media types of other representations, in order of preference (API concepts, "Alternate representations of
/// resources"). Servers know `v1` since Kubernetes 1.15. Whole objects contain their metadata too, and are what there is
/// if a resource has no table.
macro_rules! represented {
    (protobuf $as:literal) => {
        concat!("application/vnd.kubernetes.protobuf;as=", $as, ";g=meta.k8s.io;v=v1")
    };
    (alone $as:literal) => {
        concat!(
            "application/json;as=", $as, ";g=meta.k8s.io;v=v1,",
            "application/json;as=", $as, ";g=meta.k8s.io;v=v1beta1"
        )
    };
    (json $as:literal) => {
        concat!(represented!(alone $as), ",application/json")
    };
    (both $as:literal) => {
        concat!(represented!(protobuf $as), ",", represented!(json $as))
    };
}

impl Accepted {
    /// Returns the value of the header.
    pub(crate) fn header(self, contents: Contents) -> HeaderValue {
        HeaderValue::from_static(match (self, contents) {
            (_, Contents::Table) => represented!(json "Table"),
            (_, Contents::TableAlone) => represented!(alone "Table"),
            (Self::Json, Contents::WholeObjects) => "application/json",
            (Self::Json, Contents::List) => represented!(json "PartialObjectMetadataList"),
            (Self::Json, Contents::Watch) => represented!(json "PartialObjectMetadata"),
            (Self::Both, Contents::WholeObjects) => {
                "application/vnd.kubernetes.protobuf, application/json"
            }
            (Self::Both, Contents::List) => represented!(both "PartialObjectMetadataList"),
            (Self::Both, Contents::Watch) => represented!(both "PartialObjectMetadata"),
            (Self::Protobuf, Contents::WholeObjects) => "application/vnd.kubernetes.protobuf",
            (Self::Protobuf, Contents::List) => represented!(protobuf "PartialObjectMetadataList"),
            (Self::Protobuf, Contents::Watch) => represented!(protobuf "PartialObjectMetadata"),
        })
    }
}
