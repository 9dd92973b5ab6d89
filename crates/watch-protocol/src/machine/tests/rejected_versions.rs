//! Watches whose version the server no longer accepts: its versions have another form since it was replaced.

use super::relist::watching_from_version_10;
use super::*;

const LIST_REQUEST: &str = "/api/v1/pods?limit=500";

/// A list of the same four objects, whose versions have another form now, and one of which is gone.
const OTHER_FORM: &str = r#"{"metadata":{"resourceVersion":"v1-b"},"items":[{"metadata":{"name":"a","uid":"1","resourceVersion":"v1-a"}},{"metadata":{"name":"b","uid":"2","resourceVersion":"v1-a"}},{"metadata":{"name":"c","uid":"3","resourceVersion":"v1-b"}}]}"#;

/// How a server rejects a version.
#[derive(Clone, Copy, Debug)]
enum Rejection {
    Status(u16, &'static str),
    ErrorEvent(&'static str),
}

impl Rejection {
    /// Rejects the requested watch.
    fn send(self, harness: &mut Harness) {
        match self {
            Self::Status(status, body) => {
                harness.head(status);
                harness.chunk(body);
                harness.end();
            }
            Self::ErrorEvent(status) => {
                harness.head(200);
                harness.chunk(&format!("{{\"type\":\"ERROR\",\"object\":{status}}}\n"));
            }
        }
        harness.sleep();
    }
}

const REJECTIONS: [Rejection; 4] = [
    Rejection::Status(400, ""),
    Rejection::Status(422, r#"{"reason":"Invalid","code":422}"#),
    Rejection::Status(500, r#"{"message":"invalid resource version: \"10\"","code":500}"#),
    Rejection::ErrorEvent(r#"{"reason":"BadRequest","code":400}"#),
];

#[test]
fn version_that_is_rejected_three_times_leads_to_a_list() {
    for rejection in REJECTIONS {
        let mut harness = watching_from_version_10();
        harness.end();
        for _ in 0..3 {
            assert!(harness.request().contains("watch=true&resourceVersion=10&"), "{rejection:?}");
            rejection.send(&mut harness);
        }
        assert_eq!(harness.request(), LIST_REQUEST, "{rejection:?}");
        harness.list(OTHER_FORM);
        assert_eq!(
            harness.deliveries(),
            ["MODIFIED Repair a", "MODIFIED Repair b", "MODIFIED Repair c", "DELETED Repair d"]
        );
        assert!(harness.request().contains("watch=true&resourceVersion=v1-b&"));
    }
}

#[test]
fn versions_that_are_always_rejected_lead_to_lists_at_a_bounded_rate() {
    for rejection in REJECTIONS {
        let mut harness = watching_from_version_10();
        harness.end();
        let (began, mut lists, mut watches) = (harness.now, 0, 0);
        while harness.now - began < Duration::from_hours(1) {
            if harness.request() == LIST_REQUEST {
                lists += 1;
                harness.list(OTHER_FORM);
                harness.deliveries();
            } else {
                watches += 1;
                rejection.send(&mut harness);
            }
        }
        assert!((5..20).contains(&lists), "{rejection:?}: {lists} lists");
        assert!((100..600).contains(&watches), "{rejection:?}: {watches} watches");
    }
}

#[test]
fn rejection_that_is_not_about_the_version_leads_to_no_list() {
    let away = r#"{"message":"etcd is away","code":500}"#;
    for (status, body) in [(401, ""), (403, ""), (405, ""), (429, ""), (500, away), (503, "")] {
        let mut harness = watching_from_version_10();
        harness.end();
        for _ in 0..50 {
            assert!(harness.request().contains("watch=true&resourceVersion=10&"), "{status}");
            Rejection::Status(status, body).send(&mut harness);
        }
    }
}

#[test]
fn accepted_watch_starts_the_count_of_rejections_again() {
    let mut harness = watching_from_version_10();
    harness.end();
    for round in 0..5 {
        for _ in 0..2 {
            harness.request();
            Rejection::Status(400, "").send(&mut harness);
        }
        assert!(harness.request().contains("watch=true"), "{round}");
        if round % 2 == 0 {
            harness.accept_watch();
            harness.end();
        } else {
            harness.head(200);
            harness.chunk(&event("BOOKMARK", &(20 + round).to_string()));
            harness.wait();
            harness.disconnect();
            harness.sleep();
        }
    }
}
