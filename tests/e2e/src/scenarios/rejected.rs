//! Rejected requests: the stream ends with an error that gives the reason.

use futures::StreamExt as _;
use kube_client::Client;
use watchables::rel_1_20::v1::Pod;
use watchables::{DynamicObject, ResourceInfo, Scope, StreamOptions, WatchError, Watcher};

use crate::api::Api;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// Returns the error of a managed stream that must deliver one error and end.
pub(super) async fn expect_rejection<T: watchables::WatchTarget>(
    watcher: Watcher<T>,
) -> Result<WatchError, NotPassed> {
    let mut stream = watcher.stream(StreamOptions::managed());
    let error = match stream.next().await {
        Some(Err(error)) => error,
        Some(Ok(_)) => return Err("expected an error, got an event".into()),
        None => return Err("the stream ended without an error".into()),
    };
    match stream.next().await {
        None => Ok(error),
        Some(_) => Err(format!("the stream continued after {error}").into()),
    }
}

pub(super) async fn wrong_token(cluster: &Cluster) -> Outcome {
    let mut config = cluster.config();
    config.auth_info = kube_client::config::AuthInfo {
        token: Some("wrong".to_owned().into()),
        ..Default::default()
    };
    let client = Client::try_from(config).map_err(failed)?;
    if code(&client).await? == 200 {
        return Err(NotPassed::Skipped("the server does not authenticate".to_owned()));
    }
    let error = expect_rejection(Watcher::<Pod>::new(client)).await?;
    if error.is_unauthorized() { Ok(error.to_string()) } else { Err(failed(error)) }
}

pub(super) async fn forbidden(cluster: &Cluster) -> Outcome {
    let mut config = cluster.config();
    config.auth_info.impersonate = Some("watchables-nobody".to_owned());
    let client = Client::try_from(config).map_err(failed)?;
    if code(&client).await? == 200 {
        return Err(NotPassed::Skipped("the server does not authorize".to_owned()));
    }
    let error = expect_rejection(Watcher::<Pod>::new(client)).await?;
    if error.is_forbidden() { Ok(error.to_string()) } else { Err(failed(error)) }
}

/// Returns the status code of listing pods, independent of the library under test.
async fn code(client: &Client) -> Result<u16, NotPassed> {
    match Api(client.clone()).get("/api/v1/pods?limit=1").await {
        Ok(_) => Ok(200),
        Err(kube_client::Error::Api(status)) => Ok(status.code),
        Err(error) => Err(failed(error)),
    }
}

pub(super) async fn unknown_resource(cluster: &Cluster) -> Outcome {
    let resource =
        ResourceInfo::new("stable.example.invalid", "v1", "Widget", "widgets", Scope::Namespaced);
    let watcher = Watcher::<DynamicObject>::for_resource(cluster.client(), resource);
    let error = expect_rejection(watcher).await?;
    if error.is_not_found() { Ok(error.to_string()) } else { Err(failed(error)) }
}
