//! Watch connections without a watcher that receive no events.

use futures::TryStreamExt as _;
use gauge::{Args, Figures};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;
use stream_common::Error;

pub(crate) async fn idle(client: Client, args: &Args) -> Result<Figures, Error> {
    stream_common::idle(
        args.count,
        |ready| {
            let client = client.clone();
            let task = tokio::spawn(async move {
                let uri = "/api/v1/pods?watch=true&sendInitialEvents=true";
                let request = Request::get(uri).body(Body::empty()).expect("the request is valid");
                let mut chunks = client.send(request).await?.into_body().into_data_stream();
                let mut first = true;
                while chunks.try_next().await?.is_some() {
                    if std::mem::take(&mut first) {
                        ready.signal();
                    }
                }
                Ok::<_, kube_client::Error>(())
            });
            ((), task)
        },
        |(), task| task.abort(),
    )
    .await
}
