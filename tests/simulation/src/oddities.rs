//! What is odd about the server of a history: how it names versions and objects, and what its watches hide.

use fastrand::Rng;
use serde_json::Value;

use crate::faults::happens;

/// The resource versions that the server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    Numbers,
    /// Numbers that exceed every integer type.
    Huge,
    /// Texts without an order.
    Opaque,
    /// Lists and bookmarks have numbers, objects have none.
    OfListsOnly,
    Absent,
}

/// What a watch from a compacted version is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gaps {
    Gone,
    /// It ends at once, as behind some aggregators.
    EndAtOnce,
    /// It is accepted, and nothing follows.
    Silent,
}

/// The encodings that the server responds in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wires {
    Json,
    Protobuf,
    /// One or the other, as behind a load balancer with several servers.
    Both,
}

/// How the server lays the events of a watch in JSON out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One on a line, as API servers do.
    Lines,
    /// One after another, without line endings.
    OneLine,
    /// Several on a line, and each line ends with `\r\n`.
    SeveralOnALine,
    /// Each over several lines.
    Indented,
}

impl Layout {
    /// Lays an event out.
    pub(crate) fn event(self, event: &Value) -> String {
        let text = event.to_string();
        match self {
            Self::Lines => text + "\n",
            Self::OneLine => text,
            Self::SeveralOnALine if text.len().is_multiple_of(2) => text + "\r\n",
            Self::SeveralOnALine => text + " ",
            Self::Indented => format!("{event:#}\n"),
        }
    }
}

/// The oddities of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Oddities {
    pub(crate) versions: Versions,
    /// Whether objects have uids.
    pub(crate) uids: bool,
    /// Whether it shows two clusters, each of which may have an object of a name.
    pub(crate) namesakes: bool,
    pub(crate) gaps: Gaps,
    pub(crate) layout: Layout,
    pub(crate) wires: Wires,
    /// Whether each watch ends as soon as it has sent what there is.
    pub(crate) short_watches: bool,
    /// That a list ends in the middle, though properly, per list in thousandths.
    pub(crate) half_lists: u32,
    /// That all further pages of a list fail, per page that is served, in thousandths.
    pub(crate) failing_pages: u32,
    /// That a list or a watch has something that is not an object, in thousandths.
    pub(crate) nonsense: u32,
}

impl Oddities {
    pub(crate) fn random(random: &mut Rng) -> Self {
        let versions = match random.u8(..16) {
            0 | 1 => Versions::Huge,
            2 | 3 => Versions::Opaque,
            4 => Versions::OfListsOnly,
            5 | 6 => Versions::Absent,
            _ => Versions::Numbers,
        };
        let gaps = match random.u8(..8) {
            0 | 1 => Gaps::EndAtOnce,
            2 => Gaps::Silent,
            _ => Gaps::Gone,
        };
        let layout = match random.u8(..12) {
            0 => Layout::OneLine,
            1 => Layout::SeveralOnALine,
            2 => Layout::Indented,
            _ => Layout::Lines,
        };
        let wires = match random.u8(..8) {
            0..=3 => Wires::Json,
            // Without versions, objects compare by what was received.
            4 if versions.are_of_objects() => Wires::Both,
            _ => Wires::Protobuf,
        };
        let uids = random.u8(..8) > 0;
        Self {
            versions,
            uids,
            namesakes: uids && random.u8(..8) == 0,
            gaps,
            layout,
            wires,
            short_watches: random.u8(..16) == 0,
            half_lists: if random.u8(..4) == 0 { random.u32(..300) } else { 0 },
            failing_pages: if random.u8(..4) == 0 { random.u32(..300) } else { 0 },
            nonsense: if random.u8(..4) == 0 { random.u32(..100) } else { 0 },
        }
    }

    pub(crate) fn sends_nonsense(&self, random: &mut Rng) -> bool {
        happens(random, self.nonsense)
    }
}

impl Wires {
    /// Draws whether the next response is in protobuf.
    pub(crate) fn respond_in_protobuf(self, random: &mut Rng) -> bool {
        match self {
            Self::Json => false,
            Self::Protobuf => true,
            Self::Both => random.bool(),
        }
    }
}

impl Versions {
    /// Returns the version of a list or a bookmark at this revision.
    pub(crate) fn of_list(self, revision: u64) -> Option<String> {
        match self {
            Self::Numbers | Self::OfListsOnly => Some(revision.to_string()),
            Self::Huge => Some(format!("{}", HUGE + u128::from(revision))),
            Self::Opaque => Some(format!("r{}", reversed(&revision.to_string()))),
            Self::Absent => None,
        }
    }

    /// Returns the version of an object that was changed at this revision.
    pub(crate) fn of_object(self, revision: u64) -> Option<String> {
        self.are_of_objects().then(|| self.of_list(revision)).flatten()
    }

    pub(crate) fn are_of_objects(self) -> bool {
        !matches!(self, Self::OfListsOnly | Self::Absent)
    }

    /// Whether a client can tell that the server was rolled back.
    pub(crate) fn show_rollbacks(self) -> bool {
        matches!(self, Self::Numbers | Self::Huge)
    }

    /// Returns the revision that a version stands for.
    pub(crate) fn revision(self, version: &str) -> Result<u64, String> {
        let number = match self {
            Self::Opaque => version.strip_prefix('r').and_then(|text| reversed(text).parse().ok()),
            Self::Huge => version
                .parse::<u128>()
                .ok()
                .and_then(|number| u64::try_from(number.checked_sub(HUGE)?).ok()),
            Self::Numbers | Self::OfListsOnly | Self::Absent => version.parse().ok(),
        };
        number.ok_or_else(|| format!("{version:?} is no version"))
    }
}

/// More than a `u64` can hold.
const HUGE: u128 = 10_u128.pow(25);

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}
