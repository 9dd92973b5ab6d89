//! Which rows are shown.

/// Words that a row must have, in lower case. Those after `!` it must not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Filter {
    pub(crate) fn new(text: &str) -> Self {
        let mut filter = Self::default();
        for word in text.split_whitespace() {
            match word.strip_prefix('!') {
                Some("") => {}
                Some(word) => filter.unwanted.push(word.to_lowercase()),
                None => filter.wanted.push(word.to_lowercase()),
            }
        }
        filter
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Returns whether a row with these texts is shown.
    pub(crate) fn matches<'a>(&self, texts: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
        let has = |word: &String| texts.clone().any(|text| contains(text, word));
        self.wanted.iter().all(has) && !self.unwanted.iter().any(has)
    }
}

/// Whether a text contains a word in lower case.
fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        let (text, word) = (text.as_bytes(), word.as_bytes());
        text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
    } else {
        text.to_lowercase().contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_match_and_none_after_an_exclamation_mark() {
        let row = ["shop", "web-1", "Running"];
        for (text, matches) in [
            ("", true),
            ("  ", true),
            ("!", true),
            ("web", true),
            ("WEB run", true),
            ("web api", false),
            ("shop !pending", true),
            ("shop !running", false),
        ] {
            assert_eq!(Filter::new(text).matches(&row.into_iter()), matches, "{text:?}");
        }
        assert!(Filter::new("é").matches(&["CAFÉ"].into_iter()));
        assert!(Filter::new(" ! ").is_empty());
    }
}
