//! The policy on failure after the first success: everything is waited out.

use super::*;

pub(super) const PAGE: &str = "<html>\n<h1>Sign in</h1>\n</html>\n";

/// What a server or a proxy may respond.
#[derive(Clone, Copy, Debug)]
pub(super) enum Response {
    /// This status, with an empty body.
    Status(u16),
    /// A success with this content type and body.
    Content(&'static str, &'static str),
}

impl Response {
    fn send(self, harness: &mut Harness) {
        match self {
            Self::Status(status) => harness.head(status),
            Self::Content(content_type, body) => {
                harness.head_of(200, content_type);
                harness.chunk(body);
                harness.deliveries();
            }
        }
        if !matches!(harness.machine.state, State::BackingOff { .. }) {
            harness.end();
        }
    }
}

/// A stream whose list and watch were accepted, and whose watch broke. It requests a list if
/// `relists`.
pub(super) fn accepted(relists: bool) -> Harness {
    let mut harness = managed(None);
    harness.request();
    harness.list(LIST);
    harness.deliveries();
    harness.request();
    harness.accept_watch();
    if relists {
        harness.chunk(GONE);
    } else {
        harness.disconnect();
        harness.sleep();
    }
    harness
}

/// Fails the stream's requests for an hour. Returns the longest wait.
pub(super) fn fail_for_an_hour(harness: &mut Harness, response: Response) -> Duration {
    let (start, mut longest, mut requests) = (harness.now, Duration::ZERO, 0);
    while harness.now - start < Duration::from_hours(1) {
        harness.request();
        requests += 1;
        response.send(harness);
        longest = longest.max(harness.sleep());
    }
    assert!(requests < 600, "{requests} requests in an hour");
    longest
}

#[test]
fn nothing_that_a_server_or_proxy_responds_ends_an_accepted_stream() {
    let statuses = [
        302, 307, 400, 401, 403, 404, 405, 406, 408, 409, 421, 422, 425, 429, 451, 500, 501, 502,
        503, 504, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530, 599,
    ];
    let contents = [
        ("text/html; charset=utf-8", PAGE),
        ("text/plain", "upstream connect error\n"),
        ("application/json", "<html>\n"),
        ("application/json", "\"a text\"\n"),
        ("application/json", "[1,2]\n"),
    ];
    let responses = statuses.map(Response::Status).into_iter();
    let contents = contents.map(|(content_type, body)| Response::Content(content_type, body));
    for response in responses.chain(contents) {
        for relists in [false, true] {
            let mut harness = accepted(relists);
            let longest = fail_for_an_hour(&mut harness, response);
            assert!(longest > Duration::from_secs(15), "{response:?}: {longest:?}");
            assert!(longest <= Duration::from_secs(30), "{response:?}: {longest:?}");
            // It goes on as if nothing had happened, but for a watch whose version may be at fault.
            let blames_version = match response {
                Response::Status(status) => matches!(status, 400 | 422),
                Response::Content(_, body) => body.starts_with(['"', '[']),
            };
            let lists = relists || blames_version;
            assert_eq!(harness.request().contains("watch=true"), !lists, "{response:?}");
        }
    }
}

#[test]
fn list_that_is_none_is_requested_again() {
    for body in
        ["null", "{}", "", "[]", "{\"items\":[", &LIST[..60], "{\"kind\":\"Status\",\"code\":503}"]
    {
        let mut harness = accepted(true);
        for _ in 0..20 {
            assert!(!harness.request().contains("watch=true"));
            harness.head_of(200, "application/json");
            harness.chunk(body);
            harness.end();
            harness.deliveries();
            harness.sleep();
        }
        harness.request();
        harness.list(&LIST.replace("\"7\"", "\"8\""));
        assert_eq!(harness.deliveries(), ["MODIFIED Repair a"], "{body}");
    }
}

