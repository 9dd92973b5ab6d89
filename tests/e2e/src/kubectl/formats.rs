//! `watchables watch -o jsonpath` and `-o custom-columns` print what kubectl prints.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::program::Kubectl;
use super::serve::program;
use crate::report::{NotPassed, Outcome, failed};

const TIMEOUT: Duration = Duration::from_mins(1);

/// One object of a kind that nothing of the demo changes, with all that can be in JSON.
pub(super) const OBJECTS: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "shapes.example.com"},
 "spec": {"group": "example.com", "scope": "Namespaced",
  "names": {"kind": "Shape", "plural": "shapes", "singular": "shape", "listKind": "ShapeList"},
  "versions": [{"name": "v1", "served": true, "storage": true,
   "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}]}"#;
const SHAPE: &str = r#"{"apiVersion": "example.com/v1", "kind": "Shape",
"metadata": {"name": "s", "namespace": "default", "labels": {"app.kubernetes.io/name": "web"}},
"data": {"i": 3, "f": 1.5, "one": 1.0, "big": 1e21, "b20": 1e20, "tiny": 0.00001, "million": 1234567.5, "t": true,
 "s": "str", "empty": "", "l": [1, 2, 3, 4, 5], "el": [], "em": {}, "a": {"b": "nested"}, "a.b": "literal",
 "html": {"z": "x<y&z", "a": 1}, "ll": [[1, 2], [3]],
 "conds": [{"type": "Ready", "status": "True", "n": 1}, {"type": "Other", "status": "False", "n": 2, "m": 5},
  {"type": "Third", "n": 3}]}}"#;

const TEMPLATES: [&str; 34] = [
    "{.metadata.name}",
    "{.kind} {@.kind} {$.kind} { .kind }",
    "{.data.f} {.data.one} {.data.big} {.data.b20} {.data.tiny} {.data.million}",
    "{.data.t}{.data.s}{.data.empty}.",
    "{.data.l} {.data.el} {.data.em} {.data.a} {.data.html}",
    "{.data.l[*]}",
    "{.data.l[0]} {.data.l[-1]} {.data.l[-2]}",
    "{.data.l[1:3]} {.data.l[1:]} {.data.l[:2]} {.data.l[::2]} {.data.l[-3:-1]}",
    "{.data.l[5:]}{.data.l[0:0]}.",
    "{.data.l[0,2]} {.data.l[0, 1]}",
    "{.data['i','f']}",
    r"{.data['a.b']} {.data['a\.b']} {.data.a\.b}",
    r"{.metadata.labels.app\.kubernetes\.io/name}",
    r"{.metadata.labels['app\.kubernetes\.io/name']}",
    "{.data.ll[*][*]}",
    "{..type} {..b} {..conds[0].type}",
    "{.data.a..} {.data.a.*} {.data.l.*}",
    "{.data.missing[0].x}{.data.l.x}{.kind.x}.",
    "metadata.name",
    "a}b",
    r#"{"a\tb"} {1} {true} {1.5} {'c'}"#,
    r#"{range .data.conds[*]}{.type}{"\n"}{end}x"#,
    "{range .data.conds[*]}[{@.type},{$.status}]{end}",
    "{range .data.missing[*]}x{end}y",
    "{range .data.conds[*]}{.type}",
    "{range .data.ll[*]}<{range @[*]}{@};{end}>{end}",
    "{range .data.l}{@}|{end}",
    r#"{.data.conds[?(@.type=="Ready")].status}"#,
    "{.data.conds[?( @.type == 'Ready' )]}",
    r#"{.data.conds[?(@.status!="True")].type}"#,
    r#"{.data.conds[?(@.type<"Q")].type}"#,
    "{.data.conds[?(@.n>1)].type} {.data.conds[?(@.n>=2)].type}",
    "{.data.conds[?(@.n<2)].type} {.data.conds[?(@.n<=2)].type}",
    "{.data.conds[?(@.m)].type} {.data.conds[?(@.n==$.n)].n}",
];

const COLUMNS: [&str; 5] = [
    "NAME:.metadata.name,KIND:kind,BRACES:{.kind},BARE:{kind}",
    "F:.data.f,L:.data.l,LL:.data.ll,M:.data.a,C:.data.conds[0]",
    "NONE:.data.none,DEEP:.data.none.x.y,EMPTY:.data.empty,EL:.data.el,EM:.data.em",
    "EACH:.data.l[*],SLICE:.data.l[0:2],FILTER:.data.conds[?(@.n>1)].type,ALL:..type",
    r"DOT:.data.a\.b,BIG:.data.b20,MILLION:.data.million,T:.data.t",
];

pub(super) async fn run(kubectl: &Kubectl) -> Outcome {
    kubectl.write("definition.json", OBJECTS)?;
    kubectl.write("shape.json", SHAPE)?;
    kubectl.output(&["apply", "-f", "definition.json"]).await?;
    let established = ["wait", "--for=condition=Established", "crd/shapes.example.com"];
    kubectl.output(&established).await?;
    kubectl.output(&["apply", "--validate=false", "-f", "shape.json"]).await?;
    for template in TEMPLATES {
        let format = format!("jsonpath={template}");
        let theirs = kubectl.output(&["get", "shape", "s", "-o", &format]).await?;
        // A line of its own for each event.
        let ours = watch(kubectl, &["-o", &format]).await?;
        same(&format, ours.strip_suffix('\n').unwrap_or(&ours), theirs.trim_end_matches('\n'))?;
    }
    for columns in COLUMNS {
        let format = format!("custom-columns={columns}");
        for more in [&[][..], &["--no-headers"]] {
            let arguments = [&["get", "shape", "s", "-o", &format], more].concat();
            let theirs = kubectl.output(&arguments).await?;
            let ours = watch(kubectl, &[&["-o", &format], more].concat()).await?;
            same(&format, &ours, &theirs)?;
        }
    }
    Ok(format!("{} templates, {} tables", TEMPLATES.len(), COLUMNS.len() * 2))
}

/// Returns what `watchables watch` prints of the object.
async fn watch(kubectl: &Kubectl, arguments: &[&str]) -> Result<String, NotPassed> {
    watch_once(kubectl, &[&["shape", "s", "-n", "default"], arguments].concat()).await
}

/// Returns what `watchables watch` prints of one event.
pub(super) async fn watch_once(kubectl: &Kubectl, arguments: &[&str]) -> Result<String, NotPassed> {
    let mut command = Command::new(program()?);
    command
        .args(["watch", "--count=1", "--for=30s", "--kubeconfig"])
        .arg(kubectl.kubeconfig())
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(TIMEOUT, command.output()).await;
    let output =
        output.map_err(|_| format!("watchables {arguments:?} timed out"))?.map_err(failed)?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("watchables {arguments:?}: {stderr}").into());
    }
    String::from_utf8(output.stdout).map_err(failed)
}

fn same(format: &str, ours: &str, theirs: &str) -> Result<(), NotPassed> {
    if ours == theirs {
        return Ok(());
    }
    Err(format!("-o {format}: kubectl prints {theirs:?}, and we print {ours:?}").into())
}
