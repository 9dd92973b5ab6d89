//! Bare watches to which nothing happens.

use std::error::Error;
use std::sync::Arc;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Idle};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;
use tokio::sync::Semaphore;

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut idle = Idle::begin(args.count);
    let begun = Arc::new(Semaphore::new(0));
    let mut tasks = Vec::new();
    for _ in 0..args.count {
        let (client, begun) = (client.clone(), Arc::clone(&begun));
        tasks.push(tokio::spawn(async move {
            let uri = "/api/v1/pods?watch=true&sendInitialEvents=true";
            let request = Request::get(uri).body(Body::empty()).expect("it is sound");
            let mut chunks = client.send(request).await?.into_body().into_data_stream();
            let mut first = true;
            while chunks.try_next().await?.is_some() {
                if std::mem::take(&mut first) {
                    begun.add_permits(1);
                }
            }
            Ok::<_, kube_client::Error>(())
        }));
    }
    begun.acquire_many(args.count).await?.forget();
    tokio::time::sleep(Idle::SETTLES).await;
    idle.settled();
    tokio::time::sleep(Idle::LASTS).await;
    idle.lasted();
    idle.stopping();
    for task in &tasks {
        task.abort();
    }
    for task in tasks {
        // It was aborted.
        let _ = task.await;
    }
    Ok(idle.stopped())
}
