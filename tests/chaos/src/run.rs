//! One run: start everything, let objects change and things fail, wait until all is calm, and judge.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use serde_json::json;
use tokio::time::{Instant, sleep};
use watchable_core::selector::ShardRange;

use crate::history::History;
use crate::inject::{self, Done};
use crate::judge;
use crate::load::{self, Load};
use crate::sinks::{SINKS, Sinks};
use crate::stored;
use crate::world::World;
use crate::{Args, NAMESPACE, RESOURCES, SHARDS, plan};

/// After this time of faults all is healed, and every sink must catch up: nothing may hang until the next fault.
const ROUND: Duration = Duration::from_mins(2);
/// Longer than a Lease, the longest backoff and a listing take together.
const CALM_LIMIT: Duration = Duration::from_mins(3);
const START_LIMIT: Duration = Duration::from_mins(1);
/// How many faults of a sink are shown.
const SHOWN: usize = 20;

/// Returns whether every sink has what it must have.
///
/// # Errors
///
/// Says why it could not be found out.
pub(crate) async fn run(args: &Args) -> Result<bool, String> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let time = Duration::from_secs(args.minutes.map_or(args.seconds, |minutes| minutes * 60));
    println!("chaos for {time:?} with seed {seed}, {} changes a second", args.rate);
    let program = program(args)?;
    let folder = tempfile::Builder::new().prefix("watchables-chaos-").tempdir();
    let mut folder = folder.map_err(|error| error.to_string())?;
    let world = World::start(&program, folder.path(), seed).await?;
    let outcome = in_world(&world, args, seed, time).await;
    let faults = match &outcome {
        Ok(faults) => faults.clone(),
        Err(error) => vec![error.clone()],
    };
    world.end().await?;
    if let Some(keep) = &args.keep {
        copy(folder.path(), keep)?;
    } else if !faults.is_empty() {
        folder.disable_cleanup(true);
        println!("logs are in {}", folder.path().display());
    }
    outcome?;
    if faults.is_empty() {
        println!("chaos: every sink has what happened; seed {seed}");
    } else {
        println!("CHAOS: {} faults; seed {seed}", faults.len());
    }
    Ok(faults.is_empty())
}

async fn in_world(
    world: &World,
    args: &Args,
    seed: u64,
    time: Duration,
) -> Result<Vec<String>, String> {
    let etcd = world.with_plane(|plane| plane.etcd_url()).await;
    let history = History::begin(&etcd, NAMESPACE).await?;
    let namespace = json!({"metadata": {"name": NAMESPACE}});
    let created = load::call(&world.client, "POST", "/api/v1/namespaces", Some(&namespace)).await;
    created.map_err(|error| format!("creating a namespace: {error}"))?;
    for relay in &world.relays {
        relay.lock().await.start().map_err(|error| format!("the relay: {error}"))?;
    }
    let mut sinks = Sinks::of(world).await;
    // Until each shard has a checkpoint, a restart begins anew.
    cover(world, &history, "first").await?;
    let began = Instant::now();
    sinks.wait(world, &history, START_LIMIT).await?;
    sleep(Duration::from_secs(3)).await;
    println!("everything runs after {:.1} s", began.elapsed().as_secs_f32());

    let mut random = Rng::with_seed(seed);
    let load = Load::start(world.client.clone(), args.rate, &mut random);
    let done = Mutex::<Done>::default();
    let mut faults = Vec::new();
    let began = Instant::now();
    let say = |what: &str| println!("{:7.1} s  {what}", began.elapsed().as_secs_f32());
    let mut left = time;
    while !left.is_zero() && faults.is_empty() {
        let round = left.min(ROUND);
        left -= round;
        load.pause(false);
        let mut planned = plan::plan(round, Duration::from_millis(args.gap), &mut random);
        planned.retain(|planned| planned.fault.to_string().contains(&args.only));
        inject::inject(world, &history, &planned, say, &done).await;
        faults.extend(inject::heal(world).await);
        load.pause(true);
        cover(world, &history, &format!("at-{}-", left.as_secs())).await?;
        let healed = Instant::now();
        faults.extend(sinks.wait(world, &history, CALM_LIMIT).await.err());
        say(&format!("calm, {:.1} s after all is healed", healed.elapsed().as_secs_f32()));
    }
    let acknowledged = load.stop().await;
    // What comes twice would come now.
    sleep(Duration::from_secs(2)).await;
    let mut done = done.into_inner().expect("no panic");
    faults.append(&mut done.faults);
    faults.extend(world.refused().into_iter().map(|line| format!("refused for good: {line}")));
    for fault in &faults {
        println!("    {fault}");
    }
    faults.extend(judge_all(world, &history, &mut sinks, &done).await?);
    let counts: Vec<_> =
        done.counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!(
        "{acknowledged} changes acknowledged, {} in the history; {}",
        history.changes(),
        counts.join(", ")
    );
    Ok(faults)
}

