//! Deletes everything a run created on a shared server.

use std::time::Duration;

use conformance::RUN_LABEL;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::api::{Api, text};
use crate::report::{NotPassed, Outcome, failed};

/// The resources that the suite creates in namespaces.
const CONTENTS: [&str; 5] = ["pods", "configmaps", "secrets", "events", "serviceaccounts"];

/// How long the server's controllers have to empty and finalize namespaces.
const CONTROLLER_TIMEOUT: Duration = Duration::from_secs(30);

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NAMESPACES: &str = "/api/v1/namespaces";

/// Deletes the `CustomResourceDefinition`s and namespaces with the run's label.
pub(crate) async fn delete_all(api: &Api, run: &str) -> Outcome {
    for name in list_labelled(api, DEFINITIONS, run).await? {
        ignore_not_found(api.delete(&format!("{DEFINITIONS}/{name}")).await)?;
    }
    let names = list_labelled(api, NAMESPACES, run).await?;
    for name in &names {
        ignore_not_found(api.delete(&format!("{NAMESPACES}/{name}")).await)?;
    }
    let deleted = names.len();
    let start = Instant::now();
    let mut left = names;
    while !left.is_empty() && start.elapsed() < CONTROLLER_TIMEOUT {
        sleep(Duration::from_millis(500)).await;
        left = list_labelled(api, NAMESPACES, run).await?;
    }
    // A server without controllers, such as envtest's: do their part here.
    for name in &left {
        finalize(api, name).await?;
    }
    match list_labelled(api, NAMESPACES, run).await? {
        none if none.is_empty() => Ok(format!("{deleted} namespaces")),
        left => Err(format!("the namespaces {left:?} remain").into()),
    }
}

async fn finalize(api: &Api, name: &str) -> Result<(), NotPassed> {
    let path = format!("{NAMESPACES}/{name}");
    for plural in CONTENTS {
        ignore_not_found(api.delete(&format!("{path}/{plural}")).await)?;
    }
    let namespace = match api.get(&path).await {
        Ok(mut namespace) => {
            namespace["spec"]["finalizers"] = json!([]);
            namespace
        }
        Err(error) => return ignore_not_found(Err(error)),
    };
    ignore_not_found(api.call("PUT", &format!("{path}/finalize"), Some(&namespace)).await)
}

/// Lists the names in a collection that have the run's label.
async fn list_labelled(api: &Api, collection: &str, run: &str) -> Result<Vec<String>, NotPassed> {
    let path = format!("{collection}?labelSelector={RUN_LABEL}%3D{run}");
    let list = api.get(&path).await.map_err(failed)?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    Ok(items.iter().map(|item| text(item, "/metadata/name")).collect())
}

/// Treats a 404 as success: the object is already deleted.
fn ignore_not_found(outcome: Result<Value, kube_client::Error>) -> Result<(), NotPassed> {
    match outcome {
        Err(kube_client::Error::Api(status)) if status.code == 404 => Ok(()),
        other => other.map(drop).map_err(failed),
    }
}
