//! What happens to the replicas, and what is expected of them.

use super::World;

/// The seeds of a test's random histories: so many, or those of `WATCHABLES_SHARD_SEEDS=0..100000`.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("WATCHABLES_SHARD_SEEDS") else { return 0..count };
    let bound = |text: &str| text.parse().expect("WATCHABLES_SHARD_SEEDS is like 0..300");
    let (start, end) = text.split_once("..").expect("WATCHABLES_SHARD_SEEDS is like 0..300");
    bound(start)..bound(end)
}

/// Starts replicas, and waits until all is in order.
fn settled(seed: u64, shards: u32, replicas: usize) -> World {
    let mut world = World::new(seed, shards);
    for _ in 0..replicas {
        world.start();
    }
    world.run(20_000);
    assert!(world.is_balanced(), "seed {seed}: {:?}", world.loads());
    world
}

/// Lets time pass until a condition holds, at most this long. Returns how long it took, in ms.
fn until(world: &mut World, limit: u64, condition: impl Fn(&World) -> bool) -> Option<u64> {
    let start = world.now;
    while !condition(world) {
        if world.now - start > limit {
            return None;
        }
        world.run(20);
    }
    Some(world.now - start)
}

#[test]
fn one_replica_holds_everything_soon() {
    let mut world = World::new(1, 8);
    world.start();
    let took = until(&mut world, 10_000, World::is_covered).expect("all shards have a holder");
    assert!(took < 3_000, "{took} ms");
}

#[test]
fn shards_of_a_killed_replica_move_within_the_lease_and_a_retry() {
    let mut longest = 0;
    for seed in seeds(25) {
        let mut world = settled(seed, 8, 3);
        world.run(seed % 2_000);
        world.kill(0);
        let took = until(&mut world, 60_000, World::is_balanced);
        let took = took.unwrap_or_else(|| panic!("seed {seed}: {:?}", world.loads()));
        longest = longest.max(took);
        // Clocks may be 4 % slow.
        assert!(took <= (15_000 + 2_400) * 100 / 96, "seed {seed}: {took} ms");
    }
    assert!(longest > 12_000, "it was a kill: {longest} ms");
    eprintln!("moved after {longest} ms at the latest");
}

#[test]
fn shards_of_a_stopped_replica_move_at_once() {
    for seed in seeds(25) {
        let mut world = settled(seed, 8, 3);
        world.shut_down(1);
        let took =
            until(&mut world, 60_000, |world| world.alive().len() == 2 && world.is_balanced());
        let took = took.unwrap_or_else(|| panic!("seed {seed}: {:?}", world.loads()));
        // Callers take up to two seconds, and some do not say that they have stopped before they have to.
        assert!(took <= 14_500, "seed {seed}: {took} ms");
        let held = world.stored().filter(|lease| lease.holder() == Some("r1")).count();
        assert_eq!(held, 0, "seed {seed}: all is released");
    }
}

#[test]
fn new_replica_gets_its_part_and_little_else_moves() {
    for seed in seeds(25) {
        let mut world = settled(seed, 12, 3);
        world.run(30_000);
        let before = world.acquired;
        world.start();
        let took =
            until(&mut world, 60_000, |world| world.alive().len() == 4 && world.is_balanced());
        assert!(
            took.is_some_and(|took| took < 20_000),
            "seed {seed}: {took:?}, {:?}",
            world.loads()
        );
        world.run(60_000);
        assert!(world.is_balanced());
        assert_eq!(world.acquired - before, 3, "seed {seed}: only the part of the new one");
    }
}

#[test]
fn nothing_moves_without_a_reason() {
    for seed in seeds(4) {
        let mut world = settled(seed, 8, 5);
        let before = world.acquired;
        world.run(600_000);
        assert_eq!((world.acquired, world.is_balanced()), (before, true), "seed {seed}");
    }
}

#[test]
fn outage_of_the_server_stops_everyone_before_leases_expire() {
    for seed in seeds(25) {
        let mut world = settled(seed, 8, 3);
        world.slow_callers = true;
        world.network.server_is_up = false;
        world.run(14_000 * 100 / 96);
        assert_eq!(world.loads().iter().sum::<usize>(), 0, "seed {seed}: nobody works");
        world.network.server_is_up = true;
        let took = until(&mut world, 60_000, World::is_covered);
        assert!(took.is_some_and(|took| took < 20_000), "seed {seed}: {took:?}");
    }
}