async fn judge_all(
    world: &World,
    history: &History,
    sinks: &mut Sinks,
    done: &Done,
) -> Result<Vec<String>, String> {
    let (mut faults, mut of_sinks) = (Vec::new(), Vec::new());
    let listed = listed(world).await?;
    if history.present() != listed {
        faults.push("the history is not what the API server lists".to_owned());
    }
    faults.extend(history.failure());
    let objects = history.objects();
    let stored = sinks.read(world).await?;
    for ((name, promise), stored) in SINKS.into_iter().zip(&stored) {
        let verdict = judge::judge(&objects, stored, promise, &done.incidents);
        println!(
            "{name}: {} stored, {} by comparison, {} again, {} late; {} transitions implied by later ones, {} objects \
             unseen, {} unknowable; {} faults",
            verdict.stored,
            verdict.repairs,
            verdict.repeats,
            verdict.late,
            verdict.implied,
            verdict.unseen,
            verdict.unknowable,
            verdict.faults.len()
        );
        if verdict.stored < history.changes() / 10 {
            faults
                .push(format!("{name} has less than a tenth of what happened: that says nothing"));
        }
        for fault in verdict.faults.iter().take(SHOWN) {
            println!("    {fault}");
        }
        of_sinks.extend(verdict.faults.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    let table = stored::present(&*world.postgres.lock().await).await?;
    let keys: BTreeSet<_> = table.keys().chain(listed.keys()).collect();
    for (resource, name) in keys {
        let key = (resource.clone(), name.clone());
        let (has, lists) = (table.get(&key), listed.get(&key));
        if has != lists {
            faults.push(format!(
                "{resource} {name}: the table `objects` has {has:?}, and the API server lists {lists:?}"
            ));
        }
    }
    for fault in &faults {
        println!("    {fault}");
    }
    faults.append(&mut of_sinks);
    Ok(faults)
}

/// Creates objects until each shard has one of each resource, so that all of them have something to deliver.
async fn cover(world: &World, history: &History, name: &str) -> Result<(), String> {
    let ranges: Vec<_> = (0..SHARDS).filter_map(|shard| ShardRange::of(shard, SHARDS)).collect();
    for at in 0..500 {
        let objects = history.objects();
        let mut missing = RESOURCES.into_iter().filter(|resource| {
            let new = objects.iter().filter(|(_, object)| {
                object.resource == *resource && object.name.starts_with(name)
            });
            let uids: Vec<_> = new.map(|(uid, _)| uid).collect();
            !ranges.iter().all(|range| uids.iter().any(|uid| range.contains(uid)))
        });
        let Some(resource) = missing.next() else { return Ok(()) };
        load::create(&world.client, resource, &format!("{name}-{at}")).await?;
        // The history is read soon after.
        sleep(Duration::from_millis(20)).await;
    }
    Err("there are no objects of every shard".to_owned())
}

/// Lists what the API server has: resource and name, uid and version.
async fn listed(world: &World) -> Result<BTreeMap<(String, String), (String, u64)>, String> {
    let mut objects = BTreeMap::new();
    for resource in RESOURCES {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/{resource}");
        let list = load::call(&world.client, "GET", &path, None).await;
        let list = list.map_err(|error| format!("listing {resource}: {error}"))?;
        for item in list["items"].as_array().into_iter().flatten() {
            let text = |name: &str| item["metadata"][name].as_str().unwrap_or_default().to_owned();
            let version = text("resourceVersion").parse().unwrap_or_default();
            objects.insert((resource.to_owned(), text("name")), (text("uid"), version));
        }
    }
    Ok(objects)
}

fn program(args: &Args) -> Result<PathBuf, String> {
    let beside = || {
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        Ok::<_, String>(this.with_file_name("watchables"))
    };
    let program = args.relay.clone().map_or_else(beside, Ok)?;
    if !program.is_file() {
        return Err(format!("{} is missing: cargo build -p watchables-cli", program.display()));
    }
    Ok(program)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("keeping {}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}
