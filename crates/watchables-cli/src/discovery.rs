//! What the server serves, learnt from its discovery, as little of it as the names need.

use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use rel_1_36::meta::v1::{APIGroup, APIGroupList, APIResourceList, APIVersions};
use serde::de::DeserializeOwned;
use watchables::{Client, ClientError, ResourceInfo, Scope};

/// Groups asked for at a time.
const AT_ONCE: usize = 8;

/// A resource of the server's.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) resource: ResourceInfo,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) verbs: Vec<String>,
    /// Whether its version is the one that the server prefers for the group.
    pub(crate) preferred: bool,
}

/// The core group's resources.
pub(crate) async fn core(client: &Client) -> anyhow::Result<Vec<Served>> {
    let versions: APIVersions = get(client, "/api").await?;
    let Some(version) = versions.versions.into_iter().next() else { return Ok(Vec::new()) };
    resources(client, "", &version, true).await
}

/// The resources of every other group, in the server's order.
pub(crate) async fn groups(client: &Client) -> anyhow::Result<Vec<Served>> {
    let list: APIGroupList = get(client, "/apis").await?;
    let versions = list.groups.into_iter().flat_map(versions);
    let versions = versions.map(|(group, version, preferred)| async move {
        let served = resources(client, &group, &version, preferred).await;
        // An aggregated API whose server is away must not keep everybody from watching Pods.
        anyhow::Ok(match served {
            Err(error) if is_passing(&error) => Vec::new(),
            served => served?,
        })
    });
    let served: Vec<_> = futures::stream::iter(versions).buffered(AT_ONCE).try_collect().await?;
    Ok(served.into_iter().flatten().collect())
}

/// A group's versions, the preferred one first.
fn versions(group: APIGroup) -> Vec<(String, String, bool)> {
    let preferred = group.preferred_version.map(|v| v.version).unwrap_or_default();
    let mut versions: Vec<_> = group
        .versions
        .into_iter()
        .map(|v| (group.name.clone(), v.version.clone(), v.version == preferred))
        .collect();
    versions.sort_by_key(|(_, _, preferred)| !preferred);
    versions
}

async fn resources(
    client: &Client,
    group: &str,
    version: &str,
    preferred: bool,
) -> anyhow::Result<Vec<Served>> {
    let path = if group.is_empty() {
        format!("/api/{version}")
    } else {
        format!("/apis/{group}/{version}")
    };
    let list: APIResourceList = get(client, &path).await?;
    let own = list.resources.into_iter().filter(|resource| !resource.name.contains('/'));
    let served = own.map(|found| {
        let scope = if found.namespaced { Scope::Namespaced } else { Scope::Cluster };
        let singular = match found.singular_name.as_str() {
            "" => found.kind.to_lowercase(),
            singular => singular.to_owned(),
        };
        Served {
            resource: ResourceInfo::dynamic(group, version, found.kind, found.name, scope),
            singular,
            short_names: found.short_names,
            verbs: found.verbs,
            preferred,
        }
    });
    Ok(served.collect())
}

async fn get<T: DeserializeOwned>(client: &Client, path: &str) -> anyhow::Result<T> {
    let request = Request::get(path).body(Vec::new()).context("a server's group is no URL")?;
    client.request(request).await.with_context(|| format!("GET {path}"))
}

fn is_passing(error: &anyhow::Error) -> bool {
    let Some(ClientError::Api(status)) = error.downcast_ref() else { return false };
    matches!(status.code, 404 | 500 | 502 | 503 | 504)
}
