//! Compares random documents, valid and corrupted, with `serde_json`.

use fastrand::Rng;

use super::assert_same;

/// Pieces of strings that are prone to errors.
const PIECES: [&str; 16] = [
    "a",
    "kube",
    "abcdefgh",
    "ü",
    "😀",
    r#"\""#,
    r"\\",
    r"\n",
    r"\u00e9",
    r"\ud83d\ude00",
    r"\u0000",
    " ",
    "/",
    "{",
    "]",
    "0123456789abcdef",
];

fn document(random: &mut Rng, depth: u8, out: &mut String) {
    match random.u8(..if depth == 0 { 5 } else { 9 }) {
        0 => out.push_str("null"),
        1 => out.push_str(if random.bool() { "true" } else { "false" }),
        2 => string(random, out),
        3 => out.push_str(&random.i64(..).to_string()),
        4 => {
            let number = random.f64() * 10f64.powi(random.i32(-30..30));
            let written = if random.bool() { format!("{number:e}") } else { number.to_string() };
            out.push_str(&written);
        }
        5 | 6 => collection(random, depth, ('[', ']'), out),
        _ => collection(random, depth, ('{', '}'), out),
    }
}

fn collection(random: &mut Rng, depth: u8, (open, close): (char, char), out: &mut String) {
    out.push(open);
    for i in 0..random.u8(..5) {
        if i > 0 {
            out.push(',');
        }
        space(random, out);
        if open == '{' {
            string(random, out);
            space(random, out);
            out.push(':');
        }
        document(random, depth - 1, out);
        space(random, out);
    }
    out.push(close);
}

fn string(random: &mut Rng, out: &mut String) {
    out.push('"');
    for _ in 0..random.u8(..6) {
        out.push_str(PIECES[random.usize(..PIECES.len())]);
    }
    out.push('"');
}

fn space(random: &mut Rng, out: &mut String) {
    for _ in 0..random.u8(..2) {
        out.push([' ', '\n', '\t', '\r'][random.usize(..4)]);
    }
}

/// Removes, duplicates or replaces a random character, or truncates the text there.
fn corrupt(random: &mut Rng, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.usize(..characters.len());
    match random.u8(..4) {
        0 => drop(characters.remove(at)),
        1 => characters.insert(at, characters[at]),
        2 => characters[at] = char::from(r#"{}[],:"\ 0-.e1tnx"#.as_bytes()[random.usize(..17)]),
        _ => characters.truncate(at),
    }
    characters.into_iter().collect()
}

#[test]
fn random_documents_decode_as_with_serde_json() {
    let mut random = Rng::with_seed(7);
    for _ in 0..20_000 {
        let mut text = String::new();
        document(&mut random, 5, &mut text);
        assert_same(&text);
        assert_same(&corrupt(&mut random, &text));
    }
}
