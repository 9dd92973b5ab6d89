//! Formats figures as tables and as lines of JSON.

use std::fmt::Write as _;

use serde::Serialize;

/// The header of a Markdown table.
pub(super) const MARKDOWN_HEAD: &str = "| bench | case | ours | peer | unit | ratio | spread | target |\n|---|---|--:|--:|---|--:|---|---|\n";

/// The results of a bench.
pub(super) struct Report {
    bench: &'static str,
    /// What was measured, and how.
    heading: String,
    cases: Vec<Case>,
}

/// The figures of both sides.
#[derive(Debug, PartialEq)]
pub(super) struct Case {
    name: String,
    unit: &'static str,
    ours: f64,
    /// `None` if there is no peer.
    peer: Option<f64>,
    /// The least and the greatest ratio of a round.
    spread: Option<[f64; 2]>,
    target: Option<Target>,
}

/// An upper bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// For the ratio of our figure to the peer's.
    Ratio(f64),
    /// For our figure.
    Ours(f64),
}

#[derive(Serialize)]
struct Line<'a> {
    bench: &'a str,
    case: &'a str,
    ours: f64,
    peer: Option<f64>,
    unit: &'a str,
    ratio: Option<f64>,
    spread: Option<[f64; 2]>,
    target: Option<f64>,
    /// What the target bounds: `ratio` or `ours`.
    target_of: Option<&'a str>,
    met: Option<bool>,
}

impl Case {
    pub(super) fn new(
        name: impl Into<String>,
        unit: &'static str,
        ours: f64,
        peer: impl Into<Option<f64>>,
    ) -> Self {
        Self { name: name.into(), unit, ours, peer: peer.into(), spread: None, target: None }
    }

    /// Sets the ratios of the rounds, of which the least and the greatest are reported if there are several.
    pub(super) fn with_ratios(self, ratios: Vec<f64>) -> Self {
        let range = |range: Option<[f64; 2]>, ratio: f64| {
            let [low, high] = range.unwrap_or([ratio; 2]);
            Some([low.min(ratio), high.max(ratio)])
        };
        let spread = (ratios.len() > 1).then(|| ratios.into_iter().fold(None, range)).flatten();
        Self { spread, ..self }
    }

    pub(super) fn with_target(self, target: impl Into<Option<Target>>) -> Self {
        Self { target: target.into(), ..self }
    }

    #[cfg(test)]
    pub(super) fn target(&self) -> Option<Target> {
        self.target
    }
}

impl Report {
    pub(super) fn new(bench: &'static str, heading: String, cases: Vec<Case>) -> Self {
        Self { bench, heading, cases }
    }

    /// Returns one JSON object per line.
    pub(super) fn json(&self) -> String {
        let lines = self.cases.iter().map(|case| {
            let line = serde_json::to_string(&self.line(case));
            line.expect("numbers and texts are JSON") + "\n"
        });
        lines.collect()
    }

