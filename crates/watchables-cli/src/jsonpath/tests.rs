//! What kubectl 1.32 prints for these templates: seen with `kubectl annotate --local -o jsonpath=…`.

use serde_json::{Value, json};

use super::Template;

fn object() -> Value {
    let text = r#"{"i": 3, "f": 1.5, "one": 1.0, "big": 1e21, "b20": 1e20, "tiny": 0.00001, "tiny6": 0.0000001,
        "huge": 12345678901234567890, "neg": -0.0, "million": 1234567.5, "t": true, "n": null, "s": "str",
        "empty": "", "l": [1, 2, 3, 4, 5], "el": [], "em": {}, "a": {"b": "nested"}, "a.b": "literal",
        "only.whole": "w", "html": {"z": "x<y&z", "a": "\u2028"},
        "conds": [{"type": "Ready", "status": "True", "n": 1}, {"type": "Other", "status": "False", "n": 2, "m": 5},
                  {"type": "Third", "n": 3}], "ll": [[1, 2], [3]]}"#;
    let data: Value = serde_json::from_str(text).unwrap();
    json!({
        "apiVersion": "example.com/v1", "kind": "Thing", "data": data,
        "metadata": {"name": "t", "labels": {"app.kubernetes.io/name": "web"}},
    })
}

fn rendered(template: &str) -> String {
    let template = Template::parse(template).unwrap_or_else(|fault| panic!("{template}: {fault}"));
    template.render(&object()).unwrap()
}

