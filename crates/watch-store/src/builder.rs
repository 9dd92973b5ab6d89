//! How a store is built: its sources, and what it keeps of objects.

use std::fmt;
use std::marker::PhantomData;

use tokio::runtime;
use watch_runtime::{EventSource, Watcher};
use watchable_core::{ResourceInfo, WatchItem, WatchTarget};

use crate::keeper::{Compact, Keeper, Projected, Whole};
use crate::shared::Shared;
use crate::source::{Source, Written};
use crate::store::Store;

/// Builds a [`Store`].
#[must_use = "a builder does nothing until it builds"]
pub struct StoreBuilder<T> {
    sources: Vec<(EventSource, Box<dyn Source>)>,
    runtime: Option<runtime::Handle>,
    keeps_managed_fields: bool,
    is_compact: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: WatchItem + Sync> StoreBuilder<T> {
    /// Creates a builder without sources.
    pub fn new() -> Self {
        Self {
            sources: Vec::new(),
            runtime: None,
            keeps_managed_fields: false,
            is_compact: false,
            of: PhantomData,
        }
    }

    /// Adds a watcher under a name: several namespaces, clusters or shards may feed one store. Each keeps its own part
    /// of it: what one lists or relists never touches another's objects, even those of the same name.
    ///
    /// The store takes the watcher over. Of its settings, those that would deprive the store of its state are ignored:
    /// see [`Watcher::raw_events`].
    ///
    /// # Panics
    ///
    /// Panics if there is a source of this name already.
    pub fn source<W>(self, name: &str, watcher: Watcher<W>) -> Self
    where
        W: WatchTarget<Item = T> + 'static,
    {
        self.with(EventSource::named(name), Box::new(watcher))
    }

    /// Adds a source that the program writes itself, instead of a watcher: see [`Store::writer`]. So a store can be fed from
    /// a file, a queue, or a stream that the program reads itself.
    ///
    /// # Panics
    ///
    /// Panics if there is a source of this name already.
    pub fn written(self, name: &str, resource: ResourceInfo) -> Self {
        self.with(EventSource::named(name), Box::new(Written::new(resource)))
    }

    pub(crate) fn with(mut self, name: EventSource, source: Box<dyn Source>) -> Self {
        let is_new = self.sources.iter().all(|(other, _)| *other != name);
        assert!(is_new, "there is a source named {name:?} already");
        assert!(self.sources.len() < usize::from(u16::MAX), "a store has fewer sources than 2^16");
        self.sources.push((name, source));
        self
    }

    /// Keeps `metadata.managedFields`, half of what a server sends, which stores drop by default.
    pub fn keep_managed_fields(self) -> Self {
        Self { keeps_managed_fields: true, ..self }
    }

    /// Keeps each object encoded, as the server has sent it (in protobuf, if the type has it), which takes a fraction
    /// of the memory. An object is decoded each time that it is read, which takes some microseconds.
    pub fn compact(self) -> Self {
        Self { is_compact: true, ..self }
    }

    /// Runs the store in this runtime, instead of in that of its first use.
    pub fn runtime(self, runtime: runtime::Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// Builds the store. It starts with its first use.
    pub fn build(self) -> Store<T> {
        let drops_managed_fields = !self.keeps_managed_fields;
        let keeper: Box<dyn Keeper<T>> = if self.is_compact {
            Box::new(Compact { drops_managed_fields, of: PhantomData })
        } else {
            Box::new(Whole { drops_managed_fields, of: PhantomData })
        };
        Store::new(Shared::new(keeper, self.sources), self.runtime)
    }

    /// Builds a store that keeps only what a function makes of each object. Namespaces, labels and owners are indexed
    /// all the same. What is kept is decoded, whether or not it is to be [compact](Self::compact).
    pub fn project<P>(self, project: impl Fn(&T) -> P + Send + Sync + 'static) -> Store<P>
    where
        P: Send + Sync + 'static,
    {
        let drops_managed_fields = !self.keeps_managed_fields;
        let keeper = Projected { drops_managed_fields, project, of: PhantomData };
        Store::new(Shared::new(Box::new(keeper), self.sources), self.runtime)
    }
}

impl<T: WatchItem + Sync> Default for StoreBuilder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for StoreBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.sources.iter().map(|(name, _)| name).collect();
        f.debug_struct("StoreBuilder").field("sources", &names).finish_non_exhaustive()
    }
}
