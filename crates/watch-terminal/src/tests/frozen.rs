//! The frozen display.

use watch_protocol::EventType::{Added, Deleted, Modified};

use super::world::{World, lines, pod};
use crate::Key;

const SPACE: Key = Key::Char(' ');
const SIZE: (u16, u16) = (100, 10);

#[test]
fn frozen_display_stays_as_it_was_and_counts_what_waits() {
    let mut world = World::populated();
    let before = lines(&world.draw(SIZE));
    world.press(&[SPACE]);
    world.live(Modified, pod("shop", "web-2", "Running"));
    world.live(Modified, pod("shop", "web-2", "Failed"));
    world.live(Added, pod("shop", "a-1", "Pending"));
    world.live(Deleted, pod("shop", "web-1", "Running"));
    world.pass(60_000);
    let frozen = lines(&world.draw(SIZE));
    assert_eq!(frozen[1], " ‖ frozen at 03:04:30; 4 events wait; space goes on");
    assert_eq!((&frozen[..1], &frozen[2..]), (&before[..1], &before[2..]));
    // It can be sorted and filtered as it is.
    world.press(&[Key::Char('s'), Key::Char('s'), Key::Char('s')]);
    assert!(world.line(SIZE, 3).contains("web-2") && world.line(SIZE, 3).contains("Pending"));

    world.press(&[SPACE]);
    world.pass(10_000);
    let after = lines(&world.draw(SIZE)).join("\n");
    assert!(
        after.contains("a-1") && after.contains("Failed") && !after.contains("web-1"),
        "{after}"
    );
    assert!(after.contains("live, 2 watches"), "{after}");
}

#[test]
fn history_ends_where_the_display_was_frozen() {
    let mut world = World::populated();
    world.press(&[Key::End, Key::Enter, SPACE]);
    world.live(Modified, pod("shop", "web-2", "Running"));
    assert!(world.line(SIZE, 2).contains("state 1 of 1"));
    assert!(world.line(SIZE, 1).contains("1 event waits"));
    world.press(&[SPACE]);
    assert!(world.line(SIZE, 2).contains("state 2 of 2"));
}

#[test]
fn rate_and_counts_are_frozen_too() {
    let mut world = World::populated();
    world.press(&[SPACE]);
    for name in ["a", "b", "c"] {
        world.live(Added, pod("shop", name, "Running"));
    }
    world.pass(1_000);
    assert!(world.line(SIZE, 3).contains("pods              3"), "{}", world.line(SIZE, 3));
    assert!(world.line(SIZE, 4).contains(" 0/s"));
    world.press(&[SPACE]);
    assert!(world.line(SIZE, 3).contains("pods              6"));
    assert!(!world.line(SIZE, 4).contains(" 0/s"));
}
