//! Writes texts in a style, and knows how wide the line is.

use std::fmt::Write as _;

use super::style::{Style, is_break, is_printable};

/// Behind this column, a text goes on in the next line at the next single space.
const WIDTH: usize = 80;

#[derive(Default)]
pub(super) struct Writer {
    text: String,
    /// In characters.
    column: usize,
}

impl Writer {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn put(&mut self, c: char) {
        self.text.push(c);
        self.column = if is_break(c) { 0 } else { self.column + 1 };
    }

    pub(super) fn put_all(&mut self, text: &str) {
        text.chars().for_each(|c| self.put(c));
    }

    /// Writes spaces up to a column, unless it is reached.
    pub(super) fn pad_to(&mut self, column: usize) {
        while self.column < column {
            self.put(' ');
        }
    }

    /// Ends a line in which there is something.
    pub(super) fn end_line(&mut self) {
        if self.column > 0 {
            self.put('\n');
        }
    }

    /// Writes the name of a member, which has no line breaks.
    pub(super) fn write_name(&mut self, name: &str) {
        self.write(name, Style::of(name), None);
    }

    /// Writes a text, whose further lines begin at `column`.
    pub(super) fn write_text(&mut self, text: &str, column: usize) {
        match Style::of(text) {
            Style::Literal => self.write_lines(text, column),
            style => self.write(text, style, Some(column)),
        }
    }

    /// Writes a text with or without quotes. Long ones are broken if there is a column for their further lines.
    fn write(&mut self, text: &str, style: Style, column: Option<usize>) {
        let quote = match style {
            Style::Double => "\"",
            Style::Single => "'",
            Style::Plain | Style::Literal => "",
        };
        self.put_all(quote);
        let mut last = None;
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = rest.clone().next();
            let is_inside = last.is_some_and(|last| last != ' ') && next.is_some();
            // Without double quotes, two spaces at the end of a line would be lost.
            let may_break = c == ' ' && is_inside && (style == Style::Double || next != Some(' '));
            match column.filter(|_| may_break && self.column > WIDTH) {
                Some(column) => {
                    self.put('\n');
                    self.pad_to(column);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                }
                None => self.write_char(c, style, column, last),
            }
            last = Some(c);
        }
        self.put_all(quote);
    }

    fn write_char(&mut self, c: char, style: Style, column: Option<usize>, last: Option<char>) {
        let must_escape = || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\');
        if style == Style::Double {
            return if must_escape() { self.write_escaped(c) } else { self.put(c) };
        }
        if last.is_some_and(is_break) && !is_break(c) {
            self.pad_to(column.unwrap_or_default());
        }
        match (style, c) {
            (Style::Single, '\'') => self.put_all("''"),
            _ => self.put(c),
        }
    }

    fn write_escaped(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => c,
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let mut escaped = String::new();
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(escaped, "\\x{code:02X}"),
                    code @ ..=0xffff => write!(escaped, "\\u{code:04X}"),
                    code => write!(escaped, "\\U{code:08X}"),
                };
                return self.put_all(&escaped);
            }
        };
        self.put('\\');
        self.put(short);
    }

    /// Writes a text as lines, after a mark that says how it begins and ends.
    fn write_lines(&mut self, text: &str, column: usize) {
        self.put('|');
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            // How far the lines stand behind what they are in.
            self.put('2');
        }
        let ends = text.chars().rev().take_while(|c| is_break(*c)).count();
        let has_more = text.chars().any(|c| !is_break(c));
        match ends {
            0 => self.put('-'),
            1 if has_more => {}
            _ => self.put('+'),
        }
        self.put('\n');
        for c in text.chars() {
            if !is_break(c) {
                self.pad_to(column);
            }
            self.put(c);
        }
    }
}
