//! Colours, and what stands for them.

use ratatui::style::{Color, Modifier};
use watch_protocol::EventType::{Deleted, Modified};

use super::world::{World, pod};
use crate::{Key, Theme};

/// Returns the colours and modifiers of a pod's name, which is in the row of this number.
fn style(world: &mut World, row: u16) -> (Color, Color, Modifier) {
    let buffer = world.draw((100, 10));
    let x = (0..100).find(|x| buffer[(*x, 2)].symbol() == "│").unwrap() + 14;
    let cell = &buffer[(x, 3 + row)];
    (cell.fg, cell.bg, cell.modifier)
}

fn world(has_colors: bool) -> World {
    let mut world = World::populated();
    world.app.theme = Theme { has_colors };
    world
}

#[test]
fn changed_row_is_lit_for_a_moment() {
    let (plain, none) = (Modifier::empty(), Color::Reset);
    let mut world = world(true);
    world.live(Modified, pod("shop", "web-1", "Running"));
    assert_eq!(style(&mut world, 1), (Color::Black, Color::Yellow, plain));
    world.pass(700);
    assert_eq!(style(&mut world, 1), (Color::Yellow, none, plain));
    world.pass(1_500);
    assert_eq!(style(&mut world, 1), (none, none, plain));
}

#[test]
fn deleted_row_is_crossed_out() {
    let none = Color::Reset;
    let mut world = world(true);
    world.live(Deleted, pod("shop", "web-1", "Running"));
    assert_eq!(style(&mut world, 1), (Color::Black, Color::Red, Modifier::empty()));
    world.pass(700);
    assert_eq!(style(&mut world, 1), (Color::Red, none, Modifier::empty()));
    world.pass(2_000);
    let gone = Modifier::DIM | Modifier::CROSSED_OUT;
    assert_eq!(style(&mut world, 1), (none, none, gone));
}

#[test]
fn without_colours_rows_are_bold_underlined_and_reversed() {
    let none = Color::Reset;
    let mut world = world(false);
    world.live(Modified, pod("shop", "web-1", "Running"));
    let bright = Modifier::BOLD | Modifier::UNDERLINED;
    assert_eq!(style(&mut world, 1), (none, none, bright));
    world.pass(700);
    assert_eq!(style(&mut world, 1), (none, none, Modifier::BOLD));
    assert_eq!(style(&mut world, 0), (none, none, Modifier::REVERSED), "the chosen one");
    world.live(Deleted, pod("shop", "web-1", "Running"));
    for (key, ms) in
        [(Key::Tab, 0), (Key::Enter, 700), (Key::Char('?'), 700), (Key::Char('/'), 3_000)]
    {
        let buffer = world.draw((100, 24));
        let is_colored = |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg) != (none, none);
        assert!(!buffer.content().iter().any(is_colored));
        world.press(&[key]);
        world.pass(ms);
    }
}
