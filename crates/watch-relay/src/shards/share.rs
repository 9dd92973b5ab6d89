//! How many shards each replica is to have.

use std::cmp::Reverse;

/// Returns how many shards a replica is to have, given how many each of the replicas, of which it is one, has now.
///
/// Each has as many as every other, or one more. Those with one more are those that have the most already, so that few
/// shards move. As long as all replicas see the same, the numbers of all of them add up to that of the shards.
pub(super) fn share(shards: usize, held: &[(&str, usize)], of: &str) -> usize {
    let mut ranked = held.to_vec();
    ranked.sort_unstable_by_key(|(identity, held)| (Reverse(*held), *identity));
    let Some(rank) = ranked.iter().position(|(identity, _)| *identity == of) else { return 0 };
    shards / ranked.len() + usize::from(rank < shards % ranked.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(shards: usize, held: &[(&str, usize)]) -> Vec<usize> {
        held.iter().map(|(identity, _)| share(shards, held, identity)).collect()
    }

    #[test]
    fn shards_are_spread_evenly_and_few_move() {
        assert_eq!(shares(8, &[("a", 0)]), [8]);
        assert_eq!(shares(8, &[("a", 8), ("b", 0), ("c", 0)]), [3, 3, 2]);
        assert_eq!(shares(8, &[("a", 2), ("b", 3), ("c", 3)]), [2, 3, 3], "nothing moves");
        assert_eq!(shares(8, &[("a", 2), ("b", 3), ("c", 3), ("d", 0)]), [2, 2, 2, 2]);
        assert_eq!(shares(2, &[("a", 0), ("b", 1), ("c", 1)]), [0, 1, 1], "one has nothing to do");
        assert_eq!(share(8, &[("a", 8)], "b"), 0);
    }

    #[test]
    fn shares_add_up() {
        let mut rng = fastrand::Rng::with_seed(1);
        let names: Vec<_> = (0..20).map(|n| format!("replica-{n}")).collect();
        for _ in 0..1000 {
            let shards = rng.usize(1..100);
            let replicas = rng.usize(1..20);
            let held: Vec<_> =
                names[..replicas].iter().map(|name| (&**name, rng.usize(0..9))).collect();
            let shares = shares(shards, &held);
            assert_eq!(shares.iter().sum::<usize>(), shards);
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
    }
}
