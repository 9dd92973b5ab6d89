//! Differences of objects of every kind, and of generated types.

use rel_1_37::core::v1::{Container, Pod, PodSpec, PodStatus, Secret};
use watch_store::{Diff, DiffOptions};
use watchable_core::{ByteString, Resource, WatchItem};

#[test]
fn patches_of_random_objects_of_every_kind_give_the_new_one() {
    let (oldest, newest) = (release_catalogs::RELEASES[0], release_catalogs::NEWEST);
    for release in [oldest, "1.27", newest] {
        model_tests::diff_random_objects(release);
    }
}

#[test]
fn items_of_every_list_with_keys_are_matched_by_them() {
    model_tests::diff_lists_with_keys(release_catalogs::NEWEST);
}

fn pod(image: &str, phase: &str) -> Pod {
    let container = |name: &str, image: &str| Container {
        name: name.into(),
        image: Some(image.into()),
        ..Default::default()
    };
    let containers = vec![container("proxy", "envoy"), container("web", image)];
    Pod {
        spec: Some(PodSpec { containers, ..Default::default() }),
        status: Some(PodStatus { phase: Some(phase.into()), ..Default::default() }),
        ..Default::default()
    }
}

#[test]
fn generated_types_are_compared() {
    let (mut before, mut after) = (pod("nginx:1.27", "Pending"), pod("nginx:1.29", "Running"));
    let expected = "spec.containers[name=web].image: nginx:1.27 → nginx:1.29\n\
                    status.phase: Pending → Running";
    let options = DiffOptions::new().resource(&Pod::RESOURCE);
    assert_eq!(options.between(&before, &after).unwrap().to_string(), expected);
    for pod in [&mut before, &mut after] {
        pod.fill_type_meta(&Pod::RESOURCE);
    }
    assert_eq!(Diff::between(&before, &after).unwrap().to_string(), expected);
}

#[test]
fn secrets_of_generated_types_are_hidden_with_and_without_a_kind() {
    let secret = |value: &str| Secret {
        data: [("password", ByteString(value.into()))].into(),
        ..Default::default()
    };
    let (mut before, mut after) = (secret("swordfish"), secret("open sesame"));
    for _ in 0..2 {
        let diff = Diff::between(&before, &after).unwrap();
        let line = diff.to_string();
        assert!(line.starts_with("data.password: <secret "), "{line}");
        for value in [&before, &after] {
            let encoded = serde_json::to_value(value).unwrap();
            let text = encoded["data"]["password"].as_str().unwrap().to_owned();
            let shown = format!("{diff} {diff:?} {:?}", diff.to_json_patch());
            assert!(!shown.contains(&text), "{shown}");
        }
        before.fill_type_meta(&Secret::RESOURCE);
        after.fill_type_meta(&Secret::RESOURCE);
    }
}
