//! The line on the watches.

use std::time::Duration;

use watch_protocol::{EventType, Origin};

use super::world::{PODS, World, pod};
use crate::WatchState;

#[test]
fn line_tells_of_interruptions_and_repairs() {
    let mut world = World::populated();
    assert_eq!(world.line((80, 10), 1), " ● live, 2 watches");
    let retry = Some(world.now.elapsed + Duration::from_secs(4));
    let cause = "unreachable: connection refused".to_owned();
    world.app.set_watch(PODS, WatchState::Interrupted { cause, retry }, world.now);
    world.pass(2_500);
    assert_eq!(
        world.line((80, 10), 1),
        " ○ pods interrupted for 2 s: unreachable: connection refused; next try in 2 s"
    );
    assert_eq!(
        world.line((60, 10), 1),
        " ○ pods interrupted for 2 s: unreachable: connection refus…"
    );
    world.app.set_watch(PODS, WatchState::Live, world.now);
    world.change(EventType::Modified, Origin::Repair, pod("shop", "web-1", "Failed"));
    assert_eq!(
        world.line((140, 10), 1),
        " ● live, 2 watches; watching again after 2 s from the last event; repaired: 1 change found by a comparison"
    );
}
