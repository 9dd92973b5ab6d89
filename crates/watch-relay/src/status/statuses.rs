//! The statuses of the instances that there are, and what those counted that are gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Counts, InstanceStatus, InstanceSummary, Labels, Totals};

/// The statuses of the instances that there are, in the order in which they began first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statuses(Arc<Mutex<All>>);

#[derive(Debug, Default)]
struct All {
    instances: Vec<Named>,
    /// What is configured, with what instances counted that are gone: those of shards that other replicas have now.
    pipelines: Vec<(Labels, Counts)>,
}

#[derive(Debug)]
struct Named {
    name: Arc<str>,
    labels: Labels,
    status: Arc<InstanceStatus>,
}

impl Statuses {
    /// Says what is configured, in this order.
    pub(crate) fn configure(&self, pipelines: impl Iterator<Item = Labels>) {
        let mut all = self.lock();
        let mut before = std::mem::take(&mut all.pipelines);
        for labels in pipelines {
            let known = before.iter_mut().find(|(known, _)| known.are_of(&labels));
            let counts = known.map(|(_, counts)| std::mem::take(counts)).unwrap_or_default();
            for instance in all.instances.iter_mut().filter(|named| named.labels.are_of(&labels)) {
                instance.labels = labels.clone();
            }
            all.pipelines.push((labels, counts));
        }
    }

    /// Returns the status of an instance, a new one if there is none.
    pub(crate) fn of(&self, name: &Arc<str>, labels: Labels) -> Arc<InstanceStatus> {
        let mut all = self.lock();
        if let Some(named) = all.instances.iter().find(|named| named.name == *name) {
            return Arc::clone(&named.status);
        }
        let status = Arc::default();
        let name = Arc::clone(name);
        all.instances.push(Named { name, labels, status: Arc::clone(&status) });
        status
    }

    /// Another replica has this instance now, or it is not configured any more.
    pub(crate) fn remove(&self, name: &str) {
        let mut all = self.lock();
        let Some(at) = all.instances.iter().position(|named| *named.name == *name) else { return };
        let gone = all.instances.remove(at);
        let of_it = all.pipelines.iter_mut().find(|(labels, _)| labels.are_of(&gone.labels));
        if let Some((_, counts)) = of_it {
            counts.add(&gone.status.counts());
        }
    }

    pub(crate) fn summaries(&self) -> Vec<InstanceSummary> {
        let all = self.lock();
        all.instances.iter().map(|named| named.status.summary(&named.name)).collect()
    }

    /// Returns the totals of each pipeline and cluster.
    pub(crate) fn totals(&self) -> Vec<Totals> {
        let all = self.lock();
        let totals = all.pipelines.iter().map(|(labels, gone)| {
            let mut totals = Totals::new(labels.clone(), gone.clone());
            let of_it = all.instances.iter().filter(|named| named.labels.are_of(labels));
            for named in of_it {
                let status = &named.status;
                totals.add(&status.counts(), status.summary(&named.name), status.oldest());
            }
            totals
        });
        totals.collect()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pipeline: &str) -> Labels {
        Labels { pipeline: pipeline.into(), cluster: None, sink: "file" }
    }

    #[test]
    fn what_instances_counted_stays_until_the_pipeline_is_removed() {
        let statuses = Statuses::default();
        statuses.configure([labels("a"), labels("b")].into_iter());
        for shard in ["a/0", "a/1"] {
            statuses.of(&shard.into(), labels("a")).failed("a fault");
        }
        let retries =
            || -> Vec<_> { statuses.totals().iter().map(|totals| totals.counts.retries).collect() };
        assert_eq!(retries(), [2, 0]);
        statuses.remove("a/0");
        assert_eq!(retries(), [2, 0]);
        statuses.configure([labels("b"), labels("a")].into_iter());
        assert_eq!(retries(), [0, 2]);
        statuses.configure([labels("b")].into_iter());
        statuses.remove("a/1");
        statuses.configure([labels("a")].into_iter());
        assert_eq!(retries(), [0]);
    }
}
