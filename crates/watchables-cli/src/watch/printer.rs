//! Prints events, and knows which is the last.

use std::ops::ControlFlow;

use anyhow::Context as _;
use watchables::{DynamicObject, Origin, WatchEvent};

use super::ending::Ending;
use super::expressions::{Expressions, Verdict};
use super::item::Item;
use super::last_states::LastStates;
use super::seen::Seen;
use super::sorted::Sorted;
use super::stats::Stats;
use super::watches::Watches;
use crate::args::WatchArgs;
use crate::differences::{Differences, Shown};
use crate::failure;
use crate::output::{self, Output};
use crate::say::say;

/// Prints events, and counts them down to the limit of `--count`.
pub(crate) struct Printer<'a> {
    output: Output,
    args: &'a WatchArgs,
    sorted: Option<Sorted>,
    expressions: Expressions,
    differences: Option<Differences>,
    /// If anything needs them.
    last_states: Option<LastStates>,
    remaining: Option<u64>,
    pub(crate) stats: Stats,
}

impl<'a> Printer<'a> {
    /// Creates it.
    ///
    /// # Errors
    ///
    /// If an expression or a path is malformed.
    pub(crate) fn new(args: &'a WatchArgs) -> anyhow::Result<Self> {
        let expressions = Expressions::new(&args.expressions)?;
        let differences = args.diff.map(|form| Differences::new(form, &args.ignore)).transpose()?;
        let needs_last_states = differences.is_some() || expressions.need_old_objects();
        Ok(Self {
            output: Output::new(args),
            args,
            sorted: args.sort_by.clone().map(Sorted::new),
            expressions,
            differences,
            last_states: needs_last_states.then(LastStates::default),
            remaining: args.count,
            stats: Stats::new(),
        })
    }

    /// Whether events are compared with what was before them.
    pub(crate) fn compares(&self) -> bool {
        self.last_states.is_some()
    }

    /// Prints an event on standard output, or an error on standard error, unless it is held back. Breaks at the last one,
    /// or if standard output is closed.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written.
    pub(crate) fn print(
        &mut self,
        item: Item,
        watches: &Watches,
    ) -> anyhow::Result<ControlFlow<Ending>> {
        match &mut self.sorted {
            Some(sorted) => match sorted.hold(item) {
                Some(item) => self.print_now(item, watches),
                None => Ok(ControlFlow::Continue(())),
            },
            None => self.print_now(item, watches),
        }
    }

    fn print_now(&mut self, item: Item, watches: &Watches) -> anyhow::Result<ControlFlow<Ending>> {
        let (event, row) = match item {
            Ok(WatchEvent { etype, obj: Seen { object: obj, row }, origin, source }) => {
                (WatchEvent { etype, obj, origin, source }, row)
            }
            Err(error) => {
                say!("{}", failure::one_line(&error));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let Some(source) = watches.sources.get(event.source.as_str()) else {
            return Ok(ControlFlow::Continue(()));
        };
        self.stats.count(&event, source);
        self.output.see(&row, source);
        let before = self.last_states.as_mut().and_then(|last| last.replace(&event));
        if !self.is_wanted(&event) {
            return Ok(ControlFlow::Continue(()));
        }
        let verdict = self.expressions.judge(&event, before.as_deref(), &source.served.singular);
        if verdict == Verdict::LeftOut {
            return Ok(ControlFlow::Continue(()));
        }
        let shown = match &self.differences {
            Some(differences) => differences.of(&event, before.as_deref()),
            None => Shown::Changes(Vec::new()),
        };
        // The last event is printed even if all that changed is left out.
        if shown == Shown::Nothing && verdict != Verdict::Last {
            return Ok(ControlFlow::Continue(()));
        }
        if check_write(self.output.write_event(&event, &row, source, &shown))?.is_break() {
            return Ok(ControlFlow::Break(Ending::Closed));
        }
        self.stats.printed += 1;
        if verdict == Verdict::Last {
            return Ok(ControlFlow::Break(Ending::Until));
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining -= 1;
            if *remaining == 0 {
                return Ok(ControlFlow::Break(Ending::Count));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes what was printed and is not held back. Breaks if standard output is closed.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written.
    pub(crate) fn flush(&mut self) -> anyhow::Result<ControlFlow<Ending>> {
        check_write(self.output.flush())
    }

    /// Writes what was printed, and what is held back.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written.
    pub(crate) fn finish(&mut self, watches: &Watches) -> anyhow::Result<ControlFlow<Ending>> {
        let ending = self.print_sorted(watches)?;
        Ok(match check_write(self.output.finish())? {
            ControlFlow::Continue(()) => ending,
            closed @ ControlFlow::Break(_) => closed,
        })
    }

    /// Returns whether lines are held back until [`release`](Self::release).
    pub(crate) fn is_holding(&self) -> bool {
        self.output.is_holding() || self.sorted.as_ref().is_some_and(Sorted::is_holding)
    }

    /// Writes what is held back, and from now on holds nothing back.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written.
    pub(crate) fn release(&mut self, watches: &Watches) -> anyhow::Result<ControlFlow<Ending>> {
        let ending = self.print_sorted(watches)?;
        self.output.release();
        Ok(match self.flush()? {
            ControlFlow::Continue(()) => ending,
            closed @ ControlFlow::Break(_) => closed,
        })
    }

    fn print_sorted(&mut self, watches: &Watches) -> anyhow::Result<ControlFlow<Ending>> {
        for item in self.sorted.as_mut().map(Sorted::release).unwrap_or_default() {
            if let ending @ ControlFlow::Break(_) = self.print_now(item, watches)? {
                return Ok(ending);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn is_wanted(&self, event: &WatchEvent<DynamicObject>) -> bool {
        let only = &self.args.only;
        (only.is_empty() || only.iter().any(|name| name.is(event.etype)))
            && !(self.args.since_now && event.origin == Origin::Initial)
    }
}

/// Breaks if standard output is closed.
fn check_write(result: std::io::Result<()>) -> anyhow::Result<ControlFlow<Ending>> {
    match result {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if output::is_broken_pipe(&error) => Ok(ControlFlow::Break(Ending::Closed)),
        Err(error) => Err(error).context("cannot write to standard output"),
    }
}
