//! An object as YAML, with what changed as in a unified diff: for `watch --diff=full`.

use similar::{ChangeTag, TextDiff};
use watchables::Diff;

use crate::yaml;

/// A line of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) part: Part,
    /// Without the line break.
    pub(crate) text: String,
}

/// Which of the two objects have a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Both,
    Old,
    New,
}

/// Returns the lines of both objects, without what a diff leaves out. Values of Secrets are hashes.
pub(crate) fn lines(diff: &Diff) -> Vec<Line> {
    let (before, after) = diff.shown_objects();
    let (before, after) = (yaml::to_string(before), yaml::to_string(after));
    let lines = TextDiff::from_lines(&before, &after);
    let lines = lines.iter_all_changes().map(|change| Line {
        part: match change.tag() {
            ChangeTag::Equal => Part::Both,
            ChangeTag::Delete => Part::Old,
            ChangeTag::Insert => Part::New,
        },
        text: change.value().trim_end_matches('\n').to_owned(),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_lines_are_there_and_changed_ones_twice() {
        let object = |version: &str, image: &str| {
            json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "resourceVersion": version},
                "spec": {"containers": [{"image": image, "name": "main"}]},
            })
        };
        let diff = Diff::between(&object("1", "x:1"), &object("2", "x:2")).unwrap();
        let lines: Vec<_> = lines(&diff);
        let of = |part| lines.iter().filter(move |line| line.part == part);
        let texts =
            |part| of(part).map(|line| line.text.trim_matches([' ', '-'])).collect::<Vec<_>>();
        assert_eq!(texts(Part::Old), ["image: x:1"]);
        assert_eq!(texts(Part::New), ["image: x:2"]);
        assert!(texts(Part::Both).contains(&"name: a") && texts(Part::Both).contains(&"kind: Pod"));
        assert!(!texts(Part::Both).concat().contains("resourceVersion"));
    }
}
