//! What changed of an object, below its event.

use std::io;

use watchables::diff::Change;

use crate::differences::Shown;
use crate::output::style::Styles;

/// Writes what is shown of a change.
pub(super) fn write_shown(
    out: &mut impl io::Write,
    styles: Styles,
    shown: &Shown,
) -> io::Result<()> {
    match shown {
        Shown::Nothing => Ok(()),
        Shown::Remark(remark) => writeln!(out, "    {}", styles.aside(remark)),
        Shown::Changes(changes) => {
            changes.iter().try_for_each(|change| write_change(out, styles, change))
        }
        Shown::Patch(patch) => writeln!(out, "    {patch}"),
        Shown::Whole(lines) => {
            lines.iter().try_for_each(|line| writeln!(out, "  {}", styles.line(line)))
        }
    }
}

/// Writes the path apart from the values.
fn write_change(out: &mut impl io::Write, styles: Styles, change: &Change) -> io::Result<()> {
    let (path, line) = (change.path().to_string(), change.to_string());
    let values = line.strip_prefix(&path).unwrap_or_default();
    let first = path.split(['.', '[']).next().unwrap_or_default().to_owned();
    writeln!(out, "    {}{values}", styles.path(path, &first))
}
