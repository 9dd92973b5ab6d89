//! Custom columns as kubectl has them: `NAME:.metadata.name,IMAGES:.spec.containers[*].image`.

use serde_json::Value;

use crate::jsonpath::{Fault, PathExpression, plain};
use crate::printable::printable;

/// What a cell shows if the object has no value for it.
pub(crate) const NONE: &str = "<none>";

/// Columns, each with a header and a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CustomColumns(Vec<Column>);

#[derive(Clone, Debug, PartialEq)]
struct Column {
    header: String,
    path: PathExpression,
}

impl CustomColumns {
    /// Parses `HEADER:PATH,…`. Unlike kubectl's, a path may have commas in brackets.
    ///
    /// # Errors
    ///
    /// Says which column is malformed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("no columns are given; write them as NAME:.metadata.name,...".to_owned());
        }
        let columns = split(text).into_iter().map(|column| {
            let (header, path) = column.split_once(':').ok_or_else(|| {
                format!("the column {column:?} has no path; write it as NAME:.metadata.name")
            })?;
            Column::new(header, path)
        });
        Ok(Self(columns.collect::<Result<_, _>>()?))
    }

    /// Parses a file with a line of headers, and a line of as many paths, with spaces between them.
    ///
    /// # Errors
    ///
    /// If a line is missing, their lengths differ, or a path is malformed.
    pub(crate) fn parse_file(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let headers: Vec<_> = lines.next().unwrap_or_default().split_whitespace().collect();
        let paths: Vec<_> = lines.next().unwrap_or_default().split_whitespace().collect();
        if headers.is_empty() {
            return Err("its first line has no headers".to_owned());
        }
        if headers.len() != paths.len() {
            let (headers, paths) = (headers.len(), paths.len());
            return Err(format!(
                "it has {headers} headers in the first line, but {paths} paths in the second"
            ));
        }
        let columns = headers.iter().zip(paths).map(|(header, path)| Column::new(header, path));
        Ok(Self(columns.collect::<Result<_, _>>()?))
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|column| column.header.as_str())
    }

    /// Returns the cells of an object, and what was wrong with the object for a path.
    pub(crate) fn cells(&self, object: &Value) -> (Vec<String>, Vec<String>) {
        let mut faults = Vec::new();
        let cells = self.0.iter().map(|Column { header, path }| {
            cell(path, object).unwrap_or_else(|fault| {
                faults.push(format!("the column {header}: {fault}"));
                NONE.to_owned()
            })
        });
        (cells.collect(), faults)
    }
}

impl Column {
    fn new(header: &str, path: &str) -> Result<Self, String> {
        let parsed = PathExpression::parse(path);
        let path =
            parsed.map_err(|fault| format!("the path {path:?} of the column {header}: {fault}"))?;
        Ok(Self { header: header.to_owned(), path })
    }
}

/// Returns the values with commas between them, on one line.
fn cell(path: &PathExpression, object: &Value) -> Result<String, Fault> {
    let values = path.find(object)?;
    if values.is_empty() {
        return Ok(NONE.to_owned());
    }
    let texts = values.into_iter().map(|value| {
        let mut text = String::new();
        match value {
            Value::Null => text.push_str(NONE),
            value => plain(value, &mut text),
        }
        text
    });
    Ok(printable(&texts.collect::<Vec<_>>().join(",").replace(['\n', '\r'], " ")))
}

/// Splits at commas that are not within brackets.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cells(columns: &str) -> Vec<String> {
        let object = json!({
            "kind": "Thing", "metadata": {"name": "t", "labels": {"a.b": "c"}},
            "f": [123_456.7, 1_234_567.5, 100_000.5], "m": {"b": [1, 2], "a": 1}, "n": null, "e": [],
            "lm": [{"a": 1}, {"b": 2}], "t": true, "s": "", "i": 12_345_678, "big": 1.5e20, "em": {},
            "ss": ["x", "y"], "nn": {"x": null}, "ml": "a\nb",
        });
        let (cells, faults) = CustomColumns::parse(columns).unwrap().cells(&object);
        assert_eq!(faults, [""; 0]);
        cells
    }

    /// As kubectl 1.32 prints them, but for the line break.
    #[test]
    fn cells_are_those_of_kubectl() {
        for path in [".metadata.name", "metadata.name", "{.metadata.name}", "{metadata.name}"] {
            assert_eq!(cells(&format!("A:{path}")), ["t"], "{path}");
        }
        for (path, cell) in [
            (".f", "[123456.7 1.2345675e+06 100000.5]"),
            (".m", "map[a:1 b:[1 2]]"),
            (".n", "<none>"),
            (".n.x", "<none>"),
            (".kind.x", "<none>"),
            (".metadata.x.y", "<none>"),
            (".e", "[]"),
            (".em", "map[]"),
            (".lm", "[map[a:1] map[b:2]]"),
            (".lm[*].a", "1"),
            ("..a", "1,1"),
            (".t", "true"),
            (".s", ""),
            (".i", "12345678"),
            (".big", "1.5e+20"),
            (".ss", "[x y]"),
            (".ss[*]", "x,y"),
            (".f[0:2]", "123456.7,1.2345675e+06"),
            (".f[0,2]", "123456.7,100000.5"),
            (".lm[?(@.a==1)]", "map[a:1]"),
            (r".metadata.labels.a\.b", "c"),
            (".nn", "map[x:<nil>]"),
            (".ml", "a b"),
        ] {
            assert_eq!(cells(&format!("A:{path}")), [cell], "{path}");
        }
        assert_eq!(cells("A:.f[0,2],B:.kind"), ["123456.7,100000.5", "Thing"]);
    }

    #[test]
    fn malformed_columns_are_named() {
        for (text, fault) in [
            ("", "no columns are given"),
            ("A", "the column \"A\" has no path; write it as NAME:.metadata.name"),
            ("A:.kind,", "the column \"\" has no path"),
            ("A:", "the path \"\" of the column A: "),
            ("A:.f[0", "the path \".f[0\" of the column A: expected , or ] (at the end"),
            ("A:{.kind}{.x}", "'{' is not part of a path"),
            ("A:{.kind", "a { has no }"),
            ("A:.kind}", "'}' is not part of a path"),
        ] {
            let error = CustomColumns::parse(text).unwrap_err();
            assert!(error.contains(fault), "{text}: {error}");
        }
    }

    #[test]
    fn columns_are_read_from_a_file() {
        let columns = CustomColumns::parse_file("NAME   KIND \nmetadata.name  .kind\n").unwrap();
        assert_eq!(columns.headers().collect::<Vec<_>>(), ["NAME", "KIND"]);
        assert_eq!(columns, CustomColumns::parse("NAME:metadata.name,KIND:.kind").unwrap());
        for (text, fault) in [
            ("", "its first line has no headers"),
            ("A B\n", "it has 2 headers in the first line, but 0 paths in the second"),
            ("A B\n.kind\n", "2 headers in the first line, but 1 paths"),
            ("A\n.kind[\n", "the path \".kind[\" of the column A"),
        ] {
            let error = CustomColumns::parse_file(text).unwrap_err();
            assert!(error.contains(fault), "{text}: {error}");
        }
    }

    #[test]
    fn what_an_object_does_not_allow_is_none_and_said() {
        let columns = CustomColumns::parse("A:.l[3],B:.l[0]").unwrap();
        let (cells, faults) = columns.cells(&json!({"l": [1]}));
        assert_eq!(cells, ["<none>", "1"]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("the column A: the list has 1 item"), "{faults:?}");
    }
}
