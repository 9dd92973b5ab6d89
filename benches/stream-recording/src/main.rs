//! Measures recordings: the CPU time of recording an event, the length of the file, and how fast it is replayed.
//!
//! A program of its own, so that the others contain no embedded server.

mod record;
mod replay;

use gauge::{Args, Figures, Task};
use kube_client::{Client, Config};
use stream_common::Error;
use watchables::{DynamicObject, ResourceInfo, Scope, Watcher};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let args = Args::read();
    let url = &args.server[0];
    let figures: Figures = match (args.task, &*args.variant) {
        (Task::Record, "plain") => record::plain(url, args.count).await?,
        (Task::Record, "") => record::record(url, args.count, "a.jsonl").await?,
        (Task::Record, "zst") => record::record(url, args.count, "a.jsonl.zst").await?,
        (Task::Record, "replay") => replay::replay(url, args.count).await?,
        _ => return Err(args.unknown()),
    };
    println!("{}", figures.line());
    Ok(())
}

fn client(url: &str) -> Result<Client, Error> {
    Ok(Client::try_from(Config::new(url.parse()?))?)
}

/// Returns a watcher of Pods that decodes only their identity, and keeps their text: what a recorder watches with.
fn watcher(client: Client) -> Watcher<DynamicObject> {
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    Watcher::for_resource(client, pods)
}
