//! Tests of the map: against a `BTreeMap`, and what is its own.

use super::*;

fn texts(entries: &[(&str, &str)]) -> Map<Text> {
    entries.iter().copied().collect()
}

#[test]
fn random_changes_are_those_of_a_btree_map() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..200 {
        let (mut map, mut model) = (Map::<u32>::new(), BTreeMap::<String, u32>::new());
        for value in 0..random.u32(..60) {
            let key = random.u8(..20).to_string();
            match random.u8(..5) {
                0 => assert_eq!(map.remove(&key), model.remove(&key)),
                1 => assert_eq!(
                    map.get_mut(&key).map(|held| *held += 1),
                    model.get_mut(&key).map(|held| *held += 1)
                ),
                _ => assert_eq!(map.insert(&key, value), model.insert(key, value)),
            }
            assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        }
        for key in (0..20).map(|key| key.to_string()) {
            assert_eq!(map.get(&key), model.get(&key));
            assert_eq!(map.contains_key(&key), model.contains_key(&key));
        }
        let entries = map.iter().map(|(key, value)| (key.as_str(), value));
        assert!(entries.eq(model.iter().map(|(key, value)| (key.as_str(), value))));
        assert_eq!(format!("{map:?}"), format!("{model:?}"));
        assert_eq!(serde_json::to_string(&map).unwrap(), serde_json::to_string(&model).unwrap());
        assert_eq!(Map::from(model), map);
    }
}

#[test]
fn of_entries_with_one_key_the_last_counts() {
    let entries = [("b", "1"), ("a", "2"), ("b", "3"), ("a", "4"), ("b", "5")];
    let expected = texts(&[("a", "4"), ("b", "5")]);
    assert_eq!(texts(&entries), expected);
    let mut extended = texts(&entries[..2]);
    extended.extend(entries[2..].iter().copied());
    assert_eq!(extended, expected);
    let json = r#"{"b":"1","a":"2","b":"3","a":"4","b":"5"}"#;
    assert_eq!(serde_json::from_str::<Map<Text>>(json).unwrap(), expected);
}

#[test]
fn iterators_are_sorted_from_both_ends_and_know_their_lengths() {
    let mut map: Map<u32> = Map::from([("c", 3_u32), ("a", 1), ("b", 2)]);
    assert_eq!(map.iter().len(), 3);
    assert_eq!(map.iter().next_back().map(|(key, value)| (key.as_str(), *value)), Some(("c", 3)));
    assert!(map.keys().eq(["a", "b", "c"].map(Text::from).iter()));
    for (key, value) in &mut map {
        *value += u32::from(key == "b") * 10;
    }
    map.values_mut().for_each(|value| *value += 1);
    assert!(map.values().eq(&[2, 13, 4]));
    map.retain(|key, value| key != "a" && *value != 4);
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [(Text::from("b"), 13)]);
}

#[test]
#[should_panic(expected = "the key is in the map")]
fn index_panics_without_the_key() {
    let _ = &texts(&[("a", "1")])["b"];
}

#[test]
fn another_type_is_an_error() {
    let error = serde_json::from_str::<Map<Text>>("[1]").unwrap_err().to_string();
    assert!(error.contains("a map"), "{error}");
}
