//! The relay past one machine, in virtual time: many clusters, their changes, and replicas that share them, with
//! failures of replicas, Leases, sinks and API servers. docs/scale.md says what is real, what is a model, and what came out.

// Numbers of objects, replicas and messages are small.
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod checks;
mod cluster;
mod costs;
mod delivery;
mod faults;
mod gaps;
mod instance;
mod lag;
mod leases;
mod parts;
mod plan;
mod queue;
mod reading;
mod replica;
mod report;
mod sabotage;
mod sink;
mod sizes;
mod stream;
mod time;
mod totals;
mod usage;
mod world;

pub use gaps::{Cause, Gaps};
pub use lag::Distribution;
pub use plan::{Layout, Plan};
pub use report::Report;
pub use sabotage::Sabotage;
pub use sizes::{Size, plans};
pub use time::{MILLISECOND, Micros, SECOND};

use report::Before;
use world::World;

/// How long everything may take to be stored: at first, and after the last failure.
const LIMIT: Micros = 30 * 60 * SECOND;

/// Runs a plan: first everything that is there is relayed, then changes and faults happen, then what is left is relayed.
pub fn run(plan: &Plan) -> Report {
    let mut world = World::new(plan);
    until(&mut world, "the first state", |world| world.is_all_stored() && world.gaps.is_closed());
    let first_state = world.now;
    // Until it is committed, too, and the replicas have found their balance.
    world.run(20 * SECOND);
    let before = Before {
        time: world.now,
        commits: world.totals.commits,
        lease_requests: world.totals.lease_requests,
        lease_changes_shown: world.totals.lease_changes_shown,
        sink_worked: world.sink.worked,
    };
    world.begin();
    world.run(plan.time);
    until(&mut world, "the end", |world| world.is_all_stored() && world.gaps.is_closed());
    world.run(60 * SECOND);
    let missing = world.missing();
    if missing > 0 {
        world.checks.violated(format!("{missing} objects have a state that was not stored"));
    }
    let loads = world.loads();
    let balanced =
        loads.iter().max().zip(loads.iter().min()).is_some_and(|(most, least)| most - least <= 1);
    if !balanced || loads.iter().sum::<usize>() != plan.leases() as usize {
        world.checks.violated(format!("shards of the replicas at the end: {loads:?}"));
    }
    Report::new(world, first_state, before)
}

fn until(world: &mut World, what: &str, is_done: impl Fn(&World) -> bool) {
    let start = world.now;
    while !is_done(world) {
        if world.now - start > LIMIT {
            let missing = world.missing();
            world
                .checks
                .violated(format!("{what}: {missing} objects are not stored after {LIMIT} us"));
            return;
        }
        world.run(SECOND);
    }
}
