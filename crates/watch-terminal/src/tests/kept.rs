//! What is kept of objects that are gone, and columns of a server.

use serde_json::json;
use watch_protocol::{EventType, Origin};

use super::world::{NODES, PODS, World, pod};
use crate::{Cell, Change, Column, Columns, Theme};

#[test]
fn states_of_deleted_objects_are_kept_after_their_row_is_gone() {
    let mut world = World::populated();
    let count = |world: &World| {
        let states = world.app.states();
        states.iter().filter(|(_, key, _)| &*key.name == "db-0").count()
    };
    world.live(EventType::Deleted, pod("shop", "db-0", "Running"));
    world.pass(6_000);
    let screen = super::world::lines(&world.draw((80, 12))).join("\n");
    assert!(!screen.contains("db-0"), "{screen}");
    assert_eq!(count(&world), 2);
    let numbers: Vec<_> = world.app.states().iter().map(|(_, _, state)| state.number).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    // Another one of that name has a past of its own, and both are told.
    world.live(EventType::Added, pod("shop", "db-0", "Pending"));
    assert_eq!(count(&world), 3);
    world.app.clear();
    assert!(world.app.states().is_empty());
}

#[test]
fn states_of_deleted_objects_are_dropped_first_where_there_is_no_room() {
    let mut world = World::with(Theme { has_colors: false }, 700);
    world.live(EventType::Added, pod("shop", "web", "Pending"));
    world.live(EventType::Added, pod("shop", "gone", "Running"));
    world.live(EventType::Deleted, pod("shop", "gone", "Running"));
    world.pass(6_000);
    world.draw((80, 12));
    let names = |world: &World| -> Vec<_> {
        world.app.states().iter().map(|(_, key, _)| key.name.to_string()).collect()
    };
    assert_eq!(names(&world), ["web", "gone", "gone"]);
    world.live(EventType::Modified, pod("shop", "web", "Running"));
    assert_eq!(names(&world), ["web", "web"]);
}

#[test]
fn columns_of_the_server_replace_those_that_are_computed() {
    let mut world = World::populated();
    let column = |title: &str, is_number| Column { title: title.to_owned(), is_number, worth: 4 };
    let columns = Columns::of_server(vec![column("ISSUER", false), column("USES", true)]);
    world.app.set_columns(PODS, columns);
    let change = |name: &str, cells: Option<[Cell; 2]>| Change {
        kind: PODS,
        cluster: 0,
        etype: EventType::Modified,
        origin: Origin::Live,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        object: json!({"metadata": {"namespace": "shop", "name": name}}).to_string(),
        cells: cells.map(Into::into),
    };
    world.app.apply(change("web-1", Some([Cell::Text("ca".into()), Cell::Number(7)])), world.now);
    let heading = world.line((80, 12), 2);
    assert!(heading.contains("ISSUER") && heading.contains("USES"), "{heading}");
    assert!(!heading.contains("STATUS"), "{heading}");
    let row = |world: &mut World| {
        let lines = super::world::lines(&world.draw((80, 12)));
        lines.into_iter().find(|line| line.contains("web-1")).unwrap()
    };
    assert!(row(&mut world).contains("ca"), "{}", row(&mut world));
    // What comes without cells keeps those that it had.
    world.app.apply(change("web-1", None), world.now);
    assert!(row(&mut world).contains("ca"), "{}", row(&mut world));
    world.app.set_columns(NODES, Columns::default());
}
