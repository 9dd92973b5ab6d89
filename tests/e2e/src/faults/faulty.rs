//! The faults.

use super::writer::Kind;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Connections are cut after random numbers of bytes, while events come.
    Cuts,
    /// The same from the start: the first state comes in pieces.
    CutsAtStart,
    /// Nothing comes for a while, and then all of it.
    Stall,
    /// The connection looks alive, and nothing comes over it ever again.
    Dead,
    /// Connections are refused for a while.
    Refused,
    /// The server is killed and started again while the watcher is cut off, and things happen meanwhile.
    Restart(Kind),
    /// The server is killed while the watcher watches.
    Kill,
    /// etcd forgets its history while the watcher is cut off, and things were deleted.
    Compaction,
    /// Both: a new server on a compacted etcd.
    RestartAndCompaction(Kind),
    /// etcd is killed and started again.
    Etcd,
    /// Another API server takes over.
    Failover,
}

impl Fault {
    /// Each, as often as it is tried.
    pub(super) fn all() -> Vec<Self> {
        use Fault::{
            Compaction, Cuts, CutsAtStart, Dead, Etcd, Failover, Kill, Refused, Restart,
            RestartAndCompaction, Stall,
        };
        let counted = [
            (Cuts, 8),
            (CutsAtStart, 4),
            (Stall, 2),
            (Dead, 2),
            (Refused, 3),
            (Compaction, 3),
            (Restart(Kind::ConfigMap), 2),
            (Restart(Kind::Event), 1),
            (Kill, 2),
            (RestartAndCompaction(Kind::ConfigMap), 2),
            (RestartAndCompaction(Kind::Event), 1),
            (Etcd, 1),
            (Failover, 2),
        ];
        counted.into_iter().flat_map(|(fault, times)| std::iter::repeat_n(fault, times)).collect()
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cuts => "cut at random bytes",
            Self::CutsAtStart => "cut at random bytes while the first state comes",
            Self::Stall => "a stall that goes on",
            Self::Dead => "a connection that is dead and looks alive",
            Self::Refused => "refused for a while",
            Self::Restart(_) => "kube-apiserver restarted while the watcher was cut off",
            Self::Kill => "kube-apiserver killed under the watcher",
            Self::Compaction => "etcd compacted while the watcher was cut off",
            Self::RestartAndCompaction(_) => "kube-apiserver restarted and etcd compacted",
            Self::Etcd => "etcd killed and restarted",
            Self::Failover => "another kube-apiserver takes over",
        }
    }

    /// Whether it strikes the server, and so all that use it.
    pub(super) fn is_of_server(self) -> bool {
        !matches!(self, Self::Cuts | Self::CutsAtStart | Self::Stall | Self::Dead | Self::Refused)
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            // Events have no watch cache: their watches need etcd's history.
            Self::Compaction => Kind::Event,
            Self::Restart(kind) | Self::RestartAndCompaction(kind) => kind,
            _ => Kind::ConfigMap,
        }
    }

    /// Whether the history that the watcher needs is gone for sure.
    pub(super) fn makes_a_gap(self) -> bool {
        matches!(
            self,
            Self::Compaction | Self::RestartAndCompaction(_) | Self::Restart(Kind::ConfigMap)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fewer, and some were lost.
    #[test]
    fn there_are_two_dozen_faults_at_least() {
        assert!(Fault::all().len() >= 24);
    }
}
