//! The network and server faults.

use super::writer::Kind;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Connections close after random numbers of bytes while events arrive.
    Disconnects,
    /// The same from the start: the initial list is interrupted.
    DisconnectsAtStart,
    /// The server's data is delayed for a while, then arrives.
    Stall,
    /// The connection stays open, but no more data arrives.
    HalfOpen,
    /// Connections are refused for a while.
    ConnectionRefused,
    /// The server restarts and objects change while the watcher is disconnected.
    Restart(Kind),
    /// The server is killed during a watch.
    Kill,
    /// etcd is compacted and objects are deleted while the watcher is disconnected.
    Compaction,
    /// Both: a restarted server on a compacted etcd.
    RestartAndCompaction(Kind),
    /// etcd is killed and restarted.
    Etcd,
    /// Another API server takes over.
    Failover,
}

impl Fault {
    /// Returns every fault, repeated as often as it is tried.
    pub(super) fn all() -> Vec<Self> {
        use Fault::{
            Compaction, ConnectionRefused, Disconnects, DisconnectsAtStart, Etcd, Failover,
            HalfOpen, Kill, Restart, RestartAndCompaction, Stall,
        };
        let counted = [
            (Disconnects, 8),
            (DisconnectsAtStart, 4),
            (Stall, 2),
            (HalfOpen, 2),
            (ConnectionRefused, 3),
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
            Self::Disconnects => "disconnected at random bytes",
            Self::DisconnectsAtStart => "disconnected at random bytes during the initial list",
            Self::Stall => "a stalled connection that recovers",
            Self::HalfOpen => "a half-open connection",
            Self::ConnectionRefused => "connections refused for a while",
            Self::Restart(_) => "kube-apiserver restarted while the watcher was disconnected",
            Self::Kill => "kube-apiserver killed during the watch",
            Self::Compaction => "etcd compacted while the watcher was disconnected",
            Self::RestartAndCompaction(_) => "kube-apiserver restarted and etcd compacted",
            Self::Etcd => "etcd killed and restarted",
            Self::Failover => "another kube-apiserver takes over",
        }
    }

    /// Returns whether the fault affects the server, and so all of its clients.
    pub(super) fn affects_server(self) -> bool {
        !matches!(
            self,
            Self::Disconnects
                | Self::DisconnectsAtStart
                | Self::Stall
                | Self::HalfOpen
                | Self::ConnectionRefused
        )
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            // Events have no watch cache: their watches read etcd's history.
            Self::Compaction => Kind::Event,
            Self::Restart(kind) | Self::RestartAndCompaction(kind) => kind,
            _ => Kind::ConfigMap,
        }
    }

    /// Returns whether the history that the watcher needs is certainly gone.
    pub(super) fn loses_history(self) -> bool {
        matches!(
            self,
            Self::Compaction | Self::RestartAndCompaction(_) | Self::Restart(Kind::ConfigMap)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With fewer faults than this, some were lost.
    #[test]
    fn there_are_at_least_24_faults() {
        assert!(Fault::all().len() >= 24);
    }
}
