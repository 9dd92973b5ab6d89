//! What is done to whom and when, all of it chosen by the seed.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;

/// Relays that share the work, and one more that writes a file.
pub(crate) const RELAYS: usize = 4;
pub(crate) const REPLICAS: usize = 3;

/// What a relay is connected to through a proxy of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Api,
    Nats,
    Postgres,
    Webhook,
}

pub(crate) const LINKS: [Link; 4] = [Link::Api, Link::Nats, Link::Postgres, Link::Webhook];

/// How a connection is disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// Its connections are closed, once.
    Cut,
    /// They are closed, and new ones refused.
    Refuse,
    /// What the server answers is held back, and arrives afterwards.
    Stall,
    /// What the server answers over present connections is swallowed; afterwards they are closed.
    Swallow,
    /// Each new connection is closed after a random number of bytes.
    Fray,
}

/// How the web server misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    Good,
    /// It refuses with 500, and keeps nothing.
    Fails,
    /// It refuses with 429 and `Retry-After`, and keeps nothing.
    Busy,
    /// It keeps the events, and does not answer.
    Silent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL; afterwards it is started again.
    KillRelay(usize),
    /// SIGSTOP; afterwards SIGCONT.
    PauseRelay(usize),
    /// SIGTERM; afterwards it is started again.
    StopRelay(usize),
    KillApiserver,
    /// The API server runs on, and finds it again.
    KillEtcd,
    /// Compacts etcd at the present revision, besides what the API server does.
    Compact,
    KillNats,
    PauseNats,
    KillPostgres,
    PausePostgres,
    Disturb(usize, Link, Disturbance),
    /// All connections of a relay are refused.
    Isolate(usize),
    Webhook(Manners),
}

/// A fault and its time from the beginning of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    pub(crate) fault: Fault,
}

/// Chooses faults for this time. Each kind comes once before any comes again, so that a short run has the most of them too.
pub(crate) fn plan(time: Duration, gap: Duration, random: &mut Rng) -> Vec<Planned> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut deck = Vec::new();
    let mut at = Duration::from_millis(500);
    while at < time {
        if deck.is_empty() {
            deck = kinds(random);
            random.shuffle(&mut deck);
        }
        let free = |fault: &Fault| {
            !planned.iter().any(|other| other.at + other.lasts > at && other.fault.excludes(*fault))
        };
        if let Some(next) = deck.iter().position(free) {
            let fault = deck.swap_remove(next);
            let lasts = fault.duration(random).min(time.saturating_sub(at));
            planned.push(Planned { at, lasts, fault });
        }
        at += gap.mul_f32(0.3 + 1.4 * random.f32());
    }
    planned
}

fn kinds(random: &mut Rng) -> Vec<Fault> {
    let mut faults = vec![
        Fault::KillApiserver,
        Fault::KillEtcd,
        Fault::KillNats,
        Fault::KillPostgres,
        Fault::PauseNats,
        Fault::PausePostgres,
        Fault::Compact,
        Fault::KillRelay(RELAYS - 1),
        Fault::Webhook(Manners::Fails),
        Fault::Webhook(Manners::Busy),
        Fault::Webhook(Manners::Silent),
        Fault::StopRelay(random.usize(..RELAYS)),
        Fault::PauseRelay(random.usize(..RELAYS)),
        Fault::Isolate(random.usize(..REPLICAS)),
    ];
    for _ in 0..2 {
        faults.push(Fault::KillRelay(random.usize(..REPLICAS)));
    }
    faults.push(Fault::PauseRelay(random.usize(..REPLICAS)));
    for disturbance in [
        Disturbance::Cut,
        Disturbance::Refuse,
        Disturbance::Stall,
        Disturbance::Swallow,
        Disturbance::Fray,
    ] {
        for link in LINKS {
            // The one that writes a file is connected to the API server alone.
            let relays = if link == Link::Api { RELAYS } else { REPLICAS };
            if random.u8(..5) < 3 {
                faults.push(Fault::Disturb(random.usize(..relays), link, disturbance));
            }
        }
    }
    faults
}

