//! Draws rows as pairs of bars: ours, and the peer's in full length.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::rows::Row;
use crate::error::{Failure, Result};

/// The colors of a picture.
pub(super) struct Theme {
    /// A part of the file's name.
    pub(super) name: &'static str,
    text: RGBColor,
    faint: RGBColor,
    ours: RGBColor,
    peer: RGBColor,
}

pub(super) const LIGHT: Theme = Theme {
    name: "light",
    text: RGBColor(31, 35, 40),
    faint: RGBColor(89, 99, 110),
    ours: RGBColor(26, 127, 55),
    peer: RGBColor(208, 215, 222),
};

pub(super) const DARK: Theme = Theme {
    name: "dark",
    text: RGBColor(240, 246, 252),
    faint: RGBColor(145, 152, 161),
    ours: RGBColor(63, 185, 80),
    peer: RGBColor(61, 68, 77),
};

/// Sizes in pixels.
const WIDTH: u32 = 860;
const TOP: i32 = 12;
const ROW: i32 = 46;
const BAR: i32 = 14;
/// Where labels end, and bars begin.
const LABEL: i32 = 250;
const BARS: i32 = 262;
/// The length of the peer's bars.
const FULL: f64 = 350.0;
/// The longest bar: one of ours may be longer than the peer's.
const LONGEST: f64 = 400.0;
/// Between a bar and its figure.
const GAP: i32 = 8;
const FONT: &str = "-apple-system, BlinkMacSystemFont, Segoe UI, Helvetica, Arial, sans-serif";

/// Returns the picture as SVG, without a background.
pub(super) fn svg(rows: &[Row], theme: &Theme) -> Result<String> {
    let mut text = String::new();
    let count = u32::try_from(rows.len()).expect("a few rows");
    let height = count * ROW.unsigned_abs() + 2 * TOP.unsigned_abs();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        let drawn = (0..).zip(rows).try_for_each(|(number, row)| {
            let y = TOP + number * ROW;
            let style =
                |size, color: RGBColor, anchor| (FONT, size).into_font().color(&color).pos(anchor);
            let right = Pos::new(HPos::Right, VPos::Center);
            let left = Pos::new(HPos::Left, VPos::Center);
            let middle = y + BAR;
            area.draw(&Text::new(row.label, (LABEL, middle), style(18, theme.text, right)))?;
            let part = row.ours / row.peer;
            let figure = format!("{}  ({part:.2})", amount(row.ours, &row.unit));
            let peer = format!("{}  {}", amount(row.peer, &row.unit), row.peer_name);
            for (y, part, color, figure, of_text) in [
                (y, part, theme.ours, figure, theme.text),
                (y + BAR, 1.0, theme.peer, peer, theme.faint),
            ] {
                let end = BARS + length(part);
                area.draw(&Rectangle::new([(BARS, y), (end, y + BAR - 1)], color.filled()))?;
                let at = (end + GAP, y + BAR / 2);
                area.draw(&Text::new(figure, at, style(16, of_text, left)))?;
            }
            Ok(())
        });
        drawn.and_then(|()| area.present()).map_err(|error: DrawingAreaErrorKind<_>| {
            Failure::new(format!("cannot draw the figures: {error}"))
        })?;
    }
    Ok(text)
}

#[allow(clippy::cast_possible_truncation, reason = "within the picture's width")]
fn length(part: f64) -> i32 {
    (FULL * part).clamp(1.0, LONGEST).round() as i32
}

/// Returns a figure with three digits, in thousands of its unit where it is that large.
fn amount(figure: f64, unit: &str) -> String {
    let (figure, unit) = match unit {
        "B" if figure >= 1e3 => (figure / 1e3, "KB"),
        "µs" if figure >= 1e3 => (figure / 1e3, "ms"),
        _ => (figure, unit),
    };
    let decimals = if figure >= 100.0 {
        0
    } else if figure >= 10.0 {
        1
    } else {
        2
    };
    format!("{figure:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_digits() {
        for (figure, unit, expected) in [
            (17.326, "µs", "17.3 µs"),
            (712.4, "µs", "712 µs"),
            (1_712.4, "µs", "1.71 ms"),
            (0.48, "s", "0.48 s"),
            (40_213.0, "B", "40.2 KB"),
        ] {
            assert_eq!(amount(figure, unit), expected);
        }
    }

    #[test]
    fn bars_stay_within_the_picture() {
        assert_eq!([0.0, 0.5, 1.0, 9.0].map(length), [1, 175, 350, 400]);
    }
}
