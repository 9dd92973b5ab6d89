//! Tests of the messages and predicates of errors.

use watchable_core::Scope;

use super::*;

fn rejected(code: u16, reason: &str, message: &str) -> WatchError {
    let status = ApiStatus {
        code,
        reason: reason.to_owned(),
        message: message.to_owned(),
        ..ApiStatus::default()
    };
    WatchError::new("watching pods/v1", Kind::Rejected(status))
}

#[test]
fn message_names_the_operation_the_resource_and_a_remedy() {
    assert_eq!(
        rejected(410, "Expired", "too old resource version: 1 (306)").to_string(),
        "watching pods/v1: the API server rejected the request: too old resource version: 1 (306) (410 Expired); \
         the oldest version it has is 306: start from a newer one, or without a version"
    );
    assert!(
        rejected(403, "Forbidden", "pods is forbidden")
            .to_string()
            .ends_with("list and watch on the resource")
    );
}

#[test]
fn remedy_depends_on_the_status_code() {
    for (code, hint) in [
        (401, "; check the credentials in the kubeconfig"),
        (403, "; the user needs the verbs list and watch on the resource"),
        (410, "; start from a newer version, or without one"),
        (400, "; check the selectors and the resource version"),
        (405, "; this resource cannot be watched"),
        (302, "; check for a proxy or a login page in between, or another server at its address"),
        (520, "; stream again later, or use a managed stream, which retries"),
        (503, "; stream again later, or use a managed stream, which retries"),
        (500, "; check the API server's log"),
    ] {
        let text = rejected(code, "", "no").to_string();
        assert!(text.ends_with(hint), "{text}");
    }
}

#[test]
fn missing_resource_is_named() {
    let error = |group: &'static str, reason: &str, message: &str| {
        let resource = ResourceInfo::new(group, "v1", "CronTab", "crontabs", Scope::Namespaced);
        let status = ApiStatus {
            code: 404,
            reason: reason.to_owned(),
            message: message.to_owned(),
            ..ApiStatus::default()
        };
        let operation = format!("watching {resource}");
        WatchError::new(operation, Kind::NoResource { resource, status })
    };
    let not_found = "the server could not find the requested resource";
    let custom = error("stable.example.com", "NotFound", not_found);
    assert_eq!(
        custom.to_string(),
        "watching crontabs.stable.example.com/v1: \
         the server has no crontabs.stable.example.com/v1; is the CRD installed?"
    );
    assert_eq!(true_predicates(&custom), ["not found", "terminal"]);
    let custom = error("stable.example.com", "", "404 page not found");
    assert!(
        custom.to_string().ends_with("installed? The server said: 404 page not found (404)"),
        "{custom}"
    );
    for group in ["", "apps", "batch.k8s.io"] {
        let text = error(group, "NotFound", not_found).to_string();
        assert!(text.ends_with("; is it of another release, or is the version wrong?"));
    }
}

#[test]
fn missing_namespace_is_not_reported_as_missing_resource() {
    let mut status = ApiStatus { code: 404, message: "no".to_owned(), ..ApiStatus::default() };
    status.details.kind = "namespaces".to_owned();
    let error = WatchError::new("watching pods/v1", Kind::Rejected(status));
    assert!(error.to_string().ends_with("; create the namespace, or use another"), "{error}");
}

/// Returns the names of the predicates that are true.
fn true_predicates(error: &WatchError) -> Vec<&'static str> {
    let predicates = [
        ("setting", error.is_invalid_setting()),
        ("connect", error.is_connect()),
        ("disconnected", error.is_disconnected()),
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
fn predicates_distinguish_the_kinds() {
    for (code, reason, predicate) in [
        (401, "", "unauthorized"),
        (403, "", "forbidden"),
        (404, "", "not found"),
        (410, "", "gone"),
        (0, "Gone", "gone"),
        (0, "Expired", "gone"),
    ] {
        assert_eq!(true_predicates(&rejected(code, reason, "")), [predicate, "terminal"]);
    }
    assert_eq!(true_predicates(&rejected(500, "", "")), ["terminal"]);
    let of = |kind| WatchError::new("watching pods/v1", kind);
    let setting = Kind::Setting { name: "namespace", reason: String::new() };
    assert_eq!(true_predicates(&of(setting)), ["setting", "terminal"]);
    assert_eq!(true_predicates(&of(Kind::Connect("refused".into()))), ["connect", "terminal"]);
    assert_eq!(true_predicates(&of(Kind::Disconnected(None))), ["disconnected", "terminal"]);
    assert_eq!(
        true_predicates(&of(Kind::IdleTimeout(Duration::from_secs(9)))),
        ["disconnected", "terminal"]
    );
    let decode = Kind::Decode { object: String::new(), source: "no".into() };
    assert_eq!(true_predicates(&of(decode)), ["decode"]);
    assert_eq!(true_predicates(&of(Kind::TooLarge { limit: 1 })), ["terminal"]);
}

/// A message that only says what is wrong does not help.
#[test]
fn every_kind_names_the_resource_and_a_remedy() {
    let no = || Source::from("no");
    let status = |code| ApiStatus { code, message: "no".to_owned(), ..ApiStatus::default() };
    for (kind, hint) in [
        (Kind::Setting { name: "timeout", reason: "it is zero; set None".into() }, "set None"),
        (Kind::Connect(no()), "check its address"),
        (Kind::Rejected(status(403)), "needs the verbs"),
        (Kind::PagesExpired(status(410)), "stream again"),
        (Kind::ErrorEvent(status(410)), "start from a newer version"),
        (Kind::Disconnected(None), "stream again"),
        (Kind::IdleTimeout(Duration::from_secs(90)), "stream again"),
        (Kind::malformed("a page", no()), "check for a proxy"),
        (Kind::TooLarge { limit: 7 }, "max_event_bytes"),
        (
            Kind::ServerRolledBack { ours: "9".into(), current: "7".into() },
            "start without a version",
        ),
        (Kind::Decode { object: "the ADDED a".into(), source: no() }, "release"),
    ] {
        let text = WatchError::new("watching pods/v1", kind).to_string();
        assert!(text.starts_with("watching pods/v1: "), "{text}");
        assert!(text.contains(hint), "{text}");
        assert!(!text.ends_with('.') && !text.contains("  "), "{text}");
    }
}

#[test]
fn source_is_not_repeated_in_the_message() {
    let error =
        WatchError::new("watching pods/v1", Kind::Disconnected(Some("reset by peer".into())));
    assert_eq!(error.source().unwrap().to_string(), "reset by peer");
    assert!(!error.to_string().contains("reset"));
    assert!(rejected(404, "", "no").source().is_none());
}

#[test]
fn causes_are_on_one_line_without_repetition() {
    #[derive(Debug)]
    struct Caused(&'static str, Option<Box<Caused>>);
    impl std::fmt::Display for Caused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }
    impl std::error::Error for Caused {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }
    let root = || Some(Box::new(Caused("the proxy\nanswered 503", None)));
    let cases = [
        (Caused("refused", None), "refused"),
        (Caused("cannot connect", root()), "cannot connect: the proxy answered 503"),
        (
            Caused("tunnel failed: the proxy answered 503", root()),
            "tunnel failed: the proxy answered 503",
        ),
        (Caused("ServiceError: lost", Some(Box::new(Caused("lost", None)))), "lost"),
    ];
    for (error, line) in cases {
        assert_eq!(super::one_line(&error), line);
    }
}
