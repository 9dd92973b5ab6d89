//! Lines of cells, aligned in columns as kubectl aligns them: all at once, or while more lines may follow.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::Style;

use crate::args::ColorChoice;
use crate::output::Styles;

/// Between columns, and the least width of one with it: as in kubectl's tables.
const GAP: usize = 3;
const LEAST_WIDTH: usize = 6;

/// Lines that are not written yet, and how wide the columns are of those that were. Widths only grow.
#[derive(Default)]
pub(crate) struct Aligned {
    /// By what has columns of its own.
    widths: HashMap<String, Vec<usize>>,
    lines: Vec<Line>,
}

/// A text, and how it looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
    /// Whether it is aligned to the right.
    pub(crate) is_number: bool,
}

struct Line {
    group: String,
    cells: Vec<Cell>,
    /// What follows below the line, as it is.
    below: Vec<u8>,
}

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { style, ..Self::plain(text) }
    }

    fn number(text: impl Into<String>) -> Self {
        Self { is_number: true, ..Self::plain(text) }
    }
}

/// Returns rows as lines: the first cells as texts, so many, and the others as numbers.
pub(crate) fn table(rows: &[impl AsRef<[String]>], texts: usize) -> String {
    let mut aligned = Aligned::default();
    for row in rows {
        let cell = |(at, text): (usize, &String)| {
            if at < texts { Cell::plain(text) } else { Cell::number(text) }
        };
        aligned.add("", row.as_ref().iter().enumerate().map(cell).collect(), Vec::new());
    }
    let mut lines = Vec::new();
    // Writing into memory does not fail.
    let _ = aligned.write(&mut lines, Styles::new(ColorChoice::Never));
    let lines = String::from_utf8_lossy(&lines);
    lines.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

impl Aligned {
    /// Adds a line to those of a group, whose columns are as wide as the widest of their cells. What is `below` it is
    /// written as it is.
    pub(crate) fn add(&mut self, group: &str, cells: Vec<Cell>, below: Vec<u8>) {
        let widths = self.widths.entry(group.to_owned()).or_default();
        widths.resize(widths.len().max(cells.len()), LEAST_WIDTH);
        for (width, cell) in widths.iter_mut().zip(&cells) {
            *width = (*width).max(width_of(&cell.text) + GAP);
        }
        self.lines.push(Line { group: group.to_owned(), cells, below });
    }

    /// Returns the number of lines that are not written.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Makes the columns of a group as wide as those of its next lines.
    pub(crate) fn forget_widths(&mut self, group: &str) {
        self.widths.remove(group);
    }

    /// Writes the lines.
    pub(crate) fn write(&mut self, out: &mut impl Write, styles: Styles) -> io::Result<()> {
        for Line { group, cells, below } in self.lines.drain(..) {
            let widths = self.widths.get(&group).map(Vec::as_slice).unwrap_or_default();
            let last = cells.len().saturating_sub(1);
            for (at, cell) in cells.iter().enumerate() {
                let width = widths.get(at).copied().unwrap_or_default();
                let blanks = width.saturating_sub(GAP + width_of(&cell.text));
                let (before, after) = if cell.is_number { (blanks, 0) } else { (0, blanks) };
                let text = styles.styled(&cell.text, cell.style);
                write!(out, "{:before$}{text}", "")?;
                if at < last {
                    write!(out, "{:1$}", "", after + GAP)?;
                }
            }
            writeln!(out)?;
            out.write_all(&below)?;
        }
        Ok(())
    }
}

fn width_of(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(aligned: &mut Aligned) -> String {
        let mut out = Vec::new();
        aligned.write(&mut out, Styles::new(ColorChoice::Never)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_as_wide_as_the_widest_cell_so_far() {
        let mut aligned = Aligned::default();
        let add = |aligned: &mut Aligned, group, texts: &[&str], below: &[u8]| {
            let cells = texts.iter().copied().map(Cell::plain).collect();
            aligned.add(group, cells, below.to_vec());
        };
        add(&mut aligned, "a", &["NAME", "READY", "AGE"], b"");
        add(&mut aligned, "a", &["web-1", "1/1", "5s"], b"    x\n");
        add(&mut aligned, "b", &["N", "X"], b"");
        assert_eq!(
            written(&mut aligned),
            "NAME    READY   AGE\nweb-1   1/1     5s\n    x\nN     X\n"
        );
        add(&mut aligned, "a", &["w", "", ""], b"");
        add(&mut aligned, "a", &["web-22", "", "7s"], b"");
        assert_eq!(written(&mut aligned), "w                \nweb-22           7s\n");
        aligned.forget_widths("a");
        add(&mut aligned, "a", &["w", "x"], b"");
        assert_eq!(written(&mut aligned), "w     x\n");
    }

    #[test]
    fn numbers_are_aligned_to_the_right() {
        let row = |texts: [&str; 3]| texts.map(str::to_owned);
        let rows = [
            row(["NAME", "EVENTS", "SIZE"]),
            row(["web-1", "7", "1,250"]),
            row(["a", "1,234", ""]),
        ];
        assert_eq!(
            table(&rows, 1),
            "NAME    EVENTS    SIZE\nweb-1        7   1,250\na        1,234\n"
        );
        assert_eq!(table(&rows[1..], 3), "web-1   7       1,250\na       1,234\n");
    }
}
