//! Reads a list's bytes, and counts them.

use std::error::Error;

use futures::TryStreamExt as _;
use gauge::{Args, Figures};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;

/// How long the JSON of an object is, with the comma behind it.
#[allow(clippy::cast_precision_loss)]
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let request = Request::get(format!("/api/v1/{}", args.kind)).body(Body::empty())?;
    let mut chunks = client.send(request).await?.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await? {
        bytes += chunk.len();
    }
    Ok(Figures::default().with("json_bytes", bytes as f64 / f64::from(args.count)))
}
