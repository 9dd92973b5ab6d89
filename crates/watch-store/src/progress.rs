//! How far the sources of a store have come.

use std::sync::Arc;

use watch_protocol::version;
use watch_runtime::WatchError;

/// How far each source has come, by its number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) sources: Vec<SourceProgress>,
}

/// How far a source has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceProgress {
    /// Whether the store has all of its first state.
    pub(crate) has_synced: bool,
    /// The resource version up to which the store has everything.
    pub(crate) version: Option<String>,
    pub(crate) end: Option<End>,
}

/// Why a source delivers nothing any more.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// It was stopped.
    Stopped,
    Failed(Arc<WatchError>),
    /// A function of the user's has panicked.
    Panicked,
}

/// Whether what is waited for has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    Yes,
    NotYet,
    /// It cannot happen any more: this source has ended.
    Never(usize),
    /// The versions of this source are not decimal numbers.
    Incomparable(usize),
}

impl Progress {
    pub(crate) fn is_ready(&self) -> bool {
        self.sources.iter().all(|source| source.has_synced)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.sources.iter().all(|source| source.end.is_some())
    }

    /// Whether the first state is whole.
    pub(crate) fn ready(&self) -> Reached {
        let unready = |source: &SourceProgress| !source.has_synced;
        match self.sources.iter().position(|s| unready(s) && s.end.is_some()) {
            Some(ended) => Reached::Never(ended),
            None if self.is_ready() => Reached::Yes,
            None => Reached::NotYet,
        }
    }

    /// Whether the sources have reached a version: this one, or all.
    pub(crate) fn version(&self, target: &str, source: Option<usize>) -> Reached {
        let sources = self.sources.iter().enumerate();
        let mut reached = Reached::Yes;
        for (at, progress) in sources.filter(|(at, _)| source.is_none_or(|source| source == *at)) {
            let has_reached = progress.version.as_deref().map(|v| version::has_reached(v, target));
            match has_reached {
                Some(Some(true)) => {}
                Some(None) => return Reached::Incomparable(at),
                _ if progress.end.is_some() => return Reached::Never(at),
                _ => reached = Reached::NotYet,
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(has_synced: bool, version: &str, ended: bool) -> SourceProgress {
        let version = (!version.is_empty()).then(|| version.to_owned());
        SourceProgress { has_synced, version, end: ended.then_some(End::Stopped) }
    }

    #[test]
    fn all_sources_must_have_reached_it() {
        let sources = |a, b| Progress { sources: vec![a, b] };
        for (progress, version, ready) in [
            (
                sources(source(true, "9", false), source(true, "10", false)),
                Reached::NotYet,
                Reached::Yes,
            ),
            (
                sources(source(true, "10", false), source(true, "11", true)),
                Reached::Yes,
                Reached::Yes,
            ),
            (
                sources(source(false, "", false), source(true, "11", false)),
                Reached::NotYet,
                Reached::NotYet,
            ),
            (
                sources(source(true, "10", false), source(false, "", true)),
                Reached::Never(1),
                Reached::Never(1),
            ),
            (
                sources(source(true, "10", false), source(true, "9", true)),
                Reached::Never(1),
                Reached::Yes,
            ),
            (
                sources(source(true, "x", false), source(true, "10", false)),
                Reached::Incomparable(0),
                Reached::Yes,
            ),
        ] {
            assert_eq!(progress.version("10", None), version, "{progress:?}");
            assert_eq!(progress.ready(), ready, "{progress:?}");
        }
        let progress = sources(source(true, "9", false), source(true, "10", false));
        assert_eq!(progress.version("10", Some(1)), Reached::Yes);
    }
}
