//! Many objects.

use serde_json::json;
use watch_protocol::EventType::{Added, Deleted, Modified};

use super::world::{World, lines, pod};
use crate::Key;

/// The rows are kept in order as they change: the same as if they were sorted anew.
#[test]
fn order_is_kept_as_rows_change() {
    let mut world = World::new();
    let mut random = 7_u32;
    let mut next = |below: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) % below
    };
    world.press(&[Key::Char('/')]);
    world.type_text("!5");
    world.press(&[Key::Enter]);
    for round in 0..200 {
        // Also by what changes all the time.
        if round % 20 == 19 {
            world.press(&[Key::Char('s')]);
        }
        for _ in 0..20 {
            let mut object =
                pod(&format!("ns-{}", next(3)), &format!("web-{}", next(60)), "Running");
            object["status"]["containerStatuses"][0]["restartCount"] = json!(next(5));
            let etype = [Added, Modified, Modified, Modified, Deleted][next(5) as usize];
            world.live(etype, object);
        }
        world.pass(500);
        let kept = lines(&world.draw((110, 100)));
        let sort = world.app.kinds[0].order.sort();
        world.app.kinds[0].order = crate::table::order::Order::default();
        world.app.kinds[0].order.set_sort(sort);
        let anew = lines(&world.draw((110, 100)));
        assert_eq!(kept, anew, "round {round}");
    }
}
