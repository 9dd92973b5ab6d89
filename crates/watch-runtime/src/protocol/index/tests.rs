//! Tests of the index.

use super::*;

const A: &str = "8d81410b-1ab3-4aae-9917-698838ae0bb2";
const B: &str = "5b1c1f0e-6a0e-4b53-9c0e-1b8a5f5c1d2e";

fn object(name: &str, uid: &str, version: &str) -> Identity {
    Identity {
        name: name.to_owned(),
        namespace: "shop".to_owned(),
        uid: uid.into(),
        version: Some(version.to_owned()),
    }
}

#[test]
fn list_is_compared_with_the_index() {
    let mut index = Index::default();
    for name in ["same", "changed", "replaced", "missing_from_list"] {
        index.record_delivered(EventType::Added, &object(name, A, "7"), None);
    }
    index.begin_generation();
    assert_eq!(index.compare(&object("same", A, "7")), Comparison::Unchanged);
    assert_eq!(index.compare(&object("changed", A, "8")), Comparison::Changed);
    index.record_delivered(EventType::Modified, &object("changed", A, "8"), None);
    assert_eq!(index.compare(&object("new", B, "9")), Comparison::New);
    index.record_delivered(EventType::Added, &object("new", B, "9"), None);
    let old = object("replaced", A, "7");
    assert_eq!(index.compare(&object("replaced", B, "9")), Comparison::Replaces(old.clone()));
    index.record_delivered(EventType::Deleted, &old, None);
    index.record_delivered(EventType::Added, &object("replaced", B, "9"), None);
    assert_eq!(index.missing_from_list(), [object("missing_from_list", A, "7")]);
    assert_eq!(index.missing_from_list().len(), 1, "until its deletion is delivered");
    index.record_delivered(EventType::Deleted, &object("missing_from_list", A, "7"), None);
    assert!(index.missing_from_list().is_empty());
    assert_eq!(index.len(), 4);
}

#[test]
fn untrusted_versions_count_as_changed_until_delivered() {
    let mut index = Index::default();
    let [a, b] = ["a", "b"].map(|name| object(name, A, "7"));
    index.record_delivered(EventType::Added, &a, None);
    index.record_delivered(EventType::Added, &b, None);
    index.mark_untrusted();
    index.begin_generation();
    assert_eq!(index.compare(&a), Comparison::Changed);
    assert_eq!(index.compare(&a), Comparison::Changed, "until it is delivered");
    index.record_delivered(EventType::Modified, &a, None);
    // Interrupted, and rolled back again.
    index.mark_untrusted();
    index.begin_generation();
    assert_eq!(index.compare(&a), Comparison::Unchanged);
    assert_eq!(index.compare(&b), Comparison::Changed);
    index.record_delivered(EventType::Modified, &b, None);
    assert!(index.missing_from_list().is_empty() && index.is_untrusted());
    index.mark_synced();
    index.mark_untrusted();
    index.begin_generation();
    assert_eq!(index.compare(&a), Comparison::Changed, "rolled back again");
}

#[test]
fn late_delete_of_an_earlier_object_is_ignored() {
    let mut index = Index::default();
    index.record_delivered(EventType::Added, &object("a", B, "9"), None);
    index.record_delivered(EventType::Deleted, &object("a", A, "8"), None);
    assert_eq!(index.len(), 1);
}

#[test]
fn uids_and_versions_round_trip() {
    for uid in [A, "", "x", &A.to_uppercase(), &A.replace('-', "0")] {
        for version in ["7", "007", "+7", "18446744073709551616", "opaque", "0"] {
            let mut index = Index::default();
            index.record_delivered(EventType::Added, &object("a", uid, version), None);
            index.begin_generation();
            assert_eq!(index.missing_from_list(), [object("a", uid, version)]);
        }
    }
}

#[test]
fn stored_object_is_the_last_delivered() {
    let mut index = Index::default();
    for text in ["old", "new"] {
        index.record_delivered(EventType::Added, &object("a", A, "7"), Some(&Bytes::from(text)));
    }
    index.record_delivered(EventType::Added, &object("b", A, "7"), None);
    assert_eq!(index.stored_object(&object("a", A, "7")).as_deref(), Some(&b"new"[..]));
    assert_eq!(index.stored_object(&object("a", B, "7")), None, "another object of that name");
    assert_eq!(index.stored_object(&object("b", A, "7")), None);
}

#[test]
fn same_name_in_another_namespace_is_another_object() {
    let mut index = Index::default();
    index.record_delivered(EventType::Added, &object("a", A, "7"), None);
    let other = Identity { namespace: "other".to_owned(), ..object("a", A, "7") };
    assert_eq!(index.compare(&other), Comparison::New);
}
