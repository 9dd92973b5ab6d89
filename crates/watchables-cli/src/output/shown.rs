//! What changed of an object, below its event.

use std::io;

use watchables::diff::Change;

use crate::differences::Shown;
use crate::output::style::Styles;

/// Writes what is shown of a change, indented by so many characters more than without times.
pub(super) fn write_shown(
    out: &mut impl io::Write,
    styles: Styles,
    shown: &Shown,
    indent: usize,
) -> io::Result<()> {
    let more = " ".repeat(indent);
    match shown {
        Shown::Nothing => Ok(()),
        Shown::Remark(remark) => writeln!(out, "{more}    {}", styles.aside(remark)),
        Shown::Changes(changes) => {
            changes.iter().try_for_each(|change| write_change(out, styles, change, &more))
        }
        Shown::Patch(patch) => writeln!(out, "{more}    {patch}"),
        Shown::Whole(lines) => {
            lines.iter().try_for_each(|line| writeln!(out, "{more}  {}", styles.line(line)))
        }
    }
}

/// Writes the path apart from the values.
fn write_change(
    out: &mut impl io::Write,
    styles: Styles,
    change: &Change,
    more: &str,
) -> io::Result<()> {
    let (path, line) = (change.path().to_string(), change.to_string());
    let values = line.strip_prefix(&path).unwrap_or_default();
    let first = path.split(['.', '[']).next().unwrap_or_default().to_owned();
    writeln!(out, "{more}    {}{values}", styles.path(path, &first))
}
