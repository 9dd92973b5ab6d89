//! Tests of the patches, on recorded and random objects: applied to the old object, they give the new one.

use std::fs;
use std::path::Path;

use fastrand::Rng;

use super::random::{mutate, object, with_markers};
use super::*;

const PAIRS: u64 = 4_000;

fn check(before: &Value, after: &Value, seed: u64) {
    if let Err(failure) = check_patches(before, after) {
        panic!("seed {seed}: {failure}\nbefore: {before}\nafter: {after}");
    }
    let diff = Diff::between(before, after).unwrap();
    let (text, count) = (diff.to_string(), diff.len());
    assert_eq!(text.lines().count(), count, "seed {seed}: one line a change: {text}");
}

#[test]
fn patches_of_random_objects_give_the_new_one() {
    for seed in 0..PAIRS {
        let mut random = Rng::with_seed(seed);
        let before = object(&mut random);
        let is_other = random.bool();
        let after = if is_other { object(&mut random) } else { mutate(&before, &mut random) };
        check(&before, &after, seed);
    }
}

#[test]
fn patches_of_changed_recorded_objects_give_the_new_one() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let mut objects = Vec::new();
    for folder in ["golden", "recorded/1.20", "recorded/1.36"] {
        for file in fs::read_dir(data.join(folder)).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
            match value.get("items") {
                Some(Value::Array(items)) => objects.extend(items.iter().cloned()),
                _ => objects.push(value),
            }
        }
    }
    assert!(objects.len() > 50, "only {} objects", objects.len());
    for (seed, before) in (0..).zip(&objects) {
        let mut random = Rng::with_seed(seed);
        let mut after = before.clone();
        for _ in 0..4 {
            let next = mutate(&after, &mut random);
            check(&after, &next, seed);
            check(before, &next, seed);
            after = next;
        }
        let other = &objects[random.usize(0..objects.len())];
        check(before, other, seed);
    }
}

#[test]
fn no_line_of_random_objects_contains_a_secret() {
    let mut hidden = 0;
    for seed in 0..PAIRS / 4 {
        let mut random = Rng::with_seed(seed);
        let before = with_markers(&object(&mut random), &mut random);
        let after = with_markers(&mutate(&before, &mut random), &mut random);
        let diff = Diff::between(&before, &after).unwrap();
        let shown = format!("{diff}{diff:?}{:?}{:?}", diff.to_json_patch(), diff.to_merge_patch());
        assert!(!shown.contains(random::MARKER), "seed {seed}: {shown}");
        hidden += usize::from(shown.contains("<secret "));
        check(&before, &after, seed);
    }
    assert!(hidden > 300, "only {hidden} have a secret");
}
