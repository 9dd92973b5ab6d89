//! Pages that fail, that lead around in a circle, or that have nothing new.

use super::relist::{item, list};
use super::*;

const FIRST: &str = "/api/v1/pods?limit=500";

/// Responds to the first page with a token, and expects the request of the next page.
fn first_page(harness: &mut Harness, token: &str) {
    assert_eq!(harness.request(), FIRST);
    harness.list(&list(5, token, &[item("a", "1", 3)]));
    harness.deliveries();
}

#[test]
fn page_that_keeps_failing_restarts_the_list() {
    for fail in [
        |harness: &mut Harness| {
            harness.head(500);
            harness.end();
        },
        |harness: &mut Harness| {
            harness.head_of(200, "text/html");
            harness.chunk("<html>");
            harness.end();
        },
        |harness: &mut Harness| {
            harness.head(200);
            harness.chunk("{\"items\":[");
            harness.disconnect();
        },
        |harness: &mut Harness| {
            harness.head(200);
            harness.chunk("{\"items\":[");
            harness.end();
        },
    ] {
        let mut harness = managed(None);
        first_page(&mut harness, "t");
        for _ in 0..3 {
            assert_eq!(harness.request(), format!("{FIRST}&continue=t"));
            fail(&mut harness);
            harness.sleep();
        }
        first_page(&mut harness, "u");
        assert_eq!(harness.request(), format!("{FIRST}&continue=u"));
        harness.list(&list(5, "", &[item("b", "2", 4)]));
        assert_eq!(harness.deliveries(), ["ADDED Initial b"]);
    }
}

#[test]
fn only_failures_in_a_row_restart_the_list() {
    let mut harness = managed(None);
    first_page(&mut harness, "0");
    for page in 0..5 {
        for _ in 0..2 {
            assert_eq!(harness.request(), format!("{FIRST}&continue={page}"));
            harness.head(503);
            harness.end();
            harness.sleep();
        }
        harness.request();
        harness.list(&list(5, &(page + 1).to_string(), &[item("b", &page.to_string(), 4)]));
        harness.deliveries();
    }
}

#[test]
fn pages_of_a_list_that_restarts_again_and_again_are_no_progress() {
    let settings = Settings {
        initial_list: InitialList::Paged,
        give_up_after: Some(Duration::from_mins(2)),
        ..Settings::default()
    };
    for repeats in [true, false] {
        let mut harness = Harness::with(settings.clone(), StreamOptions::managed(), None);
        let start = harness.now;
        let error = loop {
            match harness.step() {
                Step::Send(outgoing) => {
                    if repeats || !outgoing.request.uri().to_string().contains("continue") {
                        harness.list(&list(5, "t", &[item("a", "1", 3)]));
                    } else {
                        harness.head(500);
                        harness.end();
                    }
                }
                Step::Sleep(time) => {
                    harness.pass(time);
                    harness.machine.on_wake();
                }
                Step::End(error) => break error.unwrap(),
                Step::Deliver(_) => {}
                other @ Step::Wait(_) => panic!("{other:?}"),
            }
            assert!(harness.now - start < Duration::from_mins(10), "it never gives up");
        };
        assert_eq!(error.to_string().contains("continue tokens repeat"), repeats, "{error}");
    }
}

#[test]
fn pages_without_anything_new_slow_down() {
    for repeated in [Vec::new(), vec![item("a", "1", 3)]] {
        let mut harness = managed(None);
        first_page(&mut harness, "first");
        let (start, mut pages) = (harness.now, 0);
        while harness.now - start < Duration::from_secs(10) {
            match harness.step() {
                Step::Send(_) => {
                    pages += 1;
                    harness.list(&list(5, &pages.to_string(), &repeated));
                }
                Step::Sleep(time) => {
                    harness.pass(time);
                    harness.machine.on_wake();
                }
                other => panic!("{other:?}"),
            }
            assert!(pages < 100, "a storm");
        }
        assert!(pages > 50, "filtered pages are not that slow: {pages}");
        harness.request();
        harness.list(&list(5, "", &[item("b", "2", 4)]));
        assert_eq!(harness.deliveries(), ["ADDED Initial b"]);
    }
}

#[test]
fn status_of_an_expired_token_restarts_the_list_whatever_its_form() {
    for status in [
        r#"{"kind":"Status","reason":"Expired","message":"the token is too old"}"#,
        r#"{"kind":"Status","code":"410"}"#,
    ] {
        let mut harness = managed(None);
        first_page(&mut harness, "t");
        harness.request();
        harness.list(status);
        assert_eq!(harness.request(), FIRST, "{status}");
    }
}
