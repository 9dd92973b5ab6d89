//! Reads a list and counts its bytes.

use futures::TryStreamExt as _;
use gauge::{Args, Figures};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;
use stream_common::Error;

/// Returns the mean length of an object's JSON, with the comma after it.
#[allow(clippy::cast_precision_loss)]
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Error> {
    let request = Request::get(format!("/api/v1/{}", args.resource)).body(Body::empty())?;
    let mut chunks = client.send(request).await?.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await? {
        bytes += chunk.len();
    }
    Ok(Figures::default().with("json_bytes", bytes as f64 / f64::from(args.count)))
}