impl Fault {
    /// How long it lasts. One in four outlasts a Lease or a backoff.
    fn duration(self, random: &mut Rng) -> Duration {
        let longest = match self {
            Self::Compact | Self::Disturb(_, _, Disturbance::Cut) => return Duration::ZERO,
            Self::KillApiserver => 4_000,
            _ if random.u8(..4) == 0 => 26_000,
            _ => 6_000,
        };
        Duration::from_millis(random.u64(200..longest))
    }

    /// Whether two faults concern the same process or connection, so that they do not overlap.
    fn excludes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Isolate(one), Self::Isolate(another) | Self::Disturb(another, ..))
            | (Self::Disturb(one, ..), Self::Isolate(another)) => one == another,
            (Self::Disturb(one, a, _), Self::Disturb(another, b, _)) => one == another && a == b,
            _ => self.process() == other.process() && self.process().is_some(),
        }
    }

    fn process(self) -> Option<String> {
        match self {
            Self::KillRelay(relay) | Self::PauseRelay(relay) | Self::StopRelay(relay) => {
                Some(format!("relay {relay}"))
            }
            // The API server starts only with etcd.
            Self::KillApiserver | Self::KillEtcd => Some("control plane".to_owned()),
            Self::KillNats | Self::PauseNats => Some("nats".to_owned()),
            Self::KillPostgres | Self::PausePostgres => Some("postgres".to_owned()),
            Self::Webhook(_) => Some("webhook".to_owned()),
            Self::Compact | Self::Disturb(..) | Self::Isolate(_) => None,
        }
    }

    /// Names the kind of the fault, for the counts.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::KillRelay(_)
            | Self::KillApiserver
            | Self::KillEtcd
            | Self::KillNats
            | Self::KillPostgres => "kills",
            Self::StopRelay(_) => "clean stops",
            Self::PauseRelay(_)
            | Self::PauseNats
            | Self::PausePostgres
            | Self::Disturb(_, _, Disturbance::Stall | Disturbance::Swallow) => "stalls",
            Self::Disturb(..) | Self::Isolate(_) => "cuts",
            Self::Webhook(_) => "refusals of the webhook",
            Self::Compact => "compactions",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::KillRelay(relay) => write!(f, "kill relay {relay}"),
            Self::PauseRelay(relay) => write!(f, "pause relay {relay}"),
            Self::StopRelay(relay) => write!(f, "stop relay {relay}"),
            Self::KillApiserver => f.write_str("kill kube-apiserver"),
            Self::KillEtcd => f.write_str("kill etcd"),
            Self::Compact => f.write_str("compact etcd"),
            Self::KillNats => f.write_str("kill nats-server"),
            Self::PauseNats => f.write_str("pause nats-server"),
            Self::KillPostgres => f.write_str("kill PostgreSQL"),
            Self::PausePostgres => f.write_str("pause PostgreSQL"),
            Self::Disturb(relay, link, disturbance) => {
                write!(f, "{disturbance:?} {link:?} of relay {relay}")
            }
            Self::Isolate(relay) => write!(f, "isolate relay {relay}"),
            Self::Webhook(manners) => write!(f, "webhook {manners:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(seed: u64) -> Vec<Planned> {
        plan(Duration::from_mins(5), Duration::from_secs(2), &mut Rng::with_seed(seed))
    }

    #[test]
    fn same_seed_is_the_same_plan_and_another_seed_another() {
        let text = |seed| format!("{:?}", planned(seed));
        assert_eq!(text(3), text(3));
        assert_ne!(text(3), text(4));
    }

    #[test]
    fn what_concerns_the_same_process_does_not_overlap() {
        let planned = planned(5);
        assert!(planned.len() > 100, "{}", planned.len());
        for (at, one) in planned.iter().enumerate() {
            for other in &planned[at + 1..] {
                let overlap = other.at < one.at + one.lasts;
                assert!(!overlap || !one.fault.excludes(other.fault), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn every_kind_comes() {
        let kinds: std::collections::BTreeSet<_> =
            planned(6).iter().map(|planned| planned.fault.kind()).collect();
        assert_eq!(kinds.len(), 6, "{kinds:?}");
    }
}
