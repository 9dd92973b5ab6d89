//! The table: rows, their order, and which are shown.

use watch_protocol::EventType::{Added, Deleted, Modified};

use super::world::{World, pod};
use crate::{Action, Key};

#[test]
fn kinds_and_rows_are_shown_with_keys_below() {
    let mut world = World::populated();
    world.live(Modified, pod("shop", "web-2", "Running"));
    world.pass(3_000);
    world.shows(
        (80, 10),
        r"
 watchables top  https://kube.test:6443          4 objects  0.3/s  03:04:33 UTC
 ● live, 2 watches
 KIND        OBJECTS │ NAMESPACE↑  NAME   STATUS   READY  RESTARTS  AGE  CHANGED
 pods              3 │ shop        db-0   Running    1/1         0  93s
    0.3/s        ▃▁▁ │ shop        web-1  Running    1/1         0  93s
 nodes             1 │ shop        web-2  Running    1/1         0  93s       3s
      0/s            │
                     │
                     │
 Enter history  Tab kind  / filter  s sort  space freeze  ? help  q quit
",
    );
}

#[test]
fn wide_screen_tells_what_changed_last() {
    let mut world = World::populated();
    world.live(Modified, pod("shop", "web-2", "Running"));
    world.live(Added, pod("shop", "web-3", "Pending"));
    world.live(Deleted, pod("shop", "db-0", "Running"));
    world.pass(3_000);
    world.shows((140, 10), r"
 watchables top  https://kube.test:6443                                                                      4 objects  1.0/s  03:04:33 UTC
 ● live, 2 watches
 KIND               OBJECTS │ NAMESPACE↑  NAME   STATUS   READY  RESTARTS  NODE  AGE  CHANGED  CHANGES  LAST CHANGE
 pods                     3 │ shop        db-0   Running    1/1         0  n1    93s       3s        1  deleted
    1.0/s               ▇▁▁ │ shop        web-1  Running    1/1         0  n1    93s
 nodes                    1 │ shop        web-2  Running    1/1         0  n1    93s       3s        1  phase: Pending → Running; container…
      0/s                   │ shop        web-3  Pending    0/1         0  n1    93s       3s        1  created
                            │
                            │
 Enter history  Tab kind  / filter  s sort  space freeze  w write  ? help  q quit
");
}

#[test]
fn deleted_row_fades_and_vanishes() {
    let mut world = World::populated();
    world.live(Deleted, pod("shop", "web-1", "Running"));
    world.pass(4_900);
    assert!(world.line((80, 10), 4).contains("web-1"), "{}", world.line((80, 10), 4));
    assert!(world.line((80, 10), 3).contains("pods              2"));
    world.pass(200);
    assert!(world.line((80, 10), 4).contains("web-2"));
    assert!(!world.line((80, 10), 5).contains("web-"));
}

#[test]
fn row_that_comes_back_does_not_vanish() {
    let mut world = World::populated();
    world.live(Deleted, pod("shop", "web-1", "Running"));
    world.pass(1_000);
    world.live(Added, pod("shop", "web-1", "Pending"));
    world.pass(10_000);
    let line = world.line((80, 10), 4);
    assert!(line.contains("web-1") && line.contains("Pending"), "{line}");
    assert!(world.line((80, 10), 3).contains("pods              3"));
}

#[test]
fn sort_goes_through_columns_and_directions() {
    let mut world = World::populated();
    world.pass(1_000);
    world.live(Modified, pod("shop", "db-0", "Failed"));
    let mut sorted = |keys: &[Key]| {
        world.press(keys);
        let screen = super::world::lines(&world.draw((100, 10)));
        let names = screen.iter().filter_map(|line| {
            let words: Vec<_> = line.split("shop").nth(1)?.split_whitespace().collect();
            Some(words[0].to_owned())
        });
        let title = screen[2].split_whitespace().find(|word| word.contains(['↑', '↓']));
        (title.unwrap_or_default().to_owned(), names.collect::<Vec<_>>().join(" "))
    };
    let s = Key::Char('s');
    let expect = |title: &str, names: &str| (title.to_owned(), names.to_owned());
    assert_eq!(sorted(&[]), expect("NAMESPACE↑", "db-0 web-1 web-2"));
    assert_eq!(sorted(&[s]), expect("NAMESPACE↓", "db-0 web-1 web-2"));
    assert_eq!(sorted(&[s]), expect("NAME↑", "db-0 web-1 web-2"));
    assert_eq!(sorted(&[s]), expect("NAME↓", "web-2 web-1 db-0"));
    assert_eq!(sorted(&[s]), expect("STATUS↑", "db-0 web-2 web-1"));
    assert_eq!(sorted(&[s]), expect("STATUS↓", "web-1 web-2 db-0"));
    assert_eq!(sorted(&[s]), expect("READY↑", "db-0 web-2 web-1"));
    assert_eq!(sorted(&[Key::Char('S')]), expect("STATUS↓", "web-1 web-2 db-0"));
    assert_eq!(sorted(&[Key::Char('S'); 6]), expect("CHANGES↓", "db-0 web-1 web-2"));
    assert_eq!(sorted(&[Key::Char('S'); 3]), expect("CHANGED↑", "db-0 web-1 web-2"));
}

#[test]
fn row_moves_when_what_it_is_sorted_by_changes() {
    let mut world = World::populated();
    world.press(&[Key::Char('s'); 4]);
    let order = |world: &mut World| -> Vec<usize> {
        let screen = super::world::lines(&world.draw((100, 10)));
        ["db-0", "web-1", "web-2"]
            .map(|name| screen.iter().position(|line| line.contains(name)).unwrap())
            .to_vec()
    };
    assert_eq!(order(&mut world), [4, 5, 3]);
    world.live(Modified, pod("shop", "web-1", "Failed"));
    world.live(Modified, pod("shop", "web-2", "Succeeded"));
    assert_eq!(order(&mut world), [4, 3, 5]);
}

#[test]
fn filter_shows_matching_rows_while_it_is_typed() {
    let mut world = World::populated();
    world.press(&[Key::Char('/')]);
    world.type_text("web !run");
    world.shows(
        (80, 10),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:30 UTC
 ● live, 2 watches
 KIND        OBJECTS │ NAMESPACE↑  NAME   STATUS   READY  RESTARTS  AGE  CHANGED
 pods              3 │ shop        web-2  Pending    0/1         0  90s
      0/s            │
 nodes             1 │
      0/s            │
                     │
                     │
 Filter: web !run
",
    );
    assert_eq!(world.press(&[Key::Enter]), None);
    assert!(world.line((80, 10), 9).starts_with(" filter: web !run"));
    world.live(Modified, pod("shop", "web-2", "Running"));
    assert!(world.line((80, 10), 3).contains("no pod matches the filter"));
    assert_eq!(world.press(&[Key::Esc]), None, "it clears the filter");
    assert!(world.line((80, 10), 3).contains("db-0"));
    assert_eq!(world.press(&[Key::Esc]), Some(Action::Quit));
}

#[test]
fn filter_that_is_given_up_is_the_one_from_before() {
    let mut world = World::populated();
    world.press(&[Key::Char('/')]);
    world.type_text("db");
    world.press(&[Key::Enter, Key::Char('/'), Key::Backspace]);
    world.type_text("x");
    assert!(world.line((80, 10), 3).contains("no pod matches"));
    world.press(&[Key::Esc]);
    assert!(world.line((80, 10), 3).contains("db-0"));
    world.press(&[Key::Char('/'), Key::Ctrl('u'), Key::Enter]);
    assert!(world.line((80, 10), 5).contains("web-2"));
}

#[test]
fn kinds_are_chosen_by_tab() {
    let mut world = World::populated();
    world.press(&[Key::Tab]);
    world.shows(
        (80, 10),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:30 UTC
 ● live, 2 watches
 KIND        OBJECTS │ NAME↑  STATUS  AGE  CHANGED  CHANGES
 pods              3 │ n1     Ready   24h
      0/s            │
 nodes             1 │
      0/s            │
                     │
                     │
 Enter history  Tab kind  / filter  s sort  space freeze  ? help  q quit
",
    );
    world.press(&[Key::Tab]);
    assert!(world.line((80, 10), 3).contains("db-0"));
    world.press(&[Key::BackTab]);
    assert!(world.line((80, 10), 3).contains("Ready"));
}

#[test]
fn keys_that_end() {
    for key in [Key::Char('q'), Key::Esc, Key::Ctrl('c')] {
        assert_eq!(World::populated().press(&[key]), Some(Action::Quit));
    }
    let mut world = World::populated();
    assert_eq!(world.press(&[Key::Ctrl('z')]), Some(Action::Suspend));
    assert_eq!(world.press(&[Key::Char('/'), Key::Char('q')]), None, "it is typed");
    assert_eq!(world.press(&[Key::Ctrl('c')]), Some(Action::Quit));
}

#[test]
fn recording_is_written_into_the_file_that_is_typed() {
    let mut world = World::populated();
    world.press(&[Key::Char('w')]);
    let line = world.line((80, 10), 9);
    assert_eq!(line, " Write the recording so far to: top-20260102T030430Z.jsonl.zst");
    let file = "top-20260102T030430Z.jsonl.zst".to_owned();
    assert_eq!(world.press(&[Key::Enter]), Some(Action::Write(file)));
    world.press(&[Key::Char('w'), Key::Ctrl('u')]);
    world.type_text("day.jsonl ");
    assert_eq!(world.press(&[Key::Enter]), Some(Action::Write("day.jsonl".to_owned())));
    world.press(&[Key::Char('w')]);
    assert_eq!(world.press(&[Key::Ctrl('u'), Key::Enter]), None, "no file is named");
}

#[test]
fn message_is_shown_for_some_seconds() {
    let mut world = World::populated();
    world.app.say("written", world.now);
    assert_eq!(world.line((80, 10), 9), " written");
    world.pass(5_900);
    assert_eq!(world.line((80, 10), 9), " written");
    world.pass(200);
    assert!(world.line((80, 10), 9).contains("q quit"));
}

#[test]
fn help_tells_all_keys_until_one_is_pressed() {
    let mut world = World::populated();
    world.press(&[Key::Char('?')]);
    world.shows(
        (80, 24),
        r"
 watchables top  https://kube.test:6443            4 objects  0/s  03:04:30 UTC
 ● live, 2 watches
 Table
   ↑ ↓ PgUp PgDn Home End  choose a row; Home follows what comes first
   Tab, ← →                choose a kind
   Enter                   what has happened to the object, diff by diff
   /                       show rows with these words alone; !word: without it
   s S                     sort in reverse, then by the next column; S: back
   space                   freeze the display and go on; nothing is missed
   w                       write what has happened so far into a recording
 Object
   ↑ ↓ Home End            through time; the newest state is followed
   Enter                   the whole object, or what has changed
   PgUp PgDn               scroll
   Esc                     back
 Anywhere
   Ctrl-Z                  suspend; fg comes back
   q Esc Ctrl-C            quit





 any key back
",
    );
    assert_eq!(world.press(&[Key::Char('q')]), None);
    assert!(world.line((80, 24), 3).contains("db-0"));
}

#[test]
fn until_the_next_second_nothing_is_drawn_unless_something_changes() {
    let mut world = World::populated();
    world.draw((80, 10));
    world.pass(300);
    assert_eq!(world.app.until_change(world.now).as_millis(), 700);
    world.live(Modified, pod("shop", "web-1", "Running"));
    assert!(world.app.until_change(world.now).is_zero());
    world.draw((80, 10));
    assert_eq!(world.app.until_change(world.now).as_millis(), 600, "it is lit less brightly then");
    world.press(&[Key::Down]);
    assert!(world.app.until_change(world.now).is_zero());
}
