//! The figures, as a table to read and as lines of JSON to keep.

use std::fmt::Write as _;

use serde::Serialize;

/// What a bench found.
pub(super) struct Report {
    bench: &'static str,
    unit: &'static str,
    /// How it was measured, and what.
    heading: String,
    cases: Vec<Case>,
}

/// What ours takes, and the peer.
#[derive(Debug, PartialEq)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) ours: f64,
    pub(super) peer: f64,
    /// The greatest part of the peer's figure that ours is to take, where there is an aim.
    pub(super) target: Option<f64>,
}

#[derive(Serialize)]
struct Line<'a> {
    bench: &'a str,
    case: &'a str,
    ours: f64,
    peer: f64,
    unit: &'a str,
    ratio: f64,
    target: Option<f64>,
    met: Option<bool>,
}

impl Report {
    pub(super) fn new(
        bench: &'static str,
        unit: &'static str,
        heading: String,
        cases: Vec<Case>,
    ) -> Self {
        Self { bench, unit, heading, cases }
    }

    /// One object a line.
    pub(super) fn json(&self) -> String {
        let lines = self.cases.iter().map(|case| {
            let line = serde_json::to_string(&self.line(case));
            line.expect("numbers and texts are JSON") + "\n"
        });
        lines.collect()
    }

    pub(super) fn table(&self) -> String {
        let width = self.cases.iter().map(|case| case.name.chars().count()).max().unwrap_or(0);
        let mut text = format!("{}\n\n", self.heading);
        let mut row = |case: &str, [ours, peer, ratio, target]: [&str; 4]| {
            let row = format!("{case:width$}  {ours:>8}  {peer:>8}  {ratio:>6}  {target}");
            let _ = writeln!(text, "{}", row.trim_end());
        };
        row(
            "",
            [&format!("ours, {}", self.unit), &format!("peer, {}", self.unit), "ratio", "target"],
        );
        for case in &self.cases {
            let line = self.line(case);
            let target = match (line.target, line.met) {
                (Some(target), Some(true)) => format!("{target:.2} met"),
                (Some(target), _) => format!("{target:.2} missed"),
                (None, _) => String::new(),
            };
            let [ours, peer] = [line.ours, line.peer].map(|figure| format!("{figure:.2}"));
            row(&case.name, [&ours, &peer, &format!("{:.3}", line.ratio), &target]);
        }
        text
    }

    fn line<'a>(&'a self, case: &'a Case) -> Line<'a> {
        // What is printed is what is judged.
        let ratio = rounded(case.ours / case.peer);
        Line {
            bench: self.bench,
            case: &case.name,
            ours: rounded(case.ours),
            peer: rounded(case.peer),
            unit: self.unit,
            ratio,
            target: case.target,
            met: case.target.map(|target| ratio <= target),
        }
    }
}

/// The middle one; of an even number, the mean of the two in the middle.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let [low, high] = [(figures.len() - 1) / 2, figures.len() / 2].map(|at| figures[at]);
    f64::midpoint(low, high)
}

fn rounded(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let case =
            |name: &str, ours, peer, target| Case { name: name.to_owned(), ours, peer, target };
        let cases = vec![
            case("all groups, check", 2.500_04, 5.0, Some(0.5)),
            case("all groups, debug", 3.0, 4.0, Some(0.5)),
            case("with \"all\"", 30.0, 20.0, None),
        ];
        Report::new("compile", "s", "CPU seconds".to_owned(), cases)
    }

    #[test]
    fn json_has_an_object_a_line() {
        assert_eq!(
            report().json(),
            concat!(
                r#"{"bench":"compile","case":"all groups, check","ours":2.5,"peer":5.0,"unit":"s","ratio":0.5,"target":0.5,"met":true}"#,
                "\n",
                r#"{"bench":"compile","case":"all groups, debug","ours":3.0,"peer":4.0,"unit":"s","ratio":0.75,"target":0.5,"met":false}"#,
                "\n",
                r#"{"bench":"compile","case":"with \"all\"","ours":30.0,"peer":20.0,"unit":"s","ratio":1.5,"target":null,"met":null}"#,
                "\n",
            )
        );
    }

    #[test]
    fn the_table_says_what_is_met() {
        assert_eq!(
            report().table(),
            "\
CPU seconds

                    ours, s   peer, s   ratio  target
all groups, check      2.50      5.00   0.500  0.50 met
all groups, debug      3.00      4.00   0.750  0.50 missed
with \"all\"            30.00     20.00   1.500
"
        );
    }

    #[test]
    fn medians() {
        for (figures, expected) in
            [(vec![3.0], 3.0), (vec![9.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 9.0], 3.0)]
        {
            assert!((median(figures) - expected).abs() < 1e-9);
        }
    }
}
