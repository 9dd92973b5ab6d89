//! Reads the tags of structs in Go files: which fields are pointers, and which of them JSON omits if they are zero.
//!
//! It is no parser of Go. It relies on how gofmt lays out a struct: its first line starts the declaration, its last one
//! is a brace, and each field is a line.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Failure, Result};
use crate::facts::Zero;

/// The tags of fields, by the name of the message and the number of the field.
pub(crate) type Tags = BTreeMap<(String, u32), Tag>;

/// What the declaration of a field says about its zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// The name in JSON.
    pub(super) json: String,
    /// What the zero means if the field is an optional scalar.
    pub(super) zero: Zero,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.json, self.zero)
    }
}

/// Returns the paths of the Go files that may declare the messages of a `.proto` file.
pub(crate) fn go_files_of(proto: &str) -> Vec<String> {
    const MORE: [(&str, &str); 3] = [
        ("/apimachinery/pkg/apis/meta/v1", "group_version.go"),
        ("/apimachinery/pkg/apis/meta/v1", "watch.go"),
        ("/apiextensions-apiserver/pkg/apis/apiextensions/v1", "types_jsonschema.go"),
    ];
    let folder = proto.rsplit_once('/').map_or("", |(folder, _)| folder);
    let more = MORE.iter().filter(|(of, _)| {
        // The beta version of a package has the same files.
        folder.strip_suffix("beta1").unwrap_or(folder).ends_with(of)
    });
    let names = std::iter::once("types.go").chain(more.map(|(_, name)| *name));
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// Reads the tags in a file with this path.
///
/// # Errors
///
/// Fails on a struct without an end, and on a message with two fields of one number.
pub(crate) fn tags(path: &str, text: &str) -> Result<Tags> {
    let package = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let package = package.replace('/', ".").replace('-', "_");
    let mut tags = Tags::new();
    let mut message: Option<String> = None;
    for line in text.lines() {
        let start = line.strip_prefix("type ").and_then(|rest| rest.strip_suffix(" struct {"));
        match (&message, start) {
            (None, Some(name)) => message = Some(format!("{package}.{name}")),
            (Some(message), Some(_)) => return Err(without_end(message)),
            (Some(_), None) if line.starts_with('}') => message = None,
            (Some(message), None) => {
                let Some((number, tag)) = field(line) else { continue };
                if tags.insert((message.clone(), number), tag).is_some() {
                    return Err(malformed(&format!("{message} has two fields {number}")));
                }
            }
            (None, None) => {}
        }
    }
    message.map_or(Ok(tags), |message| Err(without_end(&message)))
}

fn without_end(message: &str) -> Failure {
    malformed(&format!("the struct of {message} has no end"))
}

fn malformed(what: &str) -> Failure {
    Failure::new(format!("a Go file is malformed: {what}"))
        .hint("fetch it again, or from another --base-url")
}

/// Reads a line such as ``Replicas *int32 `json:"replicas,omitempty" protobuf:"varint,1,opt,name=replicas"` ``.
fn field(line: &str) -> Option<(u32, Tag)> {
    let (declared, rest) = line.trim_start().split_once('`')?;
    let (tag, _) = rest.split_once('`')?;
    if declared.starts_with("//") {
        return None;
    }
    let mut words = declared.split_whitespace();
    let name = words.next()?;
    // An embedded field has no name.
    let is_pointer = words.next().unwrap_or(name).starts_with('*');
    let number = option(tag, "protobuf")?.split(',').nth(1)?.parse().ok()?;
    let mut json = option(tag, "json").unwrap_or_default().split(',');
    let json_name = json.next().unwrap_or_default().to_owned();
    let zero = if is_pointer {
        Zero::Pointer
    } else if json.any(|option| ["omitempty", "omitzero"].contains(&option)) {
        Zero::Absent
    } else {
        Zero::Always
    };
    Some((number, Tag { json: json_name, zero }))
}

/// Returns the value of a key in a tag.
fn option<'a>(tag: &'a str, key: &str) -> Option<&'a str> {
    let start = format!("{key}:\"");
    let at = tag
        .match_indices(&start)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || tag[..*at].ends_with(' '))?;
    tag[at + start.len()..].split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "k8s.io/kube-aggregator/pkg/apis/a/v1/types.go";

    fn read(text: &str) -> Vec<(String, u32, String, Zero)> {
        let tags = tags(PATH, text).unwrap().into_iter();
        tags.map(|((message, number), tag)| (message, number, tag.json, tag.zero)).collect()
    }

    #[test]
    fn fields_of_structs_are_read() {
        let text = "\
package v1\n
import \"x\"\n
// type No struct {
type Named string\n
type Plain struct {
\tmetav1.TypeMeta `json:\",inline\"`
\t// Prose with `code:\"json\"`.
\tmetav1.ObjectMeta `json:\"metadata,omitempty\" protobuf:\"bytes,1,opt,name=metadata\"`\n
\tReplicas *int32   `json:\"replicas,omitempty\" protobuf:\"varint,2,opt,name=replicas\"` // An end.
\tPolicy   *Policy  `json:\"policy\" protobuf:\"bytes,3,opt,name=policy\"`
\tOn       bool     `protobuf:\"varint,4,opt,name=on\" json:\"on,omitempty\"`
\tAlways   v1.Word  `json:\"always\" myprotobuf:\"bytes,9\" protobuf:\"bytes,5,opt.name=other\"`
\tZero     int64    `json:\"zero,omitzero\" protobuf:\"varint,6,opt,name=zero,casttype=int64\"`
\t// Old *int32 `json:\"old,omitempty\" protobuf:\"varint,2,opt,name=old\"`
\tLost     string   `json:\"-\" protobuf:\"-\"`
\t*Inner            `json:\",inline\" protobuf:\"bytes,7,opt,name=inner\"`
\tuntagged int
}\n
func f() {\n\tx := struct{ A *int }{}\n}\n
type Empty struct{}
";
        let plain = "k8s.io.kube_aggregator.pkg.apis.a.v1.Plain".to_owned();
        let expected = [
            (1, "metadata", Zero::Absent),
            (2, "replicas", Zero::Pointer),
            (3, "policy", Zero::Pointer),
            (4, "on", Zero::Absent),
            (5, "always", Zero::Always),
            (6, "zero", Zero::Absent),
            (7, "", Zero::Pointer),
        ];
        let expected =
            expected.map(|(number, json, zero)| (plain.clone(), number, json.to_owned(), zero));
        assert_eq!(read(text), expected);
    }

    #[test]
    fn malformed_structs_are_errors_that_name_the_message() {
        const FIELD: &str = "\tA int `protobuf:\"varint,1\"`\n";
        for (text, part) in [
            (format!("type A struct {{\n{FIELD}"), "v1.A has no end"),
            (format!("type A struct {{\n{FIELD}type B struct {{\n}}\n"), "v1.A has no end"),
            (format!("type A struct {{\n{FIELD}{FIELD}}}\n"), "v1.A has two fields 1"),
        ] {
            let error = tags(PATH, &text).unwrap_err().to_string();
            assert!(error.contains(part), "{part} is not in {error}");
        }
        // One number in two messages.
        assert_eq!(
            read(&format!("type A struct {{\n{FIELD}}}\ntype B struct {{\n{FIELD}}}\n")).len(),
            2
        );
    }

    #[test]
    fn packages_have_the_files_that_declare_their_messages() {
        for (folder, names) in [
            ("k8s.io/api/core/v1", &["types.go"][..]),
            ("k8s.io/api/meta/v1", &["types.go"]),
            ("k8s.io/apimachinery/pkg/apis/meta/v1", &["types.go", "group_version.go", "watch.go"]),
            (
                "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1",
                &["types.go", "types_jsonschema.go"],
            ),
        ] {
            let files: Vec<_> = names.iter().map(|name| format!("{folder}/{name}")).collect();
            assert_eq!(go_files_of(&format!("{folder}/generated.proto")), files);
        }
    }
}
