//! An audit log that survives restarts: each change of the Pods is one line of a file, also if the program is killed.

mod support;

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::time::Duration;

use futures::TryStreamExt as _;
use tokio::time::timeout;
use watchables::rel_1_17::Pod;
use watchables::{Checkpoints, DurableExt as _, InitialList, Watcher};

/// How many lines are written before they are committed, unless none comes for a moment.
const BATCH: usize = 100;
const MOMENT: Duration = Duration::from_millis(200);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "audit.log".to_owned());
    // What was written and not committed comes again: it is looked for after the length that was committed last, however
    // often the program was killed since. A line that was cut off does not count.
    let text = fs::read_to_string(&path).unwrap_or_default();
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let committed = format!("{path}.committed");
    let known = fs::read_to_string(&committed).ok().and_then(|len| len.parse().ok()).unwrap_or(0);
    let rest = text.get(known..whole).unwrap_or(&text[..whole]);
    let id = |line: &str| line.split(' ').next().map(str::to_owned);
    let written: HashSet<_> = rest.lines().filter_map(id).collect();
    let mut log = OpenOptions::new().append(true).create(true).open(&path)?;
    log.set_len(whole as u64)?;
    // In your own program: `let client = watchables::connect().await?;`. The example also runs without a cluster.
    let cluster = support::Cluster::find()?;
    let watcher = Watcher::<Pod>::new(cluster.client().await?).initial_list(InitialList::Paged);
    let checkpoints = Checkpoints::open(format!("{path}.checkpoints"))?;
    let mut events = watcher.durable(&checkpoints, "pods")?;
    let mut uncommitted = 0;
    loop {
        let next =
            if uncommitted == BATCH { None } else { timeout(MOMENT, events.try_next()).await.ok() };
        match next {
            Some(Ok(Some(event))) => {
                uncommitted += 1;
                let name = event.obj.metadata.name.as_deref();
                if !written.contains(&event.id().to_string()) {
                    writeln!(log, "{} {} {}", event.id(), event.etype, name.unwrap_or_default())?;
                }
            }
            Some(Ok(None)) => return Ok(()),
            Some(Err(error)) => return Err(error.into()),
            None if uncommitted == 0 => {}
            None => {
                log.sync_data()?;
                events.commit().await?;
                fs::write(&committed, log.metadata()?.len().to_string())?;
                uncommitted = 0;
            }
        }
    }
}
