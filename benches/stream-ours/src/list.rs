//! The state at the beginning: dropped, kept, or kept in mind alone.

use std::collections::HashMap;
use std::error::Error;

use futures::TryStreamExt as _;
use gauge::{Args, Figures, Filling};
use watchables::rel_1_36::v1::Pod;
use watchables::{Client, InitialList, StreamOptions, Watcher};

/// Drops what comes.
pub(crate) async fn list(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    fill(&watcher(client, args)?, args, drop).await
}

/// Keeps the last object of each.
pub(crate) async fn hold(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    let mut held = HashMap::new();
    fill(&watcher(client, args)?, args, |pod| drop(held.insert(pod.metadata.uid.clone(), pod)))
        .await
}

/// Drops what comes, and sees to it that the watcher keeps in mind what that was, or not.
pub(crate) async fn index(client: Client, args: &Args) -> Result<Figures, Box<dyn Error>> {
    fill(&Watcher::new(client).repair_gaps(args.way == "with"), args, drop).await
}

fn watcher(client: Client, args: &Args) -> Result<Watcher<Pod>, Box<dyn Error>> {
    match &*args.way {
        "paged" => Ok(Watcher::new(client).initial_list(InitialList::Paged)),
        "streamed" => Ok(Watcher::new(client)),
        _ => Err(args.unknown()),
    }
}

async fn fill(
    watcher: &Watcher<Pod>,
    args: &Args,
    mut take: impl FnMut(Pod),
) -> Result<Figures, Box<dyn Error>> {
    let filling = Filling::begin();
    let mut events = watcher.stream(StreamOptions::managed());
    for _ in 0..args.count {
        let event = events.try_next().await?.ok_or("the stream has ended")?;
        take(event.obj);
    }
    Ok(filling.figures(args.count))
}
