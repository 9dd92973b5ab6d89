//! Terminals of all sizes.

use watch_protocol::EventType::Added;

use super::world::{World, lines, pod};
use crate::Key;

#[test]
fn terminal_that_is_too_small_is_told_what_is_needed() {
    let mut world = World::populated();
    world.shows((30, 3), "The terminal is 30×3.\ntop needs 60×10.\n");
    assert!(lines(&world.draw((59, 50)))[0].contains("59×50"));
    assert!(lines(&world.draw((60, 10)))[0].contains("watchables top"));
}

#[test]
fn every_size_is_drawn() {
    let mut world = World::populated();
    for name in 0..100 {
        world.live(
            Added,
            pod("a-namespace-with-a-long-name", &format!("pod-{name}-of-a-long-name"), "Running"),
        );
    }
    for keys in
        [&[][..], &[Key::Char('?')], &[Key::Esc, Key::Enter], &[Key::Enter], &[Key::Char('w')]]
    {
        world.press(keys);
        for width in (1..=300).step_by(23) {
            for height in (1..=100).step_by(11) {
                world.draw((width, height));
            }
        }
    }
}

#[test]
fn columns_of_less_worth_are_left_out_first() {
    let mut world = World::populated();
    let titles = |world: &mut World, width| {
        let line = world.line((width, 10), 2);
        line.split('│').nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(titles(&mut world, 60), "NAMESPACE↑ NAME STATUS READY");
    assert_eq!(titles(&mut world, 80), "NAMESPACE↑ NAME STATUS READY RESTARTS AGE CHANGED");
    assert_eq!(
        titles(&mut world, 200),
        "NAMESPACE↑ NAME STATUS READY RESTARTS NODE AGE CHANGED CHANGES LAST CHANGE"
    );
}

#[test]
fn columns_do_not_get_narrower_again() {
    let mut world = World::populated();
    let place = |world: &mut World| world.line((120, 10), 2).find("STATUS").unwrap();
    let before = place(&mut world);
    world.live(Added, pod("shop", "a-name-that-is-longer", "Running"));
    let wide = place(&mut world);
    assert!(wide > before);
    world.press(&[Key::Char('/')]);
    world.type_text("db");
    assert_eq!(place(&mut world), wide);
}

#[test]
fn rows_scroll_with_the_chosen_one() {
    let mut world = World::new();
    for number in 0..50 {
        world.live(Added, pod("shop", &format!("web-{number:02}"), "Running"));
    }
    world.press(&[Key::End]);
    assert!(world.line((80, 24), 22).contains("web-49"));
    world.press(&[Key::PageUp]);
    assert!(
        world.line((80, 24), 3).contains("web-30") || world.line((80, 24), 3).contains("web-29")
    );
    world.press(&[Key::Home]);
    assert!(world.line((80, 24), 3).contains("web-00"));
    world.press(&[Key::PageDown, Key::Char('j')]);
    assert!(world.line((80, 24), 22).contains("web-21"), "{}", world.line((80, 24), 22));
}
