//! Reads a watch's lines.

use std::error::Error;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Tally};
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::Client;
use kube_client::client::Body;
use serde::de::IgnoredAny;

pub(crate) async fn watch(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let uri = format!("/api/v1/{}?watch=true&resourceVersion=1000000", args.kind);
    let request = Request::get(uri).body(Body::empty())?;
    let mut chunks = client.send(request).await?.into_body().into_data_stream();
    let mut tally = Tally::of(args.count);
    // A line of which the rest is yet to come.
    let mut begun: Vec<u8> = Vec::new();
    while let Some(chunk) = chunks.try_next().await? {
        let mut rest = &chunk[..];
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at + 1);
            rest = after;
            let last = if begun.is_empty() {
                skip(line, &mut tally)?
            } else {
                begun.extend_from_slice(line);
                let last = skip(&begun, &mut tally)?;
                begun.clear();
                last
            };
            if last {
                return Ok(tally.figures()?);
            }
        }
        begun.extend_from_slice(rest);
    }
    Ok(tally.figures()?)
}

fn skip(line: &[u8], tally: &mut Tally) -> Result<bool, Box<dyn Error>> {
    let skipped: IgnoredAny = serde_json::from_slice(line)?;
    Ok(tally.saw(skipped))
}
