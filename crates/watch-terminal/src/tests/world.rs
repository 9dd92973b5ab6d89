//! A small cluster, and the terminal that shows it.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};
use watch_protocol::{EventType, Origin};

use crate::{Action, App, Change, Columns, Key, KindSetup, Now, Setup, Theme, WatchState};

/// The kinds of the cluster.
pub(super) const PODS: usize = 0;
pub(super) const NODES: usize = 1;

/// An application, with a time that goes on when it is told to.
pub(super) struct World {
    pub(super) app: App,
    pub(super) now: Now,
}

impl World {
    /// A cluster of pods and nodes, without any.
    pub(super) fn new() -> Self {
        Self::with(Theme { has_colors: false }, 1 << 20)
    }

    pub(super) fn with(theme: Theme, history_bytes: usize) -> Self {
        let kind = |title: &str, singular: &str, is_namespaced| KindSetup {
            title: title.to_owned(),
            singular: singular.to_owned(),
            is_namespaced,
            columns: Columns::default(),
        };
        let app = App::new(Setup {
            source: "https://kube.test:6443".to_owned(),
            kinds: vec![kind("pods", "pod", true), kind("nodes", "node", false)],
            clusters: vec!["test".to_owned()],
            watches: vec!["pods".to_owned(), "nodes".to_owned()],
            theme,
            history_bytes,
        });
        let now = Now { time: time(), elapsed: Duration::ZERO };
        Self { app, now }
    }

    /// The same with three pods and a node, half a minute after the start.
    pub(super) fn populated() -> Self {
        let mut world = Self::new();
        for (name, phase) in [("web-1", "Running"), ("web-2", "Pending"), ("db-0", "Running")] {
            world.change(EventType::Added, Origin::Initial, pod("shop", name, phase));
        }
        let node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": "n1", "creationTimestamp": "2026-01-01T03:04:00Z"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        });
        world.change(EventType::Added, Origin::Initial, node);
        for watch in [PODS, NODES] {
            world.app.set_watch(watch, WatchState::Live, world.now);
        }
        world.pass(30_000);
        world
    }

    /// Lets milliseconds pass.
    pub(super) fn pass(&mut self, ms: u32) {
        let time = Duration::from_millis(ms.into());
        self.now.elapsed += time;
        self.now.time += time;
    }

    #[allow(clippy::needless_pass_by_value, reason = "so that it is written where it is made")]
    pub(super) fn change(&mut self, etype: EventType, origin: Origin, object: Value) {
        let kind = if object["kind"] == "Node" { NODES } else { PODS };
        let text = |name: &str| object["metadata"][name].as_str().unwrap_or_default().to_owned();
        let (namespace, name) = (text("namespace"), text("name"));
        let object = serde_json::to_string(&object).unwrap();
        let change =
            Change { kind, cluster: 0, etype, origin, namespace, name, object, cells: None };
        self.app.apply(change, self.now);
    }

    pub(super) fn live(&mut self, etype: EventType, object: Value) {
        self.change(etype, Origin::Live, object);
    }

    /// Presses keys, of which the last one may ask for something.
    pub(super) fn press(&mut self, keys: &[Key]) -> Option<Action> {
        keys.iter().fold(None, |_, key| self.app.key(*key, self.now))
    }

    pub(super) fn type_text(&mut self, text: &str) {
        for char in text.chars() {
            self.press(&[Key::Char(char)]);
        }
    }

    pub(super) fn draw(&mut self, (width, height): (u16, u16)) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| {
                self.app.draw(frame.buffer_mut(), self.now);
            })
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// Asserts what is on a screen of this size. Blanks at the ends of lines, and lines without text at the end of the
    /// middle part, may be left out.
    #[track_caller]
    pub(super) fn shows(&mut self, size: (u16, u16), expected: &str) {
        let screen = lines(&self.draw(size));
        let expected = expected.trim_start_matches('\n').trim_end_matches([' ', '\n']);
        let shown = screen.join("\n").trim_end_matches('\n').to_owned();
        assert_eq!(shown, expected, "\n{shown}\n");
    }

    /// Returns a line of the screen.
    pub(super) fn line(&mut self, size: (u16, u16), y: usize) -> String {
        lines(&self.draw(size)).swap_remove(y)
    }
}

pub(super) fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let line = |cells: &[ratatui::buffer::Cell]| {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    };
    buffer.content().chunks(width).map(line).collect()
}

pub(super) fn time() -> Timestamp {
    "2026-01-02T03:04:00Z".parse().unwrap()
}

/// A pod that was created a minute before the start.
pub(super) fn pod(namespace: &str, name: &str, phase: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": namespace, "name": name, "creationTimestamp": "2026-01-02T03:03:00Z",
        },
        "spec": {"nodeName": "n1"},
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": "c", "ready": phase == "Running", "restartCount": 0}],
        },
    })
}
