//! Tests of the index.

use super::*;
use crate::raw_object::Form;

const A: &str = "8d81410b-1ab3-4aae-9917-698838ae0bb2";
const B: &str = "5b1c1f0e-6a0e-4b53-9c0e-1b8a5f5c1d2e";

fn object(name: &str, uid: &str, version: &str) -> Identity {
    Identity {
        name: name.to_owned(),
        namespace: "shop".to_owned(),
        uid: uid.into(),
        version: Some(version.to_owned()),
        content: 0,
    }
}

fn listed(index: &mut Index, object: &Identity) -> Comparison {
    index.compare(object, Seen::InList)
}

#[test]
fn list_is_compared_with_the_index() {
    let mut index = Index::default();
    for name in ["same", "changed", "replaced", "missing_from_list"] {
        index.record_delivered(EventType::Added, &object(name, A, "7"), None);
    }
    index.begin_generation();
    assert_eq!(listed(&mut index, &object("same", A, "7")), Comparison::Unchanged);
    assert_eq!(listed(&mut index, &object("changed", A, "8")), Comparison::Changed);
    index.record_delivered(EventType::Modified, &object("changed", A, "8"), None);
    assert_eq!(listed(&mut index, &object("new", B, "9")), Comparison::New);
    index.record_delivered(EventType::Added, &object("new", B, "9"), None);
    let old = object("replaced", A, "7");
    assert_eq!(listed(&mut index, &object("replaced", B, "9")), Comparison::Replaces(old.clone()));
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
    assert_eq!(listed(&mut index, &a), Comparison::Changed);
    assert_eq!(listed(&mut index, &a), Comparison::Changed, "until it is delivered");
    index.record_delivered(EventType::Modified, &a, None);
    // Interrupted, and rolled back again.
    index.mark_untrusted();
    index.begin_generation();
    assert_eq!(listed(&mut index, &a), Comparison::Unchanged);
    assert_eq!(listed(&mut index, &b), Comparison::Changed);
    index.record_delivered(EventType::Modified, &b, None);
    assert!(index.missing_from_list().is_empty() && index.is_untrusted());
    index.mark_synced();
    index.mark_untrusted();
    index.begin_generation();
    assert_eq!(listed(&mut index, &a), Comparison::Changed, "rolled back again");
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
    let raw = |form, text: &'static str| RawObject { form, bytes: text.into() };
    for raw in [raw(Form::Json, "old"), raw(Form::Message, "new")] {
        index.record_delivered(EventType::Added, &object("a", A, "7"), Some(&raw));
    }
    index.record_delivered(EventType::Added, &object("b", A, "7"), None);
    assert_eq!(index.stored_object(&object("a", A, "7")), Some(raw(Form::Message, "new")));
    assert_eq!(index.stored_object(&object("a", B, "7")), None, "another object of that name");
    assert_eq!(index.stored_object(&object("b", A, "7")), None);
}

#[test]
fn same_name_in_another_namespace_is_another_object() {
    let mut index = Index::default();
    index.record_delivered(EventType::Added, &object("a", A, "7"), None);
    let other = Identity { namespace: "other".to_owned(), ..object("a", A, "7") };
    assert_eq!(listed(&mut index, &other), Comparison::New);
}

#[test]
fn namesakes_of_one_list_are_told_apart_by_their_uids() {
    let mut index = Index::default();
    index.begin_generation();
    let [first, second] = [object("a", A, "3"), object("a", B, "4")];
    for (object, json) in [(&first, "first"), (&second, "second")] {
        assert_eq!(listed(&mut index, object), Comparison::New);
        index.record_delivered(EventType::Added, object, Some(&RawObject::json(json.into())));
    }
    assert_eq!(index.len(), 2);
    index.begin_generation();
    assert_eq!(listed(&mut index, &second), Comparison::Unchanged);
    assert_eq!(index.missing_from_list(), std::slice::from_ref(&first));
    assert_eq!(index.stored_object(&first), Some(RawObject::json("first".into())));
    index.record_delivered(EventType::Deleted, &first, None);
    assert_eq!((index.len(), index.stored_object(&first)), (1, None));
    assert_eq!(index.stored_object(&second), Some(RawObject::json("second".into())));
    assert_eq!(listed(&mut index, &first), Comparison::New, "it shows several clusters");
    index.record_delivered(EventType::Deleted, &second, None);
    assert_eq!(index.len(), 0);
}

#[test]
fn namesakes_of_different_lists_replace_each_other() {
    let mut index = Index::default();
    index.begin_generation();
    index.record_delivered(EventType::Added, &object("a", A, "3"), None);
    index.begin_generation();
    let replaces = Comparison::Replaces(object("a", A, "3"));
    assert_eq!(listed(&mut index, &object("a", B, "4")), replaces);
}

#[test]
fn replaced_object_that_changes_is_a_namesake() {
    let mut index = Index::default();
    let [first, second] = [object("a", A, "3"), object("a", B, "4")];
    index.record_delivered(EventType::Added, &first, None);
    let seen = Seen::InWatch(Some("3"));
    assert_eq!(index.compare(&second, seen), Comparison::Replaces(first.clone()));
    index.record_delivered(EventType::Deleted, &first, None);
    index.record_delivered(EventType::Added, &second, None);
    let changed = object("a", A, "5");
    assert_eq!(index.compare(&changed, Seen::InWatch(Some("4"))), Comparison::New);
    index.record_delivered(EventType::Added, &changed, None);
    assert_eq!(index.len(), 2);
}

#[test]
fn object_without_uid_is_the_one_of_its_name() {
    let mut index = Index::default();
    index.record_delivered(EventType::Added, &object("a", A, "7"), None);
    assert_eq!(listed(&mut index, &object("a", "", "7")), Comparison::Unchanged);
    assert_eq!(listed(&mut index, &object("a", "", "8")), Comparison::Changed);
    index.record_delivered(EventType::Modified, &object("a", "", "8"), None);
    assert_eq!(listed(&mut index, &object("a", A, "8")), Comparison::Unchanged, "it is known");
    index.begin_generation();
    let replaces = Comparison::Replaces(object("a", A, "8"));
    assert_eq!(listed(&mut index, &object("a", B, "9")), replaces);
    index.record_delivered(EventType::Deleted, &object("a", "", ""), None);
    assert_eq!(index.len(), 0);
}

#[test]
fn event_older_than_the_delivered_object_is_outdated() {
    let mut index = Index::default();
    index.record_delivered(EventType::Added, &object("a", A, "10"), None);
    let mut compare = |uid: &str, version: &str, reached: &str| {
        let object = object("a", uid, version);
        let deleted = index.compare_deleted(&object, Some(reached));
        (index.compare(&object, Seen::InWatch(Some(reached))), deleted)
    };
    let changed = || (Comparison::Changed, Comparison::Changed);
    assert_eq!(compare(A, "7", "5"), (Comparison::Outdated, Comparison::Outdated));
    assert_eq!(compare(B, "7", "5"), (Comparison::Outdated, Comparison::New));
    assert_eq!(compare(A, "11", "5"), changed());
    assert_eq!(compare(A, "7", "20"), changed(), "the server's versions are in no order");
    assert_eq!(compare(A, "x", "5"), changed());
    index.mark_untrusted();
    let seen = Seen::InWatch(Some("5"));
    assert_eq!(index.compare(&object("a", A, "7"), seen), Comparison::Changed, "rolled back");
}
