//! The matcher of a fault: by path, by verb, by count and by chance.

use serde::{Deserialize, Serialize};

use super::verb::Verb;
use crate::support::random::Random;

/// The requests that a fault hits; by default all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RequestMatcher {
    /// The complete path, or a prefix that ends in `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verb: Option<Verb>,
    /// The number of the first request to be hit, counted from 1 among those that match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nth: Option<u64>,
    /// The greatest number of hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    /// The probability of a hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chance: Option<f64>,
    pub(super) seed: u64,
}

impl RequestMatcher {
    pub(super) fn matches(&self, path: &str, verb: Option<Verb>) -> bool {
        let path_matches =
            self.path.as_deref().is_none_or(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => path.starts_with(prefix),
                None => path == pattern,
            });
        path_matches && (self.verb.is_none() || self.verb == verb)
    }

    /// Returns whether the `matched`th request that matches is hit, after `hits` earlier ones.
    pub(super) fn is_hit(&self, matched: u64, hits: u64, random: &mut Random) -> bool {
        // `nth` by itself is a single request.
        let times = self.times.unwrap_or(match (self.nth, self.chance) {
            (Some(_), None) => 1,
            _ => u64::MAX,
        });
        if matched < self.nth.unwrap_or(1) || hits >= times {
            return false;
        }
        self.chance.is_none_or(|chance| random.fraction() < chance)
    }

    /// Validates a matcher that came over HTTP.
    ///
    /// # Errors
    ///
    /// A parameter is out of range.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.chance, self.nth) {
            (Some(chance), _) if !(0.0..=1.0).contains(&chance) => {
                Err(format!("chance is {chance}, not between 0 and 1"))
            }
            (_, Some(0)) => Err("nth is 0; requests are counted from 1".to_owned()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nth_times_and_chance_select_requests() {
        let mut random = Random::seeded(1);
        let mut hits = |matcher: &RequestMatcher| {
            let mut hits = Vec::new();
            for matched in 1..=6 {
                let before = u64::try_from(hits.len()).unwrap();
                if matcher.is_hit(matched, before, &mut random) {
                    hits.push(matched);
                }
            }
            hits
        };
        assert_eq!(hits(&RequestMatcher::default()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(hits(&RequestMatcher { nth: Some(3), ..RequestMatcher::default() }), [3]);
        assert_eq!(
            hits(&RequestMatcher { nth: Some(2), times: Some(3), ..RequestMatcher::default() }),
            [2, 3, 4]
        );
        assert_eq!(
            hits(&RequestMatcher { chance: Some(0.0), ..RequestMatcher::default() }),
            [0_u64; 0]
        );
        assert_eq!(
            hits(&RequestMatcher { chance: Some(1.0), nth: Some(5), ..RequestMatcher::default() }),
            [5, 6]
        );
    }

    #[test]
    fn path_matches_exactly_or_by_prefix() {
        let matcher = |path: &str| RequestMatcher {
            path: Some(path.to_owned()),
            ..RequestMatcher::default()
        };
        assert!(matcher("/api/v1/pods").matches("/api/v1/pods", None));
        assert!(!matcher("/api/v1/pods").matches("/api/v1/pods/a", None));
        assert!(matcher("/api/*").matches("/api/v1/pods/a", None));
    }
}
