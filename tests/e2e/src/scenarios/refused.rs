//! What a server refuses: the stream ends, and its error says why.

use futures::StreamExt as _;
use kube_client::Client;
use watchables::rel_1_20::v1::Pod;
use watchables::{DynamicObject, ResourceInfo, Scope, StreamOptions, WatchError, Watcher};

use crate::api::Api;
use crate::cluster::Cluster;
use crate::report::{Not, Outcome, failed};

/// The error with which a managed stream begins and ends.
pub(super) async fn refusal<T: watchables::WatchTarget>(
    watcher: Watcher<T>,
) -> Result<WatchError, Not> {
    let mut stream = watcher.stream(StreamOptions::managed());
    let error = match stream.next().await {
        Some(Err(error)) => error,
        Some(Ok(_)) => return Err("an event comes where none may".into()),
        None => return Err("the stream ends without an error".into()),
    };
    match stream.next().await {
        None => Ok(error),
        Some(_) => Err(format!("the stream goes on after {error}").into()),
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
        return Err(Not::Skipped("the server asks nobody who he is".to_owned()));
    }
    let error = refusal(Watcher::<Pod>::new(client)).await?;
    if error.is_unauthorized() { Ok(error.to_string()) } else { Err(failed(error)) }
}

pub(super) async fn no_right(cluster: &Cluster) -> Outcome {
    let mut config = cluster.config();
    config.auth_info.impersonate = Some("watchables-nobody".to_owned());
    let client = Client::try_from(config).map_err(failed)?;
    if code(&client).await? == 200 {
        return Err(Not::Skipped("the server lets everybody watch".to_owned()));
    }
    let error = refusal(Watcher::<Pod>::new(client)).await?;
    if error.is_forbidden() { Ok(error.to_string()) } else { Err(failed(error)) }
}

/// What a list of pods is answered with, past the library that is tested.
async fn code(client: &Client) -> Result<u16, Not> {
    match Api(client.clone()).get("/api/v1/pods?limit=1").await {
        Ok(_) => Ok(200),
        Err(kube_client::Error::Api(status)) => Ok(status.code),
        Err(error) => Err(failed(error)),
    }
}

pub(super) async fn not_there(cluster: &Cluster) -> Outcome {
    let resource =
        ResourceInfo::new("stable.example.invalid", "v1", "Widget", "widgets", Scope::Namespaced);
    let watcher = Watcher::<DynamicObject>::for_resource(cluster.client(), resource);
    let error = refusal(watcher).await?;
    if error.is_not_found() { Ok(error.to_string()) } else { Err(failed(error)) }
}
