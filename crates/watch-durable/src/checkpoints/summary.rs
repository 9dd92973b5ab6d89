//! What a checkpoint says, for people.

use jiff::Timestamp;
use serde::Serialize;

use crate::checkpoints::error::FileError;
use crate::checkpoints::view::View;
use crate::header::Header;
use crate::rows::{self, Read};
use crate::store::Row;

/// What a checkpoint says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckpointSummary {
    /// The name of the stream.
    pub name: String,
    /// The cluster's identity.
    pub cluster: String,
    /// The resource, as `deployments.apps/v1`.
    pub resource: String,
    /// The only namespace, if the stream is restricted to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The label selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// The field selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_selector: Option<String>,
    /// The shard, as its selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// The resource version from which the stream goes on; `None` before the first state is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Whether the first state was committed completely.
    pub has_synced: bool,
    /// When the stream was there.
    pub time: Timestamp,
    /// The objects that were committed and not deleted since, sorted by namespace and name.
    pub objects: Vec<CommittedObject>,
}

/// An object that was committed and not deleted since.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CommittedObject {
    /// The namespace; empty if the object is in none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The uid; empty if the server omits it.
    pub uid: String,
    /// The resource version; `None` if the server omits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// Returns what is in a file.
pub(super) fn of_all(view: &View<'_>) -> Result<Vec<CheckpointSummary>, FileError> {
    let summaries = view.streams()?.into_iter().map(|name| {
        let rows = view.rows(&name)?;
        of_rows(name, &rows).ok_or_else(|| {
            FileError::Damaged(redb::Error::Corrupted("rows of another format".to_owned()))
        })
    });
    summaries.collect()
}

fn of_rows(name: String, rows: &[Row]) -> Option<CheckpointSummary> {
    let header = rows.iter().find(|row| row.key == rows::HEADER)?;
    let header: Header = serde_json::from_slice(&header.value).ok()?;
    let read = || rows.iter().map(|row| (rows::read(&row.key, &row.value), &row.value));
    let mut namespaces = std::collections::HashMap::new();
    for (row, value) in read() {
        if let Read::Namespace(number) = row? {
            namespaces.insert(number, str::from_utf8(value).ok()?);
        }
    }
    let mut objects = Vec::new();
    for (row, _) in read() {
        if let Read::Object { namespace, identity, .. } = row? {
            objects.push(CommittedObject {
                namespace: (*namespaces.get(&namespace)?).to_owned(),
                name: identity.name,
                uid: identity.uid.text(),
                resource_version: identity.version,
            });
        }
    }
    objects.sort();
    Some(CheckpointSummary {
        name,
        cluster: header.subject.cluster.clone(),
        resource: header.subject.resource(),
        resource_version: header.resource_version().map(str::to_owned),
        has_synced: header.has_synced(),
        time: header.time,
        namespace: header.subject.namespace,
        label_selector: header.subject.label_selector,
        field_selector: header.subject.field_selector,
        shard: header.subject.shard,
        objects,
    })
}
