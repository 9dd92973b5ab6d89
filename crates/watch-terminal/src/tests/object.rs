//! An object, with its past.

use serde_json::json;
use watch_protocol::EventType::{Added, Deleted, Modified};
use watch_protocol::Origin;

use super::world::{World, pod};
use crate::{Key, MOST_STATES, Theme};

fn changed() -> World {
    let mut world = World::populated();
    let mut object = pod("shop", "web-2", "Running");
    world.live(Modified, object.clone());
    world.pass(5_000);
    object["metadata"]["labels"] = json!({"app": "web"});
    object["status"]["message"] =
        json!("a long text that says what has happened in more words than fit");
    world.live(Modified, object);
    world.press(&[Key::End, Key::Enter]);
    world.pass(7_000);
    world
}

#[test]
fn newest_change_is_shown_first() {
    changed().shows(
        (80, 12),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:42 UTC
 ● live, 2 watches
 pod shop/web-2  state 3 of 3
 03:04:00 ADDED    existed   │ was changed 7s ago: what changed
 03:04:30 MODIFIED 2 fields  │ metadata.labels.app: (none) → web
 03:04:35 MODIFIED 2 fields  │ status.message:
                             │   (none)
                             │ → a long text that says what has happened in more
                             │      words than fit
                             │
                             │
 ↑↓ through time  Enter whole object or changes  PgDn scroll  ? help  Esc back
",
    );
}

#[test]
fn arrows_go_through_time() {
    let mut world = changed();
    world.press(&[Key::Up]);
    world.shows(
        (80, 12),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:42 UTC
 ● live, 2 watches
 pod shop/web-2  state 2 of 3
 03:04:00 ADDED    existed   │ was changed 12s ago: what changed
 03:04:30 MODIFIED 2 fields  │ status.containerStatuses[name=c].ready:
 03:04:35 MODIFIED 2 fields  │   false
                             │ → true
                             │ status.phase: Pending → Running
                             │
                             │
                             │
 ↑↓ through time  Enter whole object or changes  PgDn scroll  ? help  Esc back
",
    );
    world.press(&[Key::Left, Key::Up]);
    let line = world.line((80, 12), 3);
    assert!(line.contains("existed at the start, 42s ago"), "{line}");
    world.press(&[Key::End]);
    assert!(world.line((80, 12), 2).contains("state 3 of 3"));
}

#[test]
fn whole_object_is_shown_and_scrolled() {
    let mut world = changed();
    world.press(&[Key::Enter]);
    world.shows(
        (80, 12),
        r#"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:42 UTC
 ● live, 2 watches
 pod shop/web-2  state 3 of 3
 03:04:00 ADDED    existed   │ was changed 7s ago: the whole object
 03:04:30 MODIFIED 2 fields  │ apiVersion: v1
 03:04:35 MODIFIED 2 fields  │ kind: Pod
                             │ metadata:
                             │   creationTimestamp: "2026-01-02T03:03:00Z"
                             │   labels:
                             │     app: web
                             │   name: web-2                11 more lines: PgDn
 ↑↓ through time  Enter whole object or changes  PgDn scroll  ? help  Esc back
"#,
    );
    world.press(&[Key::PageDown; 9]);
    let last = world.line((80, 12), 10);
    assert!(last.contains("phase: Running"), "{last}");
    world.press(&[Key::PageUp; 9]);
    assert!(world.line((80, 12), 4).contains("apiVersion: v1"));
}

#[test]
fn newest_state_is_followed_and_others_stay() {
    let mut world = changed();
    world.live(Modified, pod("shop", "web-2", "Failed"));
    assert!(world.line((80, 12), 2).contains("state 4 of 4"));
    world.press(&[Key::Up]);
    world.live(Modified, pod("shop", "web-2", "Running"));
    assert!(world.line((80, 12), 2).contains("state 3 of 5"));
}

#[test]
fn deleted_object_stays_while_it_is_looked_at() {
    let mut world = changed();
    world.live(Deleted, pod("shop", "web-2", "Running"));
    world.pass(60_000);
    assert!(world.line((80, 12), 6).contains("DELETED"), "{}", world.line((80, 12), 6));
    assert!(world.line((80, 12), 3).contains("was deleted 60s ago"));
    world.press(&[Key::Esc]);
    let screen = super::world::lines(&world.draw((80, 12))).join("\n");
    assert!(!screen.contains("web-2") && screen.contains("web-1"), "{screen}");
}

#[test]
fn what_a_comparison_found_is_marked() {
    let mut world = World::populated();
    world.change(Modified, Origin::Repair, pod("shop", "web-2", "Running"));
    world.change(
        Deleted,
        Origin::Repair,
        json!({"kind": "Pod", "metadata": {"namespace": "shop", "name": "web-1"}}),
    );
    world.press(&[Key::End, Key::Enter]);
    assert!(world.line((80, 12), 4).contains("MODIFIED repaired"));
    assert!(world.line((80, 12), 3).contains("MODIFIED, found by a comparison after a gap"));
    world.press(&[Key::Esc, Key::Up, Key::Enter]);
    let line = world.line((80, 12), 4);
    assert!(line.contains("The last state is unknown."), "{line}");
}

#[test]
fn values_of_secrets_are_not_shown() {
    let secret = |value: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "shop", "name": "s"}, "data": {"key": value}});
    let mut world = World::new();
    world.change(Added, Origin::Initial, secret("QUFBQQ=="));
    world.live(Modified, secret("QkJCQg=="));
    world.press(&[Key::Enter]);
    for _ in 0..2 {
        let screen = super::world::lines(&world.draw((200, 40))).join("\n");
        assert!(screen.contains("<secret "), "{screen}");
        assert!(!screen.contains("QUFBQQ") && !screen.contains("QkJCQg"), "{screen}");
        world.press(&[Key::Enter]);
    }
    world.press(&[Key::Esc]);
    let screen = super::world::lines(&world.draw((200, 40))).join("\n");
    assert!(screen.contains("data.key: <secret ") && !screen.contains("QkJCQg"), "{screen}");
}

#[test]
fn states_that_are_not_kept_are_told() {
    let mut world = World::populated();
    for count in 0..MOST_STATES + 2 {
        let mut object = pod("shop", "web-1", "Running");
        object["status"]["containerStatuses"][0]["restartCount"] = json!(count);
        world.live(Modified, object);
    }
    world.press(&[Key::Down, Key::Enter]);
    let line = world.line((80, 12), 2);
    assert!(line.contains("state 50 of 50; 3 older are not kept"), "{line}");

    let mut world = World::with(Theme { has_colors: false }, 500);
    for phase in ["Pending", "Running", "Failed", "Pending", "Running"] {
        world.live(Modified, pod("shop", "web-1", phase));
    }
    world.press(&[Key::Enter]);
    let line = world.line((80, 12), 2);
    assert!(line.contains("state 3 of 3; 2 older are not kept"), "{line}");
}

#[test]
fn states_are_handed_out_in_the_order_of_their_events() {
    let world = changed();
    let states = world.app.states();
    let told: Vec<_> = states
        .iter()
        .map(|(kind, key, state)| format!("{kind} {} {} {}", key.name, state.etype, state.number))
        .collect();
    assert_eq!(
        told,
        [
            "0 web-1 ADDED 1",
            "0 web-2 ADDED 2",
            "0 db-0 ADDED 3",
            "1 n1 ADDED 4",
            "0 web-2 MODIFIED 5",
            "0 web-2 MODIFIED 6",
        ]
    );
}
