//! Where events come from, and what the screen shows of them.

use std::collections::HashMap;

use watch_terminal::{Change, Now};
use watchables::WatchEvent;

use super::super::screen::Screen;
use super::server_columns::ServerColumns;
use crate::watch::Seen;

/// Where events come from.
#[derive(Default)]
pub(super) struct Sources {
    /// The kind and the cluster, by the name of the watch.
    pub(super) places: HashMap<String, (usize, usize)>,
    /// By kind, where they are the server's.
    columns: HashMap<usize, ServerColumns>,
}

impl Sources {
    /// Shows an event.
    pub(super) fn apply(&mut self, screen: &mut Screen, event: WatchEvent<Seen>, now: Now) {
        let WatchEvent { etype, obj: Seen { object, row }, origin, source, .. } = event;
        let Some((kind, cluster)) = self.places.get(source.as_str()).copied() else { return };
        if let Some(columns) = &row.columns {
            let columns = ServerColumns::of(columns);
            screen.app.set_columns(kind, columns.columns());
            self.columns.insert(kind, columns);
        }
        let namespace = object.namespace().unwrap_or_default().to_owned();
        let name = object.name().unwrap_or_default().to_owned();
        let object = object.into_json();
        let cells = match (self.columns.get(&kind), &row.cells) {
            (Some(columns), Some(cells)) => Some(columns.cells(cells, &object)),
            _ => None,
        };
        let change = Change { kind, cluster, etype, origin, namespace, name, object, cells };
        screen.app.apply(change, now);
    }
}
