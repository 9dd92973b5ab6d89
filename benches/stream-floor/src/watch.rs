//! Reads the lines of a watch.

use gauge::{Args, EventCounter, Figures};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;
use serde::de::IgnoredAny;
use stream_common::Error;

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Error> {
    let uri = format!("/api/v1/{}?watch=true&resourceVersion=1000000", args.resource);
    let request = Request::get(uri).body(Body::empty())?;
    let chunks = client.send(request).await?.into_body().into_data_stream();
    // The beginning of a line whose rest has not arrived.
    let mut partial: Vec<u8> = Vec::new();
    stream_common::drain(chunks, args.count, |chunk, counter| {
        let mut rest = &chunk[..];
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at + 1);
            rest = after;
            let last = if partial.is_empty() {
                skip(line, counter)?
            } else {
                partial.extend_from_slice(line);
                let last = skip(&partial, counter)?;
                partial.clear();
                last
            };
            if last {
                return Ok(true);
            }
        }
        partial.extend_from_slice(rest);
        Ok(false)
    })
    .await
}

fn skip(line: &[u8], counter: &mut EventCounter) -> Result<bool, Error> {
    let skipped: IgnoredAny = serde_json::from_slice(line)?;
    Ok(counter.record(skipped))
}
