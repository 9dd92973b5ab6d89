//! Removes what a run has made from a server that goes on.

use std::time::Duration;

use conformance::RUN_LABEL;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::api::{Api, text};
use crate::report::{Not, Outcome, failed};

/// What the suite puts into namespaces.
const CONTENTS: [&str; 5] = ["pods", "configmaps", "secrets", "events", "serviceaccounts"];

/// How long a server has for what it does by itself: its controllers empty namespaces and end them.
const PATIENCE: Duration = Duration::from_secs(30);

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NAMESPACES: &str = "/api/v1/namespaces";

/// Removes definitions and namespaces with the run's label.
pub(crate) async fn remove(api: &Api, run: &str) -> Outcome {
    for name in labelled(api, DEFINITIONS, run).await? {
        gone(api.delete(&format!("{DEFINITIONS}/{name}")).await)?;
    }
    let names = labelled(api, NAMESPACES, run).await?;
    for name in &names {
        gone(api.delete(&format!("{NAMESPACES}/{name}")).await)?;
    }
    let removed = names.len();
    let start = Instant::now();
    let mut left = names;
    while !left.is_empty() && start.elapsed() < PATIENCE {
        sleep(Duration::from_millis(500)).await;
        left = labelled(api, NAMESPACES, run).await?;
    }
    // A server without controllers, such as that of envtest: what they would do is done here.
    for name in &left {
        finalize(api, name).await?;
    }
    match labelled(api, NAMESPACES, run).await? {
        none if none.is_empty() => Ok(format!("{removed} namespaces")),
        left => Err(format!("the namespaces {left:?} are left").into()),
    }
}

async fn finalize(api: &Api, name: &str) -> Result<(), Not> {
    let path = format!("{NAMESPACES}/{name}");
    for plural in CONTENTS {
        gone(api.delete(&format!("{path}/{plural}")).await)?;
    }
    let namespace = match api.get(&path).await {
        Ok(mut namespace) => {
            namespace["spec"]["finalizers"] = json!([]);
            namespace
        }
        Err(error) => return gone(Err(error)),
    };
    gone(api.call("PUT", &format!("{path}/finalize"), Some(&namespace)).await)
}

/// The names in a collection with the run's label.
async fn labelled(api: &Api, collection: &str, run: &str) -> Result<Vec<String>, Not> {
    let path = format!("{collection}?labelSelector={RUN_LABEL}%3D{run}");
    let list = api.get(&path).await.map_err(failed)?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    Ok(items.iter().map(|item| text(item, "/metadata/name")).collect())
}

/// What is gone already needs no removal.
fn gone(outcome: Result<Value, kube_client::Error>) -> Result<(), Not> {
    match outcome {
        Err(kube_client::Error::Api(status)) if status.code == 404 => Ok(()),
        other => other.map(drop).map_err(failed),
    }
}