#[test]
fn late_responses_do_not_prolong_a_tenure() {
    for seed in seeds(25) {
        let mut world = settled(seed, 8, 3);
        world.slow_callers = true;
        world.network.slow_responses = true;
        let time = world.rng.u64(8_000..12_000);
        world.run(time);
        world.replicas[0].partitioned = true;
        world.network.slow_responses = false;
        let took = until(&mut world, 60_000, |world| world.works(1, 0) || world.works(2, 0));
        assert!(took.is_some(), "seed {seed}: {:?}", world.loads());
        world.run(30_000);
        assert!(world.is_covered(), "seed {seed}: {:?}", world.loads());
    }
}

#[test]
fn deleted_leases_are_created_again_with_higher_epochs_and_move_nothing() {
    for seed in seeds(25) {
        let mut world = settled(seed, 8, 3);
        let before = world.acquired;
        let names: Vec<_> = world.stored().map(|lease| lease.metadata.name.clone()).collect();
        for name in names {
            world.server.delete(&name);
        }
        world.notify();
        world.run(60_000);
        assert!(world.is_balanced(), "seed {seed}: {:?}", world.loads());
        assert_eq!(world.acquired, before, "seed {seed}: the holders have kept them");
    }
}

#[test]
fn leases_of_replicas_that_are_gone_are_deleted() {
    let mut world = settled(1, 4, 3);
    world.kill(2);
    world.run(120_000);
    let presences = world.stored().filter(|lease| lease.metadata.name.contains("-replica-"));
    assert_eq!(presences.count(), 2);
}

/// Anything at any time: kills, clean stops, starts, pauses, partitions, outages, slow and lossy networks.
#[test]
fn no_shard_ever_has_two_holders_whatever_happens() {
    let mut moves = 0;
    for seed in seeds(300) {
        let shards = 1 + u32::try_from(seed % 9).unwrap();
        let mut world = World::new(seed, shards);
        for _ in 0..=(seed % 4) {
            world.start();
        }
        for _ in 0..40 {
            disturb(&mut world);
            let time = world.rng.u64(0..12_000);
            world.run(time);
        }
        world.network.delay = 50;
        world.network.loss = 0;
        world.network.slow_responses = false;
        world.network.server_is_up = true;
        world.slow_callers = false;
        for node in &mut world.replicas {
            node.partitioned = false;
        }
        if world.alive().is_empty() {
            world.start();
        }
        // Replicas that were shutting down are gone by then, and paused ones go on.
        world.run(90_000);
        if world.alive().is_empty() {
            world.start();
            world.run(40_000);
        }
        assert!(world.is_balanced(), "seed {seed}: {:?}", world.loads());
        moves += world.acquired;
    }
    eprintln!("{moves} acquisitions");
}

/// As when a configuration with one more cluster is rolled out.
#[test]
fn replicas_with_another_list_of_clusters_share_those_that_both_have() {
    let names = |count: usize| {
        ["a", "b", "c", "arn:aws:eks:d"][..count].iter().map(ToString::to_string).collect()
    };
    for seed in seeds(25) {
        let mut world = World::new(seed, 4);
        world.clusters = names(2);
        world.start();
        world.run(20_000);
        assert_eq!(world.loads(), [2], "seed {seed}");
        world.clusters = names(4);
        world.start();
        let took = until(&mut world, 60_000, World::is_covered);
        assert!(took.is_some(), "seed {seed}: {:?}", world.loads());
        world.kill(0);
        world.start();
        let took = until(&mut world, 60_000, World::is_balanced);
        assert!(took.is_some(), "seed {seed}: {:?}", world.loads());
        assert_eq!(world.loads(), [2, 2], "seed {seed}");
    }
}

fn disturb(world: &mut World) {
    let alive = world.alive();
    let some = |world: &mut World| world.rng.choice(alive.iter().copied());
    match world.rng.u8(..15) {
        0 => some(world).into_iter().for_each(|at| world.kill(at)),
        1 => some(world).into_iter().for_each(|at| world.shut_down(at)),
        2 | 3 if alive.len() < 6 => drop(world.start()),
        4 | 5 => {
            let time = world.rng.u64(100..40_000);
            if let Some(at) = some(world) {
                world.replicas[at].paused_until = world.now + time;
            }
        }
        6 | 7 => {
            if let Some(at) = some(world) {
                world.replicas[at].partitioned ^= true;
            }
        }
        8 => world.network.server_is_up ^= true,
        9 => world.network.delay = [5, 50, 500, 5_000, 20_000][world.rng.usize(..5)],
        10 => world.network.loss = [0, 0, 5, 20, 60][world.rng.usize(..5)],
        11 => world.slow_callers ^= true,
        12 => world.network.slow_responses ^= true,
        13 => world.network.server_is_up = true,
        _ => {}
    }
}
