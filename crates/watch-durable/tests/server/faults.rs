//! Processes that are killed at any time, on a server that changes and forgets meanwhile: what was committed adds up to
//! what the server has, and nothing of it comes twice.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use fastrand::Rng;
use futures::TryStreamExt as _;
use watch_durable::DurableEvent;
use watch_protocol::EventType;
use watchable_core::DynamicObject;

use crate::support::{MAPS, Process, World};

/// What the sink has, written in the same transaction as the commit.
#[derive(Default)]
struct Sink {
    /// Name and uid of each object, with its version.
    objects: BTreeMap<(String, String), String>,
    ids: HashSet<String>,
}

impl Sink {
    fn write(&mut self, event: &DurableEvent<DynamicObject>) {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let key = (text(event.obj.name()), text(event.obj.uid()));
        let id = event.id().to_string();
        assert!(self.ids.insert(id.clone()), "{id} was committed before");
        let before = self.objects.get(&key);
        match event.etype {
            EventType::Added => assert_eq!(before, None, "{id} exists"),
            EventType::Modified => assert!(before.is_some(), "{id} was never added"),
            EventType::Deleted => assert!(before.is_some(), "{id} was never there"),
        }
        if event.etype == EventType::Deleted {
            self.objects.remove(&key);
        } else {
            self.objects.insert(key, text(event.obj.resource_version()));
        }
    }

    fn names(&self) -> Vec<(String, String)> {
        self.objects
            .keys()
            .map(|(name, _)| name.clone())
            .zip(self.objects.values().cloned())
            .collect()
    }
}

#[tokio::test]
async fn processes_that_are_killed_lose_and_repeat_nothing() {
    for seed in 0..20 {
        history(seed).await;
    }
}

async fn history(seed: u64) {
    let mut random = Rng::with_seed(seed);
    let world = World::new().await;
    let mut sink = Sink::default();
    for _ in 0..random.usize(2..8) {
        let mut process = world.process();
        for _ in 0..random.usize(0..4) {
            let count = random.usize(0..6);
            let mut uncommitted = events(&mut process, count).await;
            change(&world, &mut random);
            uncommitted.extend(events(&mut process, 2).await);
            let done = random.usize(0..=uncommitted.len());
            if let Some(last) = done.checked_sub(1).map(|last| &uncommitted[last]) {
                process.events.commit_up_to(last).await.expect("it is committed");
                uncommitted[..done].iter().for_each(|event| sink.write(event));
            }
            if done < uncommitted.len() {
                // What is left comes again, if not to this process.
                break;
            }
        }
        drop(process);
        for _ in 0..random.usize(0..6) {
            change(&world, &mut random);
        }
        if random.bool() {
            world.server.store().compact();
        }
    }
    let mut process = world.process();
    loop {
        let last = events(&mut process, 50).await;
        process.commit().await;
        for event in &last {
            sink.write(event);
        }
        if last.is_empty() && sink.names() == state(&world) {
            break;
        }
    }
}

/// Returns the next events, as many as come soon.
async fn events(process: &mut Process, most: usize) -> Vec<DurableEvent<DynamicObject>> {
    let mut events = Vec::new();
    while events.len() < most {
        let next = tokio::time::timeout(Duration::from_millis(30), process.events.try_next());
        let Ok(event) = next.await else { break };
        events.push(event.expect("no error").expect("it goes on"));
    }
    events
}

fn state(world: &World) -> Vec<(String, String)> {
    let maps = world.server.store().list(&MAPS).expect("they are served");
    let mut state: Vec<_> = maps
        .iter()
        .map(|map| {
            let text = |field: &str| map["metadata"][field].as_str().unwrap_or_default().to_owned();
            (text("name"), text("resourceVersion"))
        })
        .collect();
    state.sort();
    state
}

fn change(world: &World, random: &mut Rng) {
    let name = ["a", "b", "c", "d", "e"][random.usize(..5)];
    let exists = state(world).iter().any(|(existing, _)| existing == name);
    match (exists, random.u8(..3)) {
        (false, _) => drop(world.create(name)),
        (true, 0) => world.delete(name),
        (true, _) => world.label(name, &random.u32(..).to_string()),
    }
}
