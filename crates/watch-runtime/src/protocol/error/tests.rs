//! What errors say, and which predicates hold of them.

use watchable_core::Scope;

use super::*;

fn refused(code: u16, reason: &str, message: &str) -> WatchError {
    let status = ApiStatus {
        code,
        reason: reason.to_owned(),
        message: message.to_owned(),
        ..ApiStatus::default()
    };
    WatchError::new("watching pods/v1", Kind::Rejected(status))
}

#[test]
fn the_text_says_what_failed_on_what_and_what_to_do() {
    assert_eq!(
        refused(410, "Expired", "too old resource version: 1 (306)").to_string(),
        "watching pods/v1: the API server answered: too old resource version: 1 (306) (410 Expired); \
         the oldest version that it has is 306: start from a newer one, or from none"
    );
    assert!(
        refused(403, "Forbidden", "pods is forbidden")
            .to_string()
            .ends_with("list and watch on the resource")
    );
}

#[test]
fn what_to_do_follows_the_code() {
    for (code, mend) in [
        (401, "; check the credentials in the kubeconfig"),
        (403, "; the user needs the verbs list and watch on the resource"),
        (410, "; start from a newer version, or from none"),
        (400, "; check the selectors and the resource version"),
        (405, "; this resource cannot be watched"),
        (503, "; stream again after a while, or let a managed stream do so"),
        (500, "; the API server's log may tell more"),
    ] {
        let text = refused(code, "", "no").to_string();
        assert!(text.ends_with(mend), "{text}");
    }
}

#[test]
fn a_resource_that_the_server_lacks_is_named() {
    let error = |group: &'static str, reason: &str, message: &str| {
        let resource = ResourceInfo::new(group, "v1", "CronTab", "crontabs", Scope::Namespaced);
        let status = ApiStatus {
            code: 404,
            reason: reason.to_owned(),
            message: message.to_owned(),
            ..ApiStatus::default()
        };
        let doing = format!("watching {resource}");
        WatchError::new(doing, Kind::NoResource { resource, status })
    };
    let not_found = "the server could not find the requested resource";
    let custom = error("stable.example.com", "NotFound", not_found);
    assert_eq!(
        custom.to_string(),
        "watching crontabs.stable.example.com/v1: \
         the server has no crontabs.stable.example.com/v1; is the CRD installed?"
    );
    assert_eq!(holding(&custom), ["not found", "terminal"]);
    let custom = error("stable.example.com", "", "404 page not found");
    assert!(
        custom.to_string().ends_with("installed? It answered: 404 page not found (404)"),
        "{custom}"
    );
    for group in ["", "apps", "batch.k8s.io"] {
        let text = error(group, "NotFound", not_found).to_string();
        assert!(text.ends_with("; is it of another release, or has it no such version?"));
    }
}

#[test]
fn a_namespace_that_the_server_lacks_is_not_taken_for_a_resource() {
    let mut status = ApiStatus { code: 404, message: "no".to_owned(), ..ApiStatus::default() };
    status.details.kind = "namespaces".to_owned();
    let error = WatchError::new("watching pods/v1", Kind::Rejected(status));
    assert!(error.to_string().ends_with("; create the namespace, or name another"), "{error}");
}

/// The names of the predicates that hold.
fn holding(error: &WatchError) -> Vec<&'static str> {
    let predicates = [
        ("setting", error.is_invalid_setting()),
        ("connect", error.is_connect()),
        ("cut", error.is_disconnected()),
        ("gone", error.is_gone()),
        ("unauthorized", error.is_unauthorized()),
        ("forbidden", error.is_forbidden()),
        ("not found", error.is_not_found()),
        ("decode", error.is_decode()),
        ("terminal", error.is_terminal()),
    ];
    predicates.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

#[test]
fn predicates_tell_the_kinds_apart() {
    for (code, reason, predicate) in [
        (401, "", "unauthorized"),
        (403, "", "forbidden"),
        (404, "", "not found"),
        (410, "", "gone"),
        (0, "Gone", "gone"),
        (0, "Expired", "gone"),
    ] {
        assert_eq!(holding(&refused(code, reason, "")), [predicate, "terminal"]);
    }
    assert_eq!(holding(&refused(500, "", "")), ["terminal"]);
    let of = |kind| WatchError::new("watching pods/v1", kind);
    let setting = Kind::Setting { name: "namespace", reason: String::new() };
    assert_eq!(holding(&of(setting)), ["setting", "terminal"]);
    assert_eq!(holding(&of(Kind::Connect("refused".into()))), ["connect", "terminal"]);
    assert_eq!(holding(&of(Kind::Disconnected(None))), ["cut", "terminal"]);
    assert_eq!(holding(&of(Kind::IdleTimeout(Duration::from_secs(9)))), ["cut", "terminal"]);
    let decode = Kind::Decode { object: String::new(), source: "no".into() };
    assert_eq!(holding(&of(decode)), ["decode"]);
    assert_eq!(holding(&of(Kind::TooLarge { limit: 1 })), ["terminal"]);
}

/// A text that only says what is wrong leaves its reader alone.
#[test]
fn every_kind_says_on_what_and_what_to_do() {
    let no = || Source::from("no");
    let status = |code| ApiStatus { code, message: "no".to_owned(), ..ApiStatus::default() };
    for (kind, mend) in [
        (Kind::Setting { name: "timeout", reason: "it is zero; set None".into() }, "set None"),
        (Kind::Connect(no()), "check its address"),
        (Kind::Rejected(status(403)), "needs the verbs"),
        (Kind::PagesExpired(status(410)), "stream again"),
        (Kind::ErrorEvent(status(410)), "start from a newer version"),
        (Kind::Disconnected(None), "stream again"),
        (Kind::IdleTimeout(Duration::from_secs(90)), "stream again"),
        (Kind::Malformed { what: "a page", source: no() }, "look for a proxy"),
        (Kind::TooLarge { limit: 7 }, "max_event_bytes"),
        (Kind::ServerRolledBack { ours: "9".into(), current: "7".into() }, "start from none"),
        (Kind::Decode { object: "the ADDED a".into(), source: no() }, "release"),
    ] {
        let text = WatchError::new("watching pods/v1", kind).to_string();
        assert!(text.starts_with("watching pods/v1: "), "{text}");
        assert!(text.contains(mend), "{text}");
        assert!(!text.ends_with('.') && !text.contains("  "), "{text}");
    }
}

#[test]
fn the_source_is_what_the_text_leaves_out() {
    let cut = WatchError::new("watching pods/v1", Kind::Disconnected(Some("reset by peer".into())));
    assert_eq!(cut.source().unwrap().to_string(), "reset by peer");
    assert!(!cut.to_string().contains("reset"));
    assert!(refused(404, "", "no").source().is_none());
}