#[test]
fn values_are_printed_as_go_does() {
    for (template, text) in [
        ("{.data.i}", "3"),
        (
            "{.data.f} {.data.one} {.data.big} {.data.b20} {.data.tiny} {.data.tiny6} {.data.huge} {.data.neg}",
            "1.5 1 1e+21 1e+20 1e-05 1e-07 1.2345678901234567e+19 -0",
        ),
        ("{.data.million}", "1.2345675e+06"),
        ("{.data.t}{.data.n}{.data.s}", "truenullstr"),
        ("{.data['big','b20','tiny','tiny6','one']}", "1e+21 1e+20 1e-05 1e-07 1"),
        ("{.data.l}", "[1,2,3,4,5]"),
        ("{.data.em}{.data.el}", "{}[]"),
        ("{.data.a}", r#"{"b":"nested"}"#),
        ("{.data.html}", r#"{"a":"\u2028","z":"x\u003cy\u0026z"}"#),
        ("{.data.conds[0]}", r#"{"n":1,"status":"True","type":"Ready"}"#),
        ("{.data.empty}x", "x"),
        (r#"{"a\tb"} {1} {true} {1.5} {'c'}"#, "a\tb 1 true 1.5 c"),
        (r#"{"\u00e9\x41\101\\\""}"#, "éAA\\\""),
        ("metadata.name", "metadata.name"),
        ("a}b", "a}b"),
    ] {
        assert_eq!(rendered(template), text, "{template}");
    }
    let numbers = json!([1e21, 1e20, 0.00001, 0.000_000_1, 1.0, -2.5e-7]);
    let text = Template::parse("{}").unwrap().render(&numbers).unwrap();
    assert_eq!(text, "[1e+21,100000000000000000000,0.00001,1e-7,1,-2.5e-7]");
}

#[test]
fn paths_lead_where_kubectl_goes() {
    for (template, text) in [
        ("{.kind}{'\\n'}{.apiVersion}", "Thing\nexample.com/v1"),
        ("{@.kind}{$.kind}{ .kind }", "ThingThingThing"),
        ("{.data.l[*]}", "1 2 3 4 5"),
        ("{.data.l[0]}{.data.l[-1]}{.data.l[-2]}", "154"),
        ("{.data.l[1:3]}|{.data.l[1:]}|{.data.l[:2]}|{.data.l[::2]}", "2 3|2 3 4 5|1 2|1 3 5"),
        ("{.data.l[-3:-1]}|{.data.l[5:]}|{.data.l[0:0]}|{.data.l[2:2]}", "3 4|||"),
        ("{.data.l[0,2]}|{.data.l[0, 1]}", "1 3|1 2"),
        ("{.data['i','f']}", "3 1.5"),
        ("{.data['a.b']}|{.data['a\\.b']}|{.data.a\\.b}", "nested|literal|literal"),
        (r"{.metadata.labels.app\.kubernetes\.io/name}", "web"),
        (r"{.metadata.labels['app\.kubernetes\.io/name']}", "web"),
        ("{.data.ll[*][*]}", "1 2 3"),
        ("{..type}", "Ready Other Third"),
        ("{..b}|{..conds[0].type}", "nested|Ready"),
        ("{.data.a..}", r#"{"b":"nested"} nested"#),
        ("{.data.a.*}|{.data.l.*}", "nested|1 2 3 4 5"),
        ("{.data.missing[0].x}|{.data.n[0]}|{.data.n.x}|{.data.l.x}|{.kind.x}", "||||"),
        ("{.data.el[*]}|", "|"),
    ] {
        assert_eq!(rendered(template), text, "{template}");
    }
    // kubectl refuses the first, and prints nothing for the others.
    assert_eq!(rendered(r#"{.data["i"]}"#), "3");
    assert_eq!(rendered("{.data['only.whole']}"), "w");
    assert_eq!(rendered("{.metadata.labels['app.kubernetes.io/name']}"), "web");
}

#[test]
fn ranges_repeat_what_is_in_them() {
    for (template, text) in [
        (r#"{range .data.conds[*]}{.type}{"\n"}{end}x"#, "Ready\nOther\nThird\nx"),
        ("{range .data.conds[*]}[{@.type},{$.status}]{end}", "[Ready,True][Other,False][Third,]"),
        ("{range .data.missing[*]}x{end}y", "y"),
        ("{range .data.conds[*]}{.type}", "ReadyOtherThird"),
        ("{range .data.ll[*]}<{range @[*]}{@};{end}>{end}", "<1;2;><3;>"),
        ("{range .data.l}{@}{'|'}{end}", "[1,2,3,4,5]|"),
        ("{range .items[*]}{.metadata.name}{end}", ""),
    ] {
        assert_eq!(rendered(template), text, "{template}");
    }
}

#[test]
fn filters_choose_items() {
    for (filter, names) in [
        (r#"@.type=="Ready""#, "Ready"),
        ("@.type=='Ready'", "Ready"),
        (r#" @.type == "Ready" "#, "Ready"),
        (r#".type=="Ready""#, "Ready"),
        (r#""Ready"==@.type"#, "Ready"),
        (r#"@.status!="True""#, "Other"),
        (r#"@.type<"Q""#, "Other"),
        ("@.n>1", "Other Third"),
        ("@.n>=2", "Other Third"),
        ("@.n<2", "Ready"),
        ("@.n<=2", "Ready Other"),
        ("@.n==2.0", "Other"),
        ("@.n==@.m", ""),
        ("@.n==$.n", "Ready Other Third"),
        ("@.m", "Other"),
        (r#"@.t=="a)b""#, ""),
    ] {
        let template = format!("{{.data.conds[?({filter})].type}}");
        assert_eq!(rendered(&template), names, "{template}");
    }
    assert_eq!(rendered("{.data.conds[?(@.none[?(@.x==1)])]}|"), "|");
}

#[test]
fn malformed_templates_are_refused_with_the_place() {
    let long = format!("{}{{.kind", "é".repeat(40));
    for (template, fault) in [
        ("{", "a { has no } (at character 1: \"{\")"),
        ("{.a", "a { has no } (at character 1: \"{.a\")"),
        (&long, "a { has no } (at character 41: \"{.kind\")"),
        ("{.a]}", "expected }, not ']' (at character 4: \"]}\")"),
        ("{.a[}", "expected a number, *, a name in quotes, or ?( (at character 5: \"}\")"),
        ("{.a[x]}", "expected a number, *, a name in quotes, or ?( (at character 5: \"x]}\")"),
        ("{.a[0}", "expected , or ] (at character 6: \"}\")"),
        ("{.a['b}", "a name has no closing ' (at the end of the template)"),
        ("{.a['']}", "a name is missing between the quotes"),
        ("{.a[::0]}", "the step must be greater than 0 (at character 7: \"0]}\")"),
        ("{.a[99999999999999999999]}", "\"99999999999999999999\" is no index (at character 5"),
        ("{.}", "a name is missing after the . (the current object is @) (at character 3: \"}\")"),
        ("{.a.}", "a name is missing after the ."),
        ("{....a}", "a .. cannot follow another"),
        ("{foo}", "\"foo\" is no command; a member is .foo (at character 2: \"foo}\")"),
        ("{rangex .a}", "\"rangex\" is no command"),
        ("x{end}", "there is no range that {end} could end (at character 3: \"end}\")"),
        ("{end .a}", "there is no range"),
        ("{.a .b}", "only one path or text can be in a pair of braces (at character 5: \".b}\")"),
        ("{.a \"x\"}", "only one path or text"),
        ("{\"x}", "a text has no closing \" (at character 2"),
        (r#"{"\q"}"#, r#"after \ in a text stands n, t, r, \, ", ' or uXXXX (at character 4"#),
        ("{1.2.3}", "\"1.2.3\" is not a number"),
        (r#"{.a[?(@.b=~"x")]}"#, "the operators are ==, !=, <, <=, > and >= (at character 10"),
        (r#"{.a[?(@.b=="x" && @.c)]}"#, "a filter has one comparison only"),
        (r#"{.a[?(b=="x")]}"#, "\"b\" is no command; a member is .b"),
        ("{.a[?(@.b==)]}", "expected a path such as @.type, a text in quotes, or a number"),
        ("{.a[?(@.b)}", "expected ] after a filter"),
    ] {
        let found = Template::parse(template).unwrap_err().to_string();
        assert!(found.contains(fault), "{template}: {found}");
    }
    let deep = "{range .a}".repeat(40);
    assert!(Template::parse(&deep).unwrap_err().to_string().contains("too deep"));
    let deep = format!("{{.a{}", "[?(@".repeat(40));
    assert!(Template::parse(&deep).unwrap_err().to_string().contains("too deep"));
}

#[test]
fn objects_that_do_not_suit_a_template_are_faults() {
    for (template, fault) in [
        ("{.data.l[9]}", "the list has 5 items, and so none at index 9 (at character 9: \"[9]}\")"),
        ("{.data.l[-9]}", "the list has 5 items, and so none at index -9"),
        ("{.data.l[1:9]}", "the list has 5 items, and so none at index 8"),
        ("{.data.l[6:]}", "the list has 5 items, and so none at index 6"),
        ("{.data.el[0]}", "the list has 0 items"),
        ("{.data.l[3:1]}", "the start 3 is after the end 1"),
        ("{.data.em[0]}", "there is an object, not a list; all members of an object are .*"),
        ("{.data.s[0]}", "there is a text, not a list"),
        ("{..[0]}", "there is an object, not a list"),
        ("{.data.a[?(@.b)]}", "there is an object, not a list"),
        ("{.data.conds[?(@.type==1)]}", "a text cannot be compared with a number; write \"1\""),
        (
            r#"{.data.conds[?(@.n=="1")]}"#,
            "a number cannot be compared with a text; write 1 without quotes",
        ),
        ("{.data.conds[?(@.*==1)]}", "only one value can be compared at a time"),
    ] {
        let found = Template::parse(template).unwrap().render(&object()).unwrap_err().to_string();
        assert!(found.contains(fault), "{template}: {found}");
    }
}
