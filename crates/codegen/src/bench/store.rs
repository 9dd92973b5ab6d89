//! `cargo xtask bench store`: a store of Pods: filled, changed, read, relisted.

use super::effort::Effort;
use super::programs::{Figures, OURS, PEER, Programs, Run};
use super::report::{Case, Target};
use crate::error::Result;

/// Each side runs once, which takes more than a minute.
pub(super) const ROUNDS: u16 = 1;
/// What the peer holds twice in a machine of 24 GB.
const PODS: u32 = 50_000;
/// The largest cluster, ours alone.
const MOST_PODS: u32 = 150_000;
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
/// A node has thirty Pods: 1 µs and 50 ns for each.
const NODE: f64 = 2_500.0;

pub(super) fn store(programs: &Programs, effort: Effort) -> Result<Vec<Case>> {
    let run = |program, variant: &str, pods: u32| -> Result<Figures> {
        let [pods, changes] = [pods, CHANGES].map(|full| effort.count(full));
        // A server of its own: it expires the versions of one client.
        let scenario = ["--objects", &pods, "--events", &changes, "--rate", RATE, "--expire"];
        let server = programs.serve(&scenario)?;
        let args = ["store", "--variant", variant, "--count", &pods, "--changes", &changes];
        eprintln!("{program} store {variant}");
        programs.run(&server, Run::new(program, &args))
    };
    let mut sides: [Figures; 4] = Default::default();
    for _ in 0..effort.rounds(ROUNDS) {
        let runs = [(OURS, ""), (PEER, ""), (OURS, "compact"), (PEER, "without managedFields")];
        for (figures, (program, variant)) in sides.iter_mut().zip(runs) {
            figures.add(run(program, variant, PODS)?);
        }
    }
    let [ours, peer, compact, dropping] = &sides;
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
        for (figure, what) in [("fill_peak", "the first state"), ("relist_peak", "a relist")] {
            let name = format!("peak during {what}, over the steady state");
            case(name, peer, figure, "×", Target::Ours(PEAK))?;
        }
        case("CPU to fill, a Pod".into(), dropping, "fill_us", "µs", ratio(CPU))?;
        case("CPU of a change".into(), dropping, "change_us", "µs", ratio(CPU))?;
        let is_compact = kind == "compact";
        let (get, node) = if is_compact { (COMPACT_GET, 30.0 * COMPACT_GET) } else { (GET, NODE) };
        case("get".into(), peer, "get_ns", "ns", Target::Ours(get))?;
        case("the thirty Pods of a node".into(), peer, "node_ns", "ns", Target::Ours(node))?;
    }
    let most = run(OURS, "compact", MOST_PODS)?.get("held_bytes")? * f64::from(MOST_PODS) / 1e6;
    let most = Case::new("compact: memory of 150,000 Pods", "MB", most, None);
    cases.push(most.with_target(Target::Ours(MOST_MB)));
    Ok(cases)
}
