//! The layout of the facts' file: one property per line, for readable diffs.

use serde_json::Value;

/// Values at this depth or deeper are written in one line.
const INLINE_DEPTH: usize = 4;

/// Returns the content of the file, with keys sorted.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    print(value, 0, &mut text);
    text.push('\n');
    text
}

fn print(value: &Value, depth: usize, out: &mut String) {
    let entries = entries(value);
    let Some((open, close)) = brackets(value) else {
        out.push_str(&value.to_string());
        return;
    };
    let holds_containers = entries.iter().any(|(_, entry)| brackets(entry).is_some());
    // Each entry of a definition gets its own line, even if all are scalars.
    let broken = depth < INLINE_DEPTH && !entries.is_empty() && (depth < 3 || holds_containers);
    let line =
        |depth: usize| if broken { format!("\n{}", "  ".repeat(depth)) } else { String::new() };
    out.push(open);
    for (i, (key, entry)) in entries.iter().enumerate() {
        if i > 0 {
            out.push_str(if broken { "," } else { ", " });
        }
        out.push_str(&line(depth + 1));
        if let Some(key) = key {
            out.push_str(&Value::from(*key).to_string());
            out.push_str(": ");
        }
        print(entry, depth + 1, out);
    }
    out.push_str(&line(depth));
    out.push(close);
}

fn brackets(value: &Value) -> Option<(char, char)> {
    match value {
        Value::Array(_) => Some(('[', ']')),
        Value::Object(_) => Some(('{', '}')),
        _ => None,
    }
}

fn entries(value: &Value) -> Vec<(Option<&str>, &Value)> {
    match value {
        Value::Array(items) => items.iter().map(|item| (None, item)).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(key, value)| (Some(key.as_str()), value)).collect();
            members.sort_by_key(|(key, _)| *key);
            members
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn each_property_is_one_line() {
        let value = json!({"definitions": {"a.B": {
            "required": ["x", "y"],
            "properties": {"y": {"type": "array", "items": {"type": "string"}}, "x": {"type": "string"}},
        }}, "resources": [{"plural": "bs", "verbs": ["get", "list"]}]});
        let expected = r#"{
  "definitions": {
    "a.B": {
      "properties": {
        "x": {"type": "string"},
        "y": {"items": {"type": "string"}, "type": "array"}
      },
      "required": ["x", "y"]
    }
  },
  "resources": [
    {
      "plural": "bs",
      "verbs": ["get", "list"]
    }
  ]
}
"#;
        assert_eq!(super::text(&value), expected);
    }
}
