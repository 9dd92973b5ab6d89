//! What was counted, as aligned tables.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use watchables::WatchStatus;

use super::counts::Counts;
use super::{MAX_NAMESPACES, Stats};
use crate::aligned::table;
use crate::numbers::{size, with_commas};

/// How many rows the table of namespaces has at most, and that of objects.
const MAX_ROWS: usize = 20;
const MAX_OBJECTS: usize = 10;

/// A row of a table.
type Row = Vec<String>;

/// Returns the tables, and a line above them.
pub(super) fn text(stats: &Stats, statuses: &[(String, Receiver<WatchStatus>)]) -> String {
    let elapsed = stats.start.elapsed();
    let of_watch = |number: usize| -> Counts {
        let Some(watch) = stats.watches.get(number) else { return Counts::default() };
        watch.by_namespace.values().copied().chain([watch.elsewhere]).sum()
    };
    let total: Counts = (0..stats.watches.len()).map(of_watch).sum();
    let mut text = format!(
        "\n{} events in {:.1} s, {} a second after the first state; {} printed; {}\n\n",
        with_commas(total.all()),
        elapsed.as_secs_f64(),
        rate(&total, elapsed),
        with_commas(stats.printed),
        size(total.bytes),
    );
    let mut rows = vec![heading(&["WATCH"], &["RECONNECTS", "REPAIRS"])];
    for (number, (name, status)) in statuses.iter().enumerate() {
        let status = status.borrow();
        let ends = [status.reconnects, status.repairs].map(with_commas);
        rows.push(row([name.clone()], &of_watch(number), elapsed, ends));
    }
    text.push_str(&table(&rows, 1));
    text.push('\n');
    write_namespaces(&mut text, stats, elapsed);
    write_objects(&mut text, stats);
    text
}

fn write_namespaces(text: &mut String, stats: &Stats, elapsed: Duration) {
    let mut counts = BTreeMap::<_, Vec<Counts>>::new();
    for watch in &stats.watches {
        let kind = match &watch.cluster {
            Some(cluster) => format!("{cluster} {}", watch.resource),
            None => watch.resource.clone(),
        };
        for (namespace, of) in &watch.by_namespace {
            let namespace = if namespace.is_empty() { "-" } else { namespace };
            counts.entry((kind.clone(), namespace.to_owned())).or_default().push(*of);
        }
        if watch.elsewhere.all() > 0 {
            let others = format!("(beyond {})", with_commas(MAX_NAMESPACES as u64));
            counts.entry((kind, others)).or_default().push(watch.elsewhere);
        }
    }
    let sums =
        counts.into_iter().map(|(names, counts)| (names, counts.into_iter().sum::<Counts>()));
    let mut sums: Vec<_> = sums.collect();
    sums.sort_by_key(|(_, counts)| std::cmp::Reverse((counts.live(), counts.initial)));
    if sums.is_empty() {
        return;
    }
    let mut rows = vec![heading(&["RESOURCE", "NAMESPACE"], &[])];
    for ((kind, namespace), counts) in sums.iter().take(MAX_ROWS) {
        rows.push(row([kind.clone(), namespace.clone()], counts, elapsed, []));
    }
    if let Some(rest) = sums.get(MAX_ROWS..).filter(|rest| !rest.is_empty()) {
        let sum = rest.iter().map(|(_, counts)| *counts).sum();
        let names = [format!("({} more)", with_commas(rest.len() as u64)), String::new()];
        rows.push(row(names, &sum, elapsed, []));
    }
    text.push_str(&table(&rows, 2));
    text.push('\n');
}

fn write_objects(text: &mut String, stats: &Stats) {
    let most = stats.changes.most(MAX_OBJECTS);
    if most.is_empty() {
        return;
    }
    let mut rows = vec![["RESOURCE", "NAMESPACE", "NAME", "CHANGES"].map(str::to_owned).to_vec()];
    for count in most {
        let mut parts = count.key.split('\n');
        let watch =
            parts.next().and_then(|number| stats.watches.get(number.parse::<usize>().ok()?));
        let kind = watch.map(|watch| match &watch.cluster {
            Some(cluster) => format!("{cluster} {}", watch.resource),
            None => watch.resource.clone(),
        });
        let mut name = || parts.next().filter(|name| !name.is_empty()).unwrap_or("-").to_owned();
        let changes = if count.at_least == count.at_most {
            with_commas(count.at_least)
        } else {
            format!("{}-{}", with_commas(count.at_least), with_commas(count.at_most))
        };
        rows.push(vec![kind.unwrap_or_default(), name(), name(), changes]);
    }
    text.push_str(&table(&rows, 3));
}

fn heading(names: &[&str], ends: &[&str]) -> Row {
    let counts =
        ["EVENTS", "A SECOND", "INITIAL", "ADDED", "MODIFIED", "DELETED", "REPAIRED", "SIZE"];
    names.iter().chain(&counts).chain(ends).map(|text| (*text).to_owned()).collect()
}

fn row<const N: usize, const M: usize>(
    names: [String; N],
    counts: &Counts,
    elapsed: Duration,
    ends: [String; M],
) -> Row {
    let mut row = Row::from(names);
    row.extend([with_commas(counts.all()), rate(counts, elapsed)]);
    let Counts { initial, added, modified, deleted, repaired, bytes } = *counts;
    row.extend([initial, added, modified, deleted, repaired].map(with_commas));
    row.push(size(bytes));
    row.extend(ends);
    row
}

/// Returns how many events there were a second, without those of the first state.
#[allow(clippy::cast_precision_loss, reason = "it is rounded anyway")]
fn rate(counts: &Counts, elapsed: Duration) -> String {
    // Right after the start, it would be a huge number.
    let seconds = elapsed.as_secs_f64().max(1.0);
    format!("{:.1}", counts.live() as f64 / seconds)
}
