//! Whether a pipeline goes on from the checkpoint that it had with other settings.

use super::PipelineConfig;

/// Returns what of the new settings does not go on from the checkpoint, if anything: a checkpoint belongs to its
/// selectors. Other namespaces and resources have checkpoints of their own.
pub(crate) fn fault(before: &PipelineConfig, after: &PipelineConfig) -> Option<String> {
    let before = watches(before);
    let changed = watches(after).into_iter().find(|watch| {
        let same = before.iter().find(|other| other.is_like(watch));
        same.is_some_and(|same| same.selectors != watch.selectors)
    });
    changed.map(|watch| {
        let place = watch.namespace.map(|name| format!(" in the namespace {name}"));
        format!(
            "pipeline {:?}: the selectors of {}{} are not those of its checkpoint; give the pipeline another name, with \
             which everything is relayed again",
            after.name,
            watch.resource,
            place.unwrap_or_default()
        )
    })
}

struct Watch<'a> {
    resource: &'a str,
    namespace: Option<&'a str>,
    /// How many of the same resource and namespace are before it.
    number: usize,
    selectors: [Option<&'a str>; 2],
}

impl Watch<'_> {
    fn is_like(&self, other: &Self) -> bool {
        (self.resource, self.namespace, self.number)
            == (other.resource, other.namespace, other.number)
    }
}

fn watches(pipeline: &PipelineConfig) -> Vec<Watch<'_>> {
    let mut found: Vec<Watch<'_>> = Vec::new();
    for watch in &pipeline.watch {
        let selectors = [watch.labels.as_deref(), watch.fields.as_deref()];
        for resource in watch.resources.iter().map(|name| name.trim()) {
            let mut namespaces: Vec<_> =
                watch.namespaces.iter().map(|name| Some(name.as_str())).collect();
            if namespaces.is_empty() {
                namespaces.push(None);
            }
            for namespace in namespaces {
                let alike =
                    |other: &&Watch<'_>| (other.resource, other.namespace) == (resource, namespace);
                let number = found.iter().filter(alike).count();
                found.push(Watch { resource, namespace, number, selectors });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn pipeline(watch: &str) -> PipelineConfig {
        let text = format!(
            "checkpoints: c\npipelines: [{{name: a, watch: {watch}, to: {{stdout: {{}}}}}}]\n"
        );
        Config::parse(&text).unwrap().pipelines.remove(0)
    }

    #[test]
    fn only_other_selectors_of_the_same_need_another_name() {
        let before = pipeline("[{resources: [pods, nodes], namespaces: [a, b], labels: x=y}]");
        for (after, part) in [
            ("[{resources: [pods], namespaces: [a, c], labels: x=y}, {resources: [events]}]", None),
            ("[{resources: [pods], namespaces: [c], labels: z=y}]", None),
            ("[{resources: [pods], namespaces: [a]}]", Some("pods in the namespace a")),
            (
                "[{resources: [nodes], namespaces: [b], labels: x=y, fields: metadata.name=a}]",
                Some("nodes in the namespace b"),
            ),
        ] {
            let fault = fault(&before, &pipeline(after));
            assert_eq!(fault.is_some(), part.is_some(), "{after}");
            assert!(fault.unwrap_or_default().contains(part.unwrap_or_default()), "{after}");
        }
    }
}
