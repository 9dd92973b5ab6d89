//! Converts upstream's descriptions, which follow no Markdown dialect, to Markdown that rustdoc renders
//! as intended and without warnings.
//!
//! Backticks, bullets and numbered items are kept. Indented lines become fenced `text` blocks, URLs
//! become links, and all other Markdown syntax is escaped.

use std::mem;

/// Lines with this indentation are code.
const CODE: usize = 4;

/// Returns lines of Markdown.
pub(super) fn safe(prose: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut code: Vec<String> = Vec::new();
    for line in prose.lines() {
        let line = plain(line);
        let text = line.trim_start();
        let is_code = line.len() - text.len() >= CODE && marker(text).is_none();
        if is_code && !line.contains("```") {
            code.push(line);
            continue;
        }
        // A blank line may be part of the code.
        if text.is_empty() && !code.is_empty() {
            code.push(String::new());
            continue;
        }
        flush(&mut code, &mut lines);
        lines.push(paragraph(text));
    }
    flush(&mut code, &mut lines);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.split_off(blank)
}

/// Expands tabs; removes control characters and changes of the writing direction.
fn plain(line: &str) -> String {
    let is_bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line = line.replace('\t', "    ");
    let shown = line.chars().filter(|c| !c.is_control() && !is_bidi(*c));
    shown.collect::<String>().trim_end().to_owned()
}

fn flush(code: &mut Vec<String>, lines: &mut Vec<String>) {
    let mut code = mem::take(code);
    let blanks = code.iter().rev().take_while(|line| line.is_empty()).count();
    code.truncate(code.len() - blanks);
    if !code.is_empty() {
        let indent = |line: &String| line.len() - line.trim_start().len();
        let least = code.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
        lines.push("```text".to_owned());
        lines.extend(code.iter().map(|line| line.get(least..).unwrap_or_default().to_owned()));
        lines.push("```".to_owned());
    }
    lines.extend((0..blanks).map(|_| String::new()));
}

/// Converts a line of a paragraph or list.
fn paragraph(text: &str) -> String {
    if !text.is_empty() && text.chars().all(|c| "-=+*_ ".contains(c)) {
        // It would turn the previous line into a heading, or become a rule.
        return text
            .chars()
            .map(|c| if c == ' ' { " ".to_owned() } else { format!("\\{c}") })
            .collect();
    }
    let (marker, rest) = marker(text).map_or(("", text), |length| text.split_at(length));
    // More spaces would start an indented code block.
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let spans: Vec<&str> = rest.split('`').collect();
    let spans_of_code = spans.len() % 2 == 1 && !rest.contains("``");
    let text: Vec<String> = spans
        .iter()
        .enumerate()
        .map(
            |(i, span)| if spans_of_code && i % 2 == 1 { (*span).to_owned() } else { linked(span) },
        )
        .collect();
    let space = if marker.is_empty() { "" } else { " " };
    format!("{marker}{space}{}", text.join(if spans_of_code { "`" } else { "\\`" }))
}

/// Returns the length of a list item's bullet or number.
fn marker(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = match text.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        // Markdown allows at most nine digits.
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        _ => return None,
    };
    let rest = &text[length..];
    (rest.starts_with(' ') && !rest.trim().is_empty()).then_some(length)
}

/// Turns URLs into links and escapes the rest.
fn linked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) =
        ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min()
    {
        let (before, url) = rest.split_at(start);
        let end = url.find(|c: char| c.is_whitespace() || "<>[]\"'|\\^{}".contains(c));
        let url = url[..end.unwrap_or(url.len())]
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*']);
        out.extend([&escaped(before), "<", url, ">"]);
        rest = &rest[start + url.len()..];
    }
    out + &escaped(rest)
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // Two hyphens would become a dash.
        let special = "\\`*_[]<>#|~&".contains(c) || (c == '-' && out.ends_with('-'));
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[track_caller]
    fn becomes(prose: &str, lines: &[&str]) {
        assert_eq!(safe(prose), lines, "{prose}");
    }

    #[test]
    fn markdown_syntax_is_escaped() {
        becomes(
            "a <b> [c] *d* e_f #g | h & ~i~ \\j",
            &["a \\<b\\> \\[c\\] \\*d\\* e\\_f \\#g \\| h \\& \\~i\\~ \\\\j"],
        );
        becomes("# no heading\n> no quote", &["\\# no heading", "\\> no quote"]);
        becomes("use --flag", &["use -\\-flag"]);
        becomes("text\n---", &["text", "\\-\\-\\-"]);
        becomes("text\n= =", &["text", "\\= \\="]);
        becomes("text\n-", &["text", "\\-"]);
    }

    #[test]
    fn paired_backticks_stay_code() {
        becomes("is `a<b>` or `*`", &["is `a<b>` or `*`"]);
        becomes("is `a<b>", &["is \\`a\\<b\\>"]);
        becomes("is ``a`` `b", &["is \\`\\`a\\`\\` \\`b"]);
        becomes("```yaml\na: b\n```", &["\\`\\`\\`yaml", "a: b", "\\`\\`\\`"]);
    }

    #[test]
    fn urls_become_links() {
        becomes(
            "see https://k8s.io/a_b#c, (http://x.y/z) or \"https://q.r\".",
            &["see <https://k8s.io/a_b#c>, (<http://x.y/z>) or \"<https://q.r>\"."],
        );
        becomes(
            "[JSON](https://a.b/) `https://c.d`",
            &["\\[JSON\\](<https://a.b/>) `https://c.d`"],
        );
        becomes("https://a.b/<name>/c", &["<https://a.b/>\\<name\\>/c"]);
    }

    #[test]
    fn lists_and_paragraphs_are_kept() {
        becomes(
            "\n\nOne:\n * two <x>\n   more\n 1) three\n\nFour.\n",
            &["One:", "* two \\<x\\>", "more", "1) three", "", "Four."],
        );
        becomes("-     not code", &["- not code"]);
        becomes("1.5 is no item, -5 neither", &["1.5 is no item, -5 neither"]);
        becomes("     * an item, not code", &["* an item, not code"]);
    }

    #[test]
    fn indented_lines_become_fenced_text() {
        becomes(
            "So:\n\n\t{\n\t  \"a\": <b>\n\n\t}\n\nEnd.",
            &["So:", "", "```text", "{", "  \"a\": <b>", "", "}", "```", "", "End."],
        );
        becomes("    [a]", &["```text", "[a]", "```"]);
        becomes("    ```\n    [a]", &["\\`\\`\\`", "```text", "[a]", "```"]);
    }

    #[test]
    fn invisible_characters_are_removed() {
        becomes("a\u{202e}b\u{7}c\r\n", &["abc"]);
        becomes("", &[]);
        becomes(" \n ", &[]);
    }
}