#[test]
fn repeated_error_events_and_malformed_lines_are_retried() {
    for line in [
        r#"{"type":"ERROR","object":{"code":500,"message":"etcd is away"}}"#,
        r#"{"type":"ERROR","object":{"code":401}}"#,
        r#"{"type":"ERROR","object":{"code":403}}"#,
        r#"{"type":"ERROR","object":{"code":404,"reason":"NotFound"}}"#,
        "<html>",
    ] {
        let mut harness = accepted(false);
        for _ in 0..100 {
            assert!(harness.request().contains("resourceVersion=40&"));
            harness.head_of(200, "application/json");
            harness.chunk(&format!("{line}\n"));
            harness.sleep();
        }
    }
}

#[test]
fn cause_is_the_present_one_and_names_what_came() {
    let mut harness = accepted(false);
    let since = harness.machine.status(harness.now).interruption.unwrap().since;
    for (response, cause) in [
        (Response::Status(503), Cause::Rejected(503)),
        (Response::Status(302), Cause::Rejected(302)),
        (Response::Content("text/html", PAGE), Cause::UnexpectedContent),
        (Response::Content("application/json", "{\"a\" 1}\n"), Cause::Malformed),
        (
            Response::Content(
                "application/json",
                "{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n",
            ),
            Cause::Rejected(500),
        ),
    ] {
        harness.request();
        response.send(&mut harness);
        let status = harness.machine.status(harness.now).clone();
        assert!(matches!(status.phase, Phase::BackingOff { cause: c, .. } if c == cause));
        harness.sleep();
        let interruption = harness.machine.status(harness.now).interruption.unwrap();
        assert_eq!((interruption.since, interruption.cause), (since, cause), "while it retries");
    }
    harness.request();
    harness.head(200);
    harness.wait();
    assert_eq!(harness.machine.status(harness.now).interruption, None, "it is live");
}

#[test]
fn rejected_continue_token_restarts_the_list() {
    let mut harness = managed(None);
    harness.request();
    harness.list(r#"{"metadata":{"resourceVersion":"40","continue":"tok"},"items":[{"metadata":{"name":"a"}}]}"#);
    harness.deliveries();
    for (status, url) in
        [(503, "/api/v1/pods?limit=500&continue=tok"), (400, "/api/v1/pods?limit=500")]
    {
        harness.request();
        harness.head(status);
        harness.end();
        harness.sleep();
        let request = harness.step();
        assert_eq!(format!("{request:?}"), format!("Send({url})"));
        harness.disconnect();
        if status == 503 {
            harness.machine.on_unreachable("connection refused".into(), harness.now);
            harness.sleep();
        }
    }
}

#[test]
fn streaming_list_that_keeps_failing_is_replaced_with_pages() {
    let mut harness = Harness::with(Settings::default(), StreamOptions::managed(), None);
    for streams in [true, true, false] {
        assert_eq!(harness.request().contains("sendInitialEvents=true"), streams);
        harness.head(503);
        harness.end();
        harness.sleep();
    }
}

#[test]
fn retry_after_of_a_day_is_cut_to_five_minutes_and_zero_is_no_storm() {
    let mut harness = accepted(false);
    harness.request();
    harness.head_after(429, Some(Duration::from_hours(24)));
    harness.end();
    assert_eq!(harness.sleep(), Duration::from_mins(5));
    let mut slept = Duration::ZERO;
    for _ in 0..50 {
        harness.request();
        harness.head_after(429, Some(Duration::ZERO));
        harness.end();
        slept += harness.sleep();
    }
    assert!(slept > Duration::from_mins(5), "{slept:?}");
}

#[test]
fn encoding_that_was_not_requested_is_the_cause() {
    let mut harness = accepted(false);
    harness.request();
    let accepts_gzip = false;
    let mut head = http::HeaderMap::new();
    head.insert("content-encoding", http::HeaderValue::from_static("gzip"));
    let error = crate::encoding::Encoding::of_response(&head, accepts_gzip).unwrap_err();
    harness.machine.on_unreachable(error.into(), harness.now);
    harness.sleep();
    let interruption = harness.machine.status(harness.now).interruption.unwrap();
    assert_eq!(interruption.cause, Cause::UnrequestedEncoding);
    assert!(interruption.cause.to_string().contains("Content-Encoding, such as gzip"));
}
