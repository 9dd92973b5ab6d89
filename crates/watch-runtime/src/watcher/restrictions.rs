//! What restricts a watch.

use watchable_core::selector::ShardRange;

/// What restricts a watch to some of a resource's objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restrictions {
    /// The only namespace.
    pub namespace: Option<String>,
    /// The label selector.
    pub label_selector: Option<String>,
    /// The field selector.
    pub field_selector: Option<String>,
    /// The shard.
    pub shard: Option<ShardRange>,
}
