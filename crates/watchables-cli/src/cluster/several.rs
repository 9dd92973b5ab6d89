//! Several clusters, by `--context blue,green`.

use std::sync::Arc;

use anyhow::bail;

use super::Target;
use crate::args::ClusterArgs;

/// The arguments of one of the clusters that are named.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The context, if there are several clusters.
    pub(crate) label: Option<Arc<str>>,
    pub(crate) args: ClusterArgs,
}

/// Returns the clusters that the arguments name, each once.
///
/// # Errors
///
/// If the kubeconfig cannot be read, has no such context, or a name is empty.
pub(crate) fn several(args: &ClusterArgs) -> anyhow::Result<Vec<(Named, Target)>> {
    let Some(contexts) = args.context.as_deref().filter(|context| context.contains(',')) else {
        let target = Target::find(args)?;
        return Ok(vec![(Named { label: None, args: args.clone() }, target)]);
    };
    // A context may be called so.
    if let Ok(target) = Target::find(args) {
        return Ok(vec![(Named { label: None, args: args.clone() }, target)]);
    }
    if args.server.is_some() {
        bail!("--server is one cluster, and --context {contexts:?} names several");
    }
    let mut found: Vec<(Named, Target)> = Vec::new();
    for context in contexts.split(',').map(str::trim) {
        if context.is_empty() {
            bail!("--context {contexts:?} has an empty name; write it as blue,green");
        }
        if found.iter().any(|(named, _)| named.label.as_deref() == Some(context)) {
            continue;
        }
        let args = ClusterArgs { context: Some(context.to_owned()), ..args.clone() };
        let target = Target::find(&args)?;
        found.push((Named { label: Some(context.into()), args }, target));
    }
    Ok(found)
}
