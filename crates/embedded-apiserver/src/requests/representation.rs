//! The representations of objects: complete, metadata only, or rows of a table.

use std::sync::Arc;

use http::HeaderMap;
use http::header::ACCEPT;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::registry::{Column, Served, columns};
use crate::storage::Object;

/// The representation that a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    Full,
    PartialMetadata,
    Table,
}

impl Representation {
    /// Reads `Accept`: the first supported representation in it.
    ///
    /// # Errors
    ///
    /// No representation is supported.
    pub(crate) fn accepted(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut values =
            headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
        if values.peek().is_none() {
            return Ok(Self::Full);
        }
        let mut representations = values.flat_map(|value| value.split(',')).filter_map(Self::of);
        representations.next().ok_or_else(ApiError::not_acceptable)
    }

    fn of(media_type: &str) -> Option<Self> {
        let media_type = media_type.trim().to_ascii_lowercase();
        let mut parts = media_type.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        if !matches!(media, "" | "application/json" | "application/*" | "*/*") {
            return None;
        }
        match parts.find_map(|part| part.strip_prefix("as=")) {
            None => Some(Self::Full),
            Some("partialobjectmetadata" | "partialobjectmetadatalist") => {
                Some(Self::PartialMetadata)
            }
            Some("table") => Some(Self::Table),
            Some(_) => None,
        }
    }

    /// Returns an object in this representation. In a watch, only the first row of a table comes with
    /// columns.
    pub(crate) fn render(self, object: Value, served: &Served, with_columns: bool) -> Value {
        match self {
            Self::Full => object,
            Self::PartialMetadata => metadata_only(&object),
            Self::Table => {
                let columns = columns(served);
                let version = &object["metadata"]["resourceVersion"];
                json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": {"resourceVersion": version},
                    "columnDefinitions": with_columns.then(|| definitions(&columns)),
                    "rows": [row(&columns, &object)],
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
        if self == Self::PartialMetadata {
            let items: Vec<_> = items.map(|item| metadata_only(&item)).collect();
            return json!({
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata,
                "items": items,
            });
        }
        let columns = columns(served);
        let rows: Vec<_> = items.map(|item| row(&columns, &item)).collect();
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

fn row(columns: &[Column], object: &Value) -> Value {
    let cells: Vec<_> = columns.iter().map(|column| column.cell(object)).collect();
    json!({"cells": cells, "object": metadata_only(object)})
}

fn definitions(columns: &[Column]) -> Value {
    columns.iter().map(Column::definition).collect()
}
