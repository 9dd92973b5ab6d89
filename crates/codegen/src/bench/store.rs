//! `cargo xtask bench store`: a store of Pods: filled, changed, read, relisted.

use super::effort::Effort;
use super::programs::{Figures, OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// Each side runs once, which takes some minutes.
pub(super) const ROUNDS: u16 = 1;
/// The largest cluster.
const PODS: u32 = 150_000;
/// The nodes of `gauge`.
const NODES: u32 = 5_000;
/// What the peer, as it is by default, holds twice in a machine of 24 GB: it does so while it relists.
const RELISTED_PODS: u32 = 60_000;
/// Changes per second and in total, for a minute.
const RATE: &str = "1000";
const CHANGES: u32 = 60_000;

/// The targets for memory relative to the peer's default, and to the peer without managed fields.
const DECODED: [f64; 2] = [0.20, 0.40];
const COMPACT: [f64; 2] = [0.08, 0.16];
/// The target for the largest cluster in MB.
const MOST_MB: f64 = 1_000.0;
/// The target for the peak relative to the steady state.
const PEAK: f64 = 1.05;
/// The target for CPU relative to the peer.
const CPU: f64 = 0.35;
/// The targets for a look-up in ns.
const GET: f64 = 100.0;
const COMPACT_GET: f64 = 12_000.0;
/// The target for the Pods of a node in ns: at all, and for each Pod. Compact, it is that of each Pod's look-up.
const NODE: [f64; 2] = [1_000.0, 50.0];

pub(super) fn store(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let run = |program, variant: &str, pods: u32, relists: bool| -> Result<Figures> {
        let [pods, changes] = [pods, CHANGES].map(|full| effort.count(full));
        // A server of its own: it expires the versions of one client.
        let scenario = ["--objects", &pods, "--events", &changes, "--rate", RATE, "--expire"];
        let server = programs.serve(&scenario)?;
        let args = ["store", "--variant", variant, "--count", &pods, "--changes", &changes];
        let rest: &[&str] = if relists { &[] } else { &["--without-relist"] };
        eprintln!("{program} store {variant}, {pods} Pods");
        programs.run(&server, Run::new(program, &[&args, rest].concat()))
    };
    let mut sides: [Figures; 5] = Default::default();
    for _ in 0..effort.rounds(ROUNDS) {
        let runs = [
            (OURS, "", PODS, true),
            (PEER, "", PODS, false),
            (OURS, "compact", PODS, true),
            (PEER, "without managedFields", PODS, true),
            (PEER, "", RELISTED_PODS, true),
        ];
        for (figures, (program, variant, pods, relists)) in sides.iter_mut().zip(runs) {
            figures.add(run(program, variant, pods, relists)?);
        }
    }
    let [ours, peer, compact, dropping, relisting] = &sides;
    let pods = f64::from(effort.scaled(PODS));
    let per_node = pods / f64::from(NODES);
    let mut cases = Vec::new();
    let dropped = "without managedFields on both sides";
    for (figures, kind, [default, without]) in
        [(ours, "decoded", DECODED), (compact, "compact", COMPACT)]
    {
        let mut case = |name: String, peer: &Figures, figure, unit, target| -> Result<()> {
            let case = figures.beside(peer, figure, format!("{kind}: {name}"), unit)?;
            cases.push(case.with_target(target));
            Ok(())
        };
        let ratio = Target::Ratio;
        case("memory of a Pod".into(), peer, "held_bytes", "B", ratio(default))?;
        case(format!("the same, {dropped}"), dropping, "held_bytes", "B", ratio(without))?;
        for (figure, what, peer) in
            [("fill_peak", "the first state", peer), ("relist_peak", "a relist", relisting)]
        {
            let name = format!("peak during {what}, over the steady state");
            case(name, peer, figure, "×", Target::Ours(PEAK))?;
        }
        case("CPU to fill, a Pod".into(), dropping, "fill_us", "µs", ratio(CPU))?;
        case("CPU of a change".into(), dropping, "change_us", "µs", ratio(CPU))?;
        let [node, of_each] = if kind == "compact" { [0.0, COMPACT_GET] } else { NODE };
        let get = if kind == "compact" { COMPACT_GET } else { GET };
        case("get".into(), peer, "get_ns", "ns", Target::Ours(get))?;
        let node = Target::Ours(node + per_node * of_each);
        case(format!("the {per_node} Pods of a node"), peer, "node_ns", "ns", node)?;
    }
    let most = compact.get("held_bytes")? * pods / 1e6;
    let most = Case::new("compact: memory of all Pods", "MB", most, None);
    cases.push(most.with_target(Target::Ours(MOST_MB)));
    Ok(cases)
}