    pub(super) fn table(&self) -> String {
        let rows: Vec<_> = self.cases.iter().map(|case| self.row(case)).collect();
        let width = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0);
        let mut text = format!("{}\n\n", self.heading);
        let heads = ["", "ours", "peer", "unit", "ratio", "spread", "target"].map(str::to_owned);
        for [case, ours, peer, unit, ratio, spread, target] in [heads].into_iter().chain(rows) {
            let row = format!(
                "{case:width$}  {ours:>10}  {peer:>10}  {unit:<6} {ratio:>6}  {spread:<11}  {target}"
            );
            let _ = writeln!(text, "{}", row.trim_end());
        }
        text
    }

    /// Returns the rows of a Markdown table, without its header.
    pub(super) fn markdown(&self) -> String {
        let rows = self.cases.iter().map(|case| {
            let [case, ours, peer, unit, ratio, spread, target] = self.row(case);
            format!(
                "| `{}` | {case} | {ours} | {peer} | {unit} | {ratio} | {spread} | {target} |\n",
                self.bench
            )
        });
        rows.collect()
    }

    fn row(&self, case: &Case) -> [String; 7] {
        let line = self.line(case);
        let target = case.target.map_or_else(String::new, |target| {
            let met = if line.met == Some(true) { "met" } else { "missed" };
            match target {
                Target::Ratio(most) => format!("{most:.2} {met}"),
                Target::Ours(most) => format!("{most} {} {met}", case.unit),
            }
        });
        let figure = |figure: f64| format!("{figure:.2}");
        [
            case.name.clone(),
            figure(line.ours),
            line.peer.map_or_else(String::new, figure),
            case.unit.to_owned(),
            line.ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}")),
            line.spread.map_or_else(String::new, |[low, high]| format!("{low:.3}–{high:.3}")),
            target,
        ]
    }

    fn line<'a>(&'a self, case: &'a Case) -> Line<'a> {
        // Compare the rounded figures that are printed.
        let ours = rounded(case.ours);
        let ratio = case.peer.map(|peer| rounded(case.ours / peer));
        let (target, target_of, met) = match case.target {
            Some(Target::Ratio(most)) => {
                (Some(most), Some("ratio"), ratio.map(|ratio| ratio <= most))
            }
            Some(Target::Ours(most)) => (Some(most), Some("ours"), Some(ours <= most)),
            None => (None, None, None),
        };
        let peer = case.peer.map(rounded);
        Line {
            bench: self.bench,
            case: &case.name,
            ours,
            peer,
            unit: case.unit,
            ratio,
            spread: case.spread.map(|range| range.map(rounded)),
            target,
            target_of,
            met,
        }
    }
}

/// Returns the median; of an even number of figures, the mean of the middle two.
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
        let cases = vec![
            Case::new("all groups, check", "s", 2.500_04, 5.0).with_target(Target::Ratio(0.5)),
            Case::new("all groups, debug", "s", 3.0, 4.0).with_target(Target::Ratio(0.5)),
            Case::new("with \"all\"", "MB", 30.0, None).with_target(Target::Ours(16.0)),
            Case::new("events", "1/s", 30.0, 20.0).with_ratios(vec![1.6, 1.4, 1.5]),
        ];
        Report::new("compile", "CPU seconds".to_owned(), cases)
    }

    #[test]
    fn json_has_one_object_per_line() {
        assert_eq!(
            report().json(),
            concat!(
                r#"{"bench":"compile","case":"all groups, check","ours":2.5,"peer":5.0,"unit":"s","ratio":0.5,"spread":null,"target":0.5,"target_of":"ratio","met":true}"#,
                "\n",
                r#"{"bench":"compile","case":"all groups, debug","ours":3.0,"peer":4.0,"unit":"s","ratio":0.75,"spread":null,"target":0.5,"target_of":"ratio","met":false}"#,
                "\n",
                r#"{"bench":"compile","case":"with \"all\"","ours":30.0,"peer":null,"unit":"MB","ratio":null,"spread":null,"target":16.0,"target_of":"ours","met":false}"#,
                "\n",
                r#"{"bench":"compile","case":"events","ours":30.0,"peer":20.0,"unit":"1/s","ratio":1.5,"spread":[1.4,1.6],"target":null,"target_of":null,"met":null}"#,
                "\n",
            )
        );
    }

    #[test]
    fn table_shows_met_and_missed_targets() {
        assert_eq!(
            report().table(),
            "\
CPU seconds

                         ours        peer  unit    ratio  spread       target
all groups, check        2.50        5.00  s       0.500               0.50 met
all groups, debug        3.00        4.00  s       0.750               0.50 missed
with \"all\"              30.00              MB                          16 MB missed
events                  30.00       20.00  1/s     1.500  1.400–1.600
"
        );
    }

    #[test]
    fn markdown_has_one_row_per_case() {
        let rows = report().markdown();
        let rows: Vec<_> = rows.lines().collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(
            rows[0],
            "| `compile` | all groups, check | 2.50 | 5.00 | s | 0.500 |  | 0.50 met |"
        );
    }

    #[test]
    fn median_of_odd_and_even_counts() {
        for (figures, expected) in
            [(vec![3.0], 3.0), (vec![9.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 9.0], 3.0)]
        {
            assert!((median(figures) - expected).abs() < 1e-9);
        }
    }
}
