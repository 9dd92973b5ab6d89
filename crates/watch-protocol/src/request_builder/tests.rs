//! Tests of the requests.

use watchable_core::Scope;

use super::*;

const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

fn requests(settings: Settings, options: StreamOptions) -> RequestBuilder {
    RequestBuilder::new(POD, settings, options)
}

fn watch_uri(settings: Settings, options: StreamOptions, version: Option<&str>) -> String {
    let mut rng = fastrand::Rng::with_seed(7);
    let requests = requests(settings, options);
    let limit = requests.timeout(&mut rng);
    requests.watch(version, limit).uri().to_string()
}

#[test]
fn unmanaged_watch_times_out_after_one_second_by_default() {
    let uri = watch_uri(Settings::default(), StreamOptions::unmanaged(), None);
    assert_eq!(uri, "/api/v1/pods?watch=true&timeoutSeconds=1");
}

#[test]
fn managed_watch_lasts_minutes_and_requests_bookmarks() {
    let requests = requests(Settings::default(), StreamOptions::managed());
    let mut rng = fastrand::Rng::with_seed(7);
    let mut seconds = || {
        let limit = requests.timeout(&mut rng);
        let uri = requests.watch(Some("7"), limit).uri().to_string();
        uri.strip_prefix("/api/v1/pods?watch=true&resourceVersion=7&timeoutSeconds=")
            .and_then(|rest| rest.strip_suffix("&allowWatchBookmarks=true"))
            .unwrap_or_else(|| panic!("{uri}"))
            .parse::<u64>()
            .unwrap()
    };
    let (mut least, mut most) = (u64::MAX, 0);
    for _ in 0..10_000 {
        let seconds = seconds();
        (least, most) = (least.min(seconds), most.max(seconds));
    }
    assert_eq!(
        (least, most),
        (300, 600),
        "spread over minutes, so that watchers do not reconnect at once"
    );
}

#[test]
fn every_setting_reaches_the_url() {
    let settings = Settings {
        namespace: Some("shop".to_owned()),
        label_selector: Some("app in (a, b)".to_owned()),
        field_selector: Some("metadata.name=x".to_owned()),
        timeout: Timeout::Limit(Duration::from_millis(1500)),
        allow_watch_bookmarks: Some(true),
        page_size: Some(2),
        ..Settings::default()
    };
    let uri = watch_uri(settings.clone(), StreamOptions::unmanaged(), None);
    assert_eq!(
        uri,
        "/api/v1/namespaces/shop/pods?watch=true&timeoutSeconds=2&allowWatchBookmarks=true\
         &labelSelector=app+in+%28a%2C+b%29&fieldSelector=metadata.name%3Dx"
    );
    let list =
        requests(settings, StreamOptions::managed()).list(Some("t="), false).uri().to_string();
    assert!(
        list.starts_with("/api/v1/namespaces/shop/pods?limit=2&continue=t%3D&labelSelector="),
        "{list}"
    );
}

#[test]
fn shard_is_requested_of_each_list_and_watch_of_a_managed_stream() {
    let settings = Settings { shard: ShardRange::of(1, 2), ..Settings::default() };
    let managed = requests(settings.clone(), StreamOptions::managed());
    for request in [
        managed.watch(Some("7"), None),
        managed.streaming_list(None),
        managed.list(None, false),
        managed.version_probe(),
    ] {
        let uri = request.uri().to_string();
        let selector = "&shardSelector=shardRange%28object.metadata.uid%2C+\
                        %270x8000000000000000%27%2C+%270x10000000000000000%27%29";
        assert!(uri.ends_with(selector), "{uri}");
    }
    let unmanaged = watch_uri(settings, StreamOptions::unmanaged(), None);
    assert_eq!(unmanaged, "/api/v1/pods?watch=true&timeoutSeconds=1");
}

