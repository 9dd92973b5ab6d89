//! Streams of objects in protobuf, in JSON, and both.

use serde_json::{Value, json};
use watchable_core::metadata::ObjectMeta;
use watchable_core::protobuf::{self, Envelope};
use watchable_core::{
    DynamicObject, Meta, Resource as _, ResourceInfo, WatchItem, WatchTarget, model,
};

use super::*;
use crate::{MultiplexingWatcher, Wire};
use watch_protocol::encoder;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
const WATCH: &str = "application/vnd.kubernetes.protobuf;stream=watch";
const BOTH: &str = "application/vnd.kubernetes.protobuf, application/json";

/// An object as a release's types are.
#[derive(Default)]
struct Note {
    api_version: Option<String>,
    kind: Option<String>,
    metadata: ObjectMeta,
    text: String,
}

model!(Note {
    0 api_version: "apiVersion",
    1 kind: "kind",
    2 metadata: "metadata" = [1],
    3 text: "text" = [15],
});

impl WatchItem for Note {
    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        self.api_version.get_or_insert_with(|| resource.api_version().into_owned());
        self.kind.get_or_insert_with(|| resource.kind().to_owned());
    }

    fn has_protobuf() -> bool {
        true
    }

    fn from_protobuf(
        envelope: &Envelope<'_>,
        drops_managed_fields: bool,
    ) -> Result<Self, protobuf::Error> {
        protobuf::from_envelope(envelope, drops_managed_fields)
    }
}

impl WatchTarget for Note {
    type Item = Self;
}

fn respond(content_type: &'static str, body: Vec<Chunk>) -> ScriptedResponse {
    ScriptedResponse { status: 200, content_type, body }
}

fn note(version: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Note",
        "metadata": {"name": "a", "uid": "u", "resourceVersion": version},
    })
}

/// An initial list, an event and a repair in protobuf, an event in JSON, and a deletion that was missed.
fn responses() -> Vec<ScriptedResponse> {
    let list = |version: &str, items: &[Value]| {
        let metadata = json!({"resourceVersion": version});
        let list = json!({"kind": "NoteList", "metadata": metadata, "items": items});
        respond(PROTOBUF, vec![Chunk::Bytes(encoder::list(&list))])
    };
    let event = json!({"type": "MODIFIED", "object": note("11")});
    let in_json = json!({"type": "MODIFIED", "object": note("12")});
    let status = json!({"kind": "Status", "reason": "Expired", "code": 410});
    let gone = || ScriptedResponse {
        status: 410,
        content_type: PROTOBUF,
        body: vec![Chunk::Bytes(encoder::enveloped(&status))],
    };
    vec![
        list("10", &[note("9")]),
        respond(WATCH, vec![Chunk::Bytes(encoder::event(&event)), Chunk::Disconnect]),
        respond("application/json", vec![Chunk::Text(format!("{in_json}\n")), Chunk::Disconnect]),
        gone(),
        list("20", &[note("19")]),
        gone(),
        list("30", &[]),
        respond(WATCH, vec![Chunk::Hang]),
    ]
}

fn watcher<T: WatchTarget>() -> (Watcher<T>, Arc<ScriptedServer>) {
    let server = Arc::new(ScriptedServer::new(responses()));
    let watcher = Watcher::with_transport(Arc::clone(&server) as _, Pod::RESOURCE);
    (watcher.initial_list(InitialList::Paged), server)
}

/// Returns the first five events, described.
async fn delivered<T: WatchTarget>(
    watcher: Watcher<T>,
    describe: impl Fn(&T::Item) -> String,
) -> Vec<String> {
    let events = watcher.stream(StreamOptions::managed()).take(5).try_collect();
    let events: Vec<WatchEvent<T::Item>> = complete(events).await.unwrap();
    events.iter().map(|e| format!("{} {:?} {}", e.etype, e.origin, describe(&e.obj))).collect()
}

#[tokio::test(start_paused = true)]
async fn objects_are_decoded_from_what_each_response_says_it_is() {
    let (watcher, server) = watcher::<Note>();
    let describe = |note: &Note| {
        let version = note.metadata.resource_version.as_deref().unwrap_or("none");
        let has_text = !note.text.is_empty();
        format!("{:?} {version} {has_text}", note.kind.as_deref().unwrap_or_default())
    };
    assert_eq!(
        delivered(watcher, describe).await,
        [
            // Lists omit the kind.
            "ADDED Initial \"Pod\" 9 true",
            "MODIFIED Live \"Note\" 11 true",
            "MODIFIED Live \"Note\" 12 false",
            "MODIFIED Repair \"Pod\" 19 true",
            "DELETED Repair \"Pod\" 19 false",
        ]
    );
    assert!(server.accepts.lock().unwrap().iter().all(|accept| accept == BOTH));
}

#[tokio::test(start_paused = true)]
async fn metadata_of_any_type_is_requested_in_protobuf() {
    let (watcher, server) = watcher::<Meta<DynamicObject>>();
    let describe = |meta: &Meta<DynamicObject>| {
        let version = meta.metadata.resource_version.as_deref().unwrap_or("none");
        format!("{} {version}", meta.kind.as_deref().unwrap_or_default())
    };
    assert_eq!(
        delivered(watcher.wire(Wire::Protobuf), describe).await,
        [
            "ADDED Initial Pod 9",
            "MODIFIED Live Pod 11",
            "MODIFIED Live Pod 12",
            "MODIFIED Repair Pod 19",
            "DELETED Repair Pod 19",
        ]
    );
    let accepts = server.accepts.lock().unwrap();
    let list = format!("{PROTOBUF};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
    assert_eq!(accepts[..2], [list.clone(), list.replace("List;", ";")]);
}

#[tokio::test(start_paused = true)]
async fn protobuf_of_a_type_without_it_is_an_invalid_setting() {
    let (watcher, server) = watcher::<DynamicObject>();
    let mut events = watcher.wire(Wire::Protobuf).stream(StreamOptions::managed());
    let error = complete(events.next()).await.unwrap().unwrap_err();
    assert!(error.is_invalid_setting() && error.is_terminal(), "{error}");
    assert!(error.to_string().contains("wire"), "{error}");
    assert!(complete(events.next()).await.is_none());
    assert!(server.requests.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn wire_of_a_multiplexer_is_that_of_members_which_have_protobuf_and_none_of_their_own() {
    let ([meta, json], dynamic) = ([watcher(), watcher()], watcher::<DynamicObject>());
    let mux = MultiplexingWatcher::<watchable_core::AnyObject>::new().wire(Wire::Protobuf);
    mux.add_watcher_as("meta", meta.0 as Watcher<Meta<DynamicObject>>);
    mux.add_watcher_as("json", json.0.wire(Wire::Json));
    mux.add_watcher_as("dynamic", dynamic.0);
    let mut events = mux.stream(StreamOptions::managed());
    for _ in 0..3 {
        // Objects in protobuf that were not requested end a stream.
        let _ = complete(events.next()).await;
    }
    let first = |server: &ScriptedServer| server.accepts.lock().unwrap()[0].clone();
    assert!(first(&meta.1).starts_with(PROTOBUF), "{}", first(&meta.1));
    assert!(!first(&meta.1).contains("json"), "{}", first(&meta.1));
    assert!(!first(&json.1).contains("protobuf"), "{}", first(&json.1));
    assert_eq!(first(&dynamic.1), "application/json");
}
