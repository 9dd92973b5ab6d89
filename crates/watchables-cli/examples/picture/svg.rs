//! Draws what a terminal showed as an SVG, whose frames follow each other without a script.

use std::fmt::Write as _;

use vt100::{Cell, Color};

use super::session::Frame;

const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 12.0;
const BACKGROUND: &str = "#16181d";
const TEXT: &str = "#d6d9e0";
/// The sixteen colours of a terminal.
const COLORS: [&str; 16] = [
    "#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
    "#6b7280", "#ff7b86", "#b5e890", "#ffd68a", "#82c4ff", "#dd9bf0", "#7fd8e4", "#ffffff",
];

/// Returns the frames as an animation that takes this time, again and again.
pub(crate) fn animation(frames: &[Frame], (rows, columns): (u16, u16), seconds: f64) -> String {
    let width = f64::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for (at, frame) in frames.iter().enumerate() {
        let start = if at == 0 { 0.0 } else { frame.since.as_secs_f64() / seconds };
        let end = frames.get(at + 1).map_or(1.0, |next| next.since.as_secs_f64() / seconds);
        // The last one is what is seen where nothing moves.
        let shown = if at + 1 == frames.len() { "visible" } else { "hidden" };
        let _ = writeln!(svg, "<g visibility=\"{shown}\">");
        if frames.len() > 1 {
            let (times, values) = if at == 0 {
                (format!("0;{end:.4}"), "visible;hidden")
            } else {
                (format!("0;{start:.4};{end:.4}"), "hidden;visible;hidden")
            };
            let _ = writeln!(
                svg,
                "<animate attributeName=\"visibility\" dur=\"{seconds}s\" repeatCount=\"indefinite\" \
                 calcMode=\"discrete\" keyTimes=\"{times}\" values=\"{values}\"/>"
            );
        }
        for row in 0..rows {
            draw_row(&mut svg, frame, row, columns);
        }
        svg.push_str("</g>\n");
    }
    svg + "</svg>\n"
}

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    text: String,
    background: Option<String>,
    is_bold: bool,
    is_dim: bool,
}

fn draw_row(svg: &mut String, frame: &Frame, row: u16, columns: u16) {
    let mut column = 0;
    while column < columns {
        let Some(cell) = frame.screen.cell(row, column) else { break };
        let look = Look::of(cell);
        let first = column;
        let mut text = String::new();
        while let Some(cell) = frame.screen.cell(row, column).filter(|cell| Look::of(cell) == look)
        {
            text.push_str(if cell.has_contents() { cell.contents() } else { " " });
            column += 1;
            if column == columns {
                break;
            }
        }
        look.draw(svg, row, first, column, &text);
    }
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (text, background) = (color(cell.fgcolor()), color(cell.bgcolor()));
        let (text, background) = if cell.inverse() {
            (
                Some(background.unwrap_or(BACKGROUND.to_owned())),
                Some(text.unwrap_or(TEXT.to_owned())),
            )
        } else {
            (text, background)
        };
        Self {
            text: text.unwrap_or(TEXT.to_owned()),
            background,
            is_bold: cell.bold(),
            is_dim: cell.dim(),
        }
    }

    fn draw(&self, svg: &mut String, row: u16, first: u16, end: u16, text: &str) {
        let x = MARGIN + f64::from(first) * WIDTH;
        let y = MARGIN + f64::from(row) * HEIGHT;
        let width = f64::from(end - first) * WIDTH;
        if let Some(background) = &self.background {
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{background}\"/>"
            );
        }
        if text.trim().is_empty() {
            return;
        }
        let bold = if self.is_bold { " font-weight=\"bold\"" } else { "" };
        let dim = if self.is_dim { " opacity=\"0.6\"" } else { "" };
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\" textLength=\"{width:.1}\" xml:space=\"preserve\"{bold}{dim}>{text}</text>",
            y + 13.5,
            self.text
        );
    }
}

fn color(color: Color) -> Option<String> {
    match color {
        Color::Default => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Idx(number @ 0..=15) => Some(COLORS[usize::from(number)].to_owned()),
        Color::Idx(number @ 16..=231) => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let number = number - 16;
            let [red, green, blue] = [number / 36, number / 6 % 6, number % 6].map(level);
            Some(format!("#{red:02x}{green:02x}{blue:02x}"))
        }
        Color::Idx(number) => {
            let level = 8 + (number - 232) * 10;
            Some(format!("#{level:02x}{level:02x}{level:02x}"))
        }
    }
}