#[test]
fn rows_of_a_table_are_requested_by_the_accept_header_and_a_parameter() {
    for (metadata_only, object) in [(true, "Metadata"), (false, "Object")] {
        let requests = requests(Settings::default(), StreamOptions::managed()).has_protobuf(true);
        let requests = requests.metadata_only(metadata_only).as_table(true);
        for request in [requests.list(None, false), requests.watch(None, None)] {
            assert_eq!(
                request.headers()[ACCEPT],
                "application/json;as=Table;g=meta.k8s.io;v=v1,\
                 application/json;as=Table;g=meta.k8s.io;v=v1beta1,application/json"
            );
            let query = request.uri().query().unwrap();
            assert!(query.contains(&format!("includeObject={object}")), "{query}");
            assert!(!requests.accepts(Wire::Protobuf));
        }
        // In place of rows that it does not stream, a server would send objects.
        assert_eq!(
            requests.streaming_list(None).headers()[ACCEPT],
            "application/json;as=Table;g=meta.k8s.io;v=v1,\
             application/json;as=Table;g=meta.k8s.io;v=v1beta1"
        );
    }
}

#[test]
fn metadata_is_requested_by_the_accept_header() {
    let requests = requests(Settings::default(), StreamOptions::managed());
    let accept = |request: Request<()>| request.headers()[ACCEPT].to_str().unwrap().to_owned();
    assert_eq!(accept(requests.watch(None, None)), "application/json");
    let requests = requests.metadata_only(true);
    for watch in [requests.watch(None, None), requests.streaming_list(None)] {
        assert_eq!(
            accept(watch),
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,\
             application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1beta1,application/json"
        );
    }
    assert_eq!(
        accept(requests.list(None, false)),
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,\
         application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1,application/json"
    );
}

#[test]
fn protobuf_is_requested_of_types_that_have_it() {
    const BOTH: &str = "application/vnd.kubernetes.protobuf, application/json";
    const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
    const JSON: &str = "application/json";
    for (wire, has_protobuf, expected, accepts) in [
        (None, true, BOTH, true),
        (Some(Wire::Protobuf), true, PROTOBUF, true),
        (Some(Wire::Json), true, JSON, false),
        (None, false, JSON, false),
    ] {
        let settings = Settings { wire, ..Settings::default() };
        let requests = requests(settings, StreamOptions::managed()).has_protobuf(has_protobuf);
        for request in [
            requests.watch(None, None),
            requests.streaming_list(None),
            requests.list(None, false),
            requests.version_probe(),
        ] {
            assert_eq!(request.headers()[ACCEPT], expected, "{wire:?}");
        }
        assert!(requests.accepts(Wire::Json));
        assert_eq!(requests.accepts(Wire::Protobuf), accepts, "{wire:?}");
    }
}

#[test]
fn metadata_in_protobuf_is_requested_as_a_list_of_lists_only() {
    let requests = |wire| {
        let settings = Settings { wire, ..Settings::default() };
        requests(settings, StreamOptions::managed()).metadata_only(true).has_protobuf(true)
    };
    let json = requests(Some(Wire::Json));
    let [protobuf, both] = [requests(Some(Wire::Protobuf)), requests(None)];
    for (request, kind) in [
        (
            RequestBuilder::version_probe as fn(&RequestBuilder) -> Request<()>,
            "PartialObjectMetadataList",
        ),
        (|requests| requests.list(None, false), "PartialObjectMetadataList"),
        (|requests| requests.watch(None, None), "PartialObjectMetadata"),
        (|requests| requests.streaming_list(None), "PartialObjectMetadata"),
    ] {
        let accept = |requests: &RequestBuilder| {
            request(requests).headers()[ACCEPT].to_str().unwrap().to_owned()
        };
        let expected = format!("application/vnd.kubernetes.protobuf;as={kind};g=meta.k8s.io;v=v1");
        assert_eq!(accept(&protobuf), expected);
        assert_eq!(accept(&both), format!("{expected},{}", accept(&json)));
    }
}

#[test]
fn fractions_of_a_second_are_rounded_up() {
    for (millis, seconds) in [(1, 1), (1000, 1), (1001, 2), (2000, 2)] {
        let timeout = Timeout::Limit(Duration::from_millis(millis));
        let settings = Settings { timeout, ..Settings::default() };
        let uri = watch_uri(settings, StreamOptions::unmanaged(), None);
        assert_eq!(uri, format!("/api/v1/pods?watch=true&timeoutSeconds={seconds}"));
    }
}

#[test]
fn without_a_timeout_the_server_decides() {
    let settings = Settings { timeout: Timeout::Server, ..Settings::default() };
    assert_eq!(watch_uri(settings, StreamOptions::unmanaged(), None), "/api/v1/pods?watch=true");
}
