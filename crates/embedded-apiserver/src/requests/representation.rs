//! The representations of objects: complete, metadata only, or rows of a table.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::query::Query;
use crate::error::ApiError;
use crate::registry::{Column, Served, columns};
use crate::storage::Object;

/// The representation that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    Full,
    PartialMetadata,
    PartialMetadataList,
    /// A table, and what its rows contain besides the cells.
    Table(RowObject),
}

/// What a row of a table contains of its object: the parameter `includeObject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowObject {
    Nothing,
    Metadata,
    Full,
}

impl Representation {
    /// Reads `includeObject`, which concerns tables.
    ///
    /// # Errors
    ///
    /// The value is not supported.
    pub(crate) fn with_options(self, query: &Query) -> Result<Self, ApiError> {
        Ok(match (self, query.get("includeObject")) {
            (Self::Table(_), Some("None")) => Self::Table(RowObject::Nothing),
            (Self::Table(_), Some("Object")) => Self::Table(RowObject::Full),
            (Self::Table(_), Some(other)) if other != "Metadata" => {
                let message = format!("unrecognized includeObject value: {other:?}");
                return Err(ApiError::bad_request(message));
            }
            _ => self,
        })
    }

    /// Checks that a list can be converted to this representation.
    pub(crate) fn check_list(self, served: &Served) -> Result<(), ApiError> {
        if self != Self::PartialMetadata {
            return Ok(());
        }
        // The Go type of the list, whose package has the first word of the group.
        let package = match served.resource().group().split('.').next() {
            _ if served.is_custom() => "unstructured",
            None | Some("") => "core",
            Some(group) => group,
        };
        let kind =
            if served.is_custom() { "UnstructuredList".to_owned() } else { served.list_kind() };
        let why = format!("is a list (*{package}.{kind})");
        Err(ApiError::not_convertible("PartialObjectMetadata", &why))
    }

    /// Checks that single objects can be converted to this representation. A watch in it is accepted, and sends
    /// nothing.
    pub(crate) fn check_item(self) -> Result<(), ApiError> {
        if self != Self::PartialMetadataList {
            return Ok(());
        }
        Err(ApiError::not_convertible("PartialObjectMetadataList", "is not a list"))
    }

    /// Returns an object in this representation. In a watch, only the first row of a table comes with
    /// columns.
    pub(crate) fn render(self, object: Value, served: &Served, with_columns: bool) -> Value {
        match self {
            Self::Full => object,
            Self::PartialMetadata | Self::PartialMetadataList => metadata_only(&object),
            Self::Table(contents) => {
                let (columns, now) = (columns(served), served.clock.now());
                let version = &object["metadata"]["resourceVersion"];
                json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": {"resourceVersion": version},
                    "columnDefinitions": with_columns.then(|| definitions(&columns)),
                    "rows": [row(&columns, &object, contents, now)],
                })
            }
        }
    }

    /// Returns a list in this representation, which must not be [`Full`](Self::Full): that needs no
    /// decoding.
    pub(crate) fn render_list(
        self,
        metadata: &Value,
        items: &[Arc<Object>],
        served: &Served,
    ) -> Value {
        let items = items.iter().map(|item| item.decode_as(served.resource()));
        let Self::Table(contents) = self else {
            let items: Vec<_> = items.map(|item| metadata_only(&item)).collect();
            return json!({
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
                "items": items,
            });
        };
        let (columns, now) = (columns(served), served.clock.now());
        let rows: Vec<_> = items.map(|item| row(&columns, &item, contents, now)).collect();
        json!({
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": metadata,
            "columnDefinitions": definitions(&columns),
            "rows": rows,
        })
    }
}

fn metadata_only(object: &Value) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": object["metadata"],
    })
}

fn row(columns: &[Column], object: &Value, contents: RowObject, now: Timestamp) -> Value {
    let cells: Vec<_> = columns.iter().map(|column| column.cell(object, now)).collect();
    let object = match contents {
        RowObject::Nothing => Value::Null,
        RowObject::Metadata => metadata_only(object),
        RowObject::Full => object.clone(),
    };
    json!({"cells": cells, "object": object})
}

fn definitions(columns: &[Column]) -> Value {
    columns.iter().map(Column::definition).collect()
}
