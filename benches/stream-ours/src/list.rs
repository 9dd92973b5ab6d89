//! The initial list: its objects dropped, kept by the user, or only indexed by the watcher.

use std::collections::HashMap;

use gauge::{Args, Figures};
use stream_common::{Error, consume_list};
use watchables::rel_1_37::v1::Pod;
use watchables::{Client, InitialList, StreamOptions, Watcher};

use crate::wire::wired;

/// Drops each object.
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Error> {
    consume(&watcher(client, args)?, args, drop).await
}

/// Keeps the last version of each object.
pub(crate) async fn hold(client: Client, args: &Args) -> Result<Figures, Error> {
    let mut held = HashMap::new();
    consume(&watcher(client, args)?, args, |pod| drop(held.insert(pod.metadata.uid.clone(), pod)))
        .await
}

/// Drops each object; the watcher indexes what it has delivered, or does not.
pub(crate) async fn index(client: Client, args: &Args) -> Result<Figures, Error> {
    consume(&Watcher::new(client).repair_gaps(args.variant == "with"), args, drop).await
}

fn watcher(client: Client, args: &Args) -> Result<Watcher<Pod>, Error> {
    let watcher = wired(Watcher::new(client), args);
    match &*args.variant {
        "paged" => Ok(watcher.initial_list(InitialList::Paged)),
        "streamed" => Ok(watcher),
        "without managedFields" => Ok(watcher.without_managed_fields()),
        _ => Err(args.unknown()),
    }
}

async fn consume(
    watcher: &Watcher<Pod>,
    args: &Args,
    mut take: impl FnMut(Pod),
) -> Result<Figures, Error> {
    let events = || watcher.stream(StreamOptions::managed());
    consume_list(events, args.count, |event| {
        take(event.obj);
        true
    })
    .await
}
