//! A recording.

use jiff::SignedDuration;
use watch_protocol::EventType::Modified;

use super::world::{World, pod};
use crate::{Action, Key, Playback, PlaybackAction};

fn played() -> World {
    let mut world = World::populated();
    let start = world.now.time - SignedDuration::from_mins(15);
    world.app.set_playback(Playback {
        start,
        end: start + SignedDuration::from_mins(60),
        is_playing: true,
        speed: 10.0,
    });
    world
}

#[test]
fn place_in_the_recording_is_shown() {
    played().shows(
        (80, 10),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:30 UTC
 ▶ 2026-01-02 03:04:30  ×10  ━━━━━━━━━●───────────────────────────  +15m of 60m
 KIND        OBJECTS │ NAMESPACE↑  NAME   STATUS   READY  RESTARTS  AGE  CHANGED
 pods              3 │ shop        db-0   Running    1/1         0  90s
      0/s            │ shop        web-1  Running    1/1         0  90s
 nodes             1 │ shop        web-2  Pending    0/1         0  90s
      0/s            │
                     │
                     │
 space play  ←→ 10 s  . step  +- speed  Enter history  Tab kind  ? help  q quit
",
    );
}

#[test]
fn keys_ask_for_another_place() {
    let mut world = played();
    for (key, action) in [
        (Key::Char(' '), PlaybackAction::Toggle),
        (Key::Char('.'), PlaybackAction::Step),
        (Key::Left, PlaybackAction::Seek(-10)),
        (Key::Right, PlaybackAction::Seek(10)),
        (Key::Char('+'), PlaybackAction::Faster),
        (Key::Char('-'), PlaybackAction::Slower),
    ] {
        assert_eq!(world.press(&[key]), Some(Action::Playback(action)));
    }
    world.press(&[Key::Enter]);
    assert_eq!(world.press(&[Key::Char(' ')]), Some(Action::Playback(PlaybackAction::Toggle)));
    assert_eq!(world.press(&[Key::Up]), None, "it goes through the object's states");
    assert_eq!(world.press(&[Key::Char('w')]), None);
    assert!(world.line((80, 10), 9).contains("is a recording already"));
}

#[test]
fn jump_forgets_the_objects_and_keeps_what_was_chosen() {
    let mut world = played();
    world.press(&[Key::Char('/')]);
    world.type_text("web");
    world.press(&[Key::Enter, Key::Char('s'), Key::Char('s'), Key::Char('s')]);
    world.app.clear();
    assert!(world.app.states().is_empty());
    world.live(Modified, pod("shop", "web-9", "Running"));
    world.live(Modified, pod("shop", "db-9", "Running"));
    let screen = super::world::lines(&world.draw((80, 10)));
    assert!(screen[2].contains("NAME↓"), "{screen:?}");
    assert!(screen[3].contains("web-9") && !screen[4].contains("db-9"), "{screen:?}");
}
