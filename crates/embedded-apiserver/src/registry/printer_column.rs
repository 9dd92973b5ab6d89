//! The columns that a definition adds to tables.

use serde_json::Value;

/// An entry of `additionalPrinterColumns`.
#[derive(Clone, Debug)]
pub(crate) struct PrinterColumn {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) priority: u8,
    pub(crate) path: String,
}

impl PrinterColumn {
    pub(super) fn read(column: &Value) -> Self {
        let path = if column["jsonPath"].is_null() { "JSONPath" } else { "jsonPath" };
        let text = |field: &str| column[field].as_str().unwrap_or_default().to_owned();
        Self {
            name: text("name"),
            kind: text("type"),
            priority: column["priority"].as_u64().map_or(0, |p| u8::try_from(p).unwrap_or(u8::MAX)),
            path: text(path),
        }
    }
}
