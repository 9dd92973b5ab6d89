//! Responses in protobuf: objects, lists, statuses, metadata; and when they are in JSON nevertheless.

use serde_json::{Value, json};

use crate::client::{
    PROTOBUF, Response, config_map, get, names, namespace, post, send_with, start, version,
};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const WIDGETS: &str = "/apis/example.com/v1/namespaces/default/widgets";
const META: &str = "g=meta.k8s.io;v=v1";

async fn accepting(
    server: &embedded_apiserver::EmbeddedServer,
    path: &str,
    accept: &str,
) -> Response {
    send_with(server, "GET", path, "", &[("accept", accept)]).await
}

fn widget(name: &str) -> Value {
    json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name}, "spec": {"x": null}})
}

#[tokio::test]
async fn objects_and_lists_are_the_same_as_in_json() {
    let server = start().await;
    for name in ["a", "b", "c"] {
        server.store().create(config_map("default", name)).unwrap();
    }
    for path in [
        format!("{MAPS}/a"),
        MAPS.to_owned(),
        format!("{MAPS}?limit=2"),
        "/api/v1/configmaps?limit=1&labelSelector=app!=x".to_owned(),
        "/api/v1/namespaces".to_owned(),
        "/api/v1/namespaces/default".to_owned(),
        "/api/v1/pods".to_owned(),
    ] {
        let (found, expected) =
            (accepting(&server, &path, PROTOBUF).await, get(&server, &path).await);
        assert_eq!((found.code, found.is_protobuf()), (200, true), "{path}");
        let mut expected = expected.json();
        // Protobuf has no empty lists.
        if expected["items"] == json!([]) {
            expected.as_object_mut().unwrap().remove("items");
        }
        assert_eq!(found.json(), expected, "{path}");
        // An indented form is only for JSON.
        let separator = if path.contains('?') { "&" } else { "?" };
        let pretty = accepting(&server, &format!("{path}{separator}pretty=true"), PROTOBUF).await;
        assert_eq!(pretty.bytes, found.bytes, "{path}");
    }
}

#[tokio::test]
async fn pages_continue() {
    let server = start().await;
    for name in ["a", "b", "c", "d", "e"] {
        server.store().create(config_map("default", name)).unwrap();
    }
    let (mut found, mut path) = (Vec::new(), format!("{MAPS}?limit=2"));
    loop {
        let page = accepting(&server, &path, PROTOBUF).await;
        // The list's own metadata comes first, after its type.
        assert!(page.bytes.starts_with(b"k8s\0\x0a\x13\x0a\x02v1\x12\x0dConfigMapList\x12"));
        let page = page.json();
        found.extend(names(&page));
        let Some(token) = page["metadata"]["continue"].as_str() else { break };
        assert_eq!(page["metadata"]["remainingItemCount"], 5 - found.len());
        path = format!("{MAPS}?limit=2&continue={token}");
    }
    assert_eq!(found, ["a", "b", "c", "d", "e"]);
    let refused = accepting(&server, &format!("{MAPS}?continue=x"), PROTOBUF).await;
    assert_eq!((refused.rejection().0, refused.is_protobuf()), (400, true));
}

#[tokio::test]
async fn large_lists_arrive_whole() {
    let server = start().await;
    for n in 0..40 {
        let mut object = config_map("default", &format!("m-{n:02}"));
        object["data"]["text"] = "\n".repeat(5_000).into();
        server.store().create(object).unwrap();
    }
    let list = accepting(&server, MAPS, PROTOBUF).await;
    assert!(list.bytes.len() > 200_000 && list.headers.get("content-length").is_none());
    assert_eq!(list.json(), get(&server, MAPS).await.json());
}

#[tokio::test]
async fn writes_are_answered_in_what_is_accepted() {
    let server = start().await;
    let both = format!("{PROTOBUF}, application/json");
    let send = async |method: &str, path: &str, media_type: &str, body: &Value| {
        let headers = [("content-type", media_type), ("accept", &*both)];
        send_with(&server, method, path, body.to_string(), &headers).await
    };
    let json = "application/json";
    let created = send("POST", MAPS, json, &config_map("default", "a")).await;
    let mut object = created.json();
    object["data"]["k"] = "v".into();
    let mut again = object.clone();
    again["metadata"]["resourceVersion"].take();
    let path = format!("{MAPS}/a");
    let patch = json!({"metadata": {"labels": {"p": "q"}}});
    let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": "y"}});
    let apply = format!("{path}?fieldManager=me");
    for (method, path, media_type, body, code) in [
        ("PUT", &path, json, &object, 200),
        ("PATCH", &path, "application/merge-patch+json", &patch, 200),
        ("PATCH", &path, "application/strategic-merge-patch+json", &patch, 200),
        ("PATCH", &apply, "application/apply-patch+yaml", &applied, 200),
        ("POST", &MAPS.to_owned(), json, &again, 409),
        ("PUT", &path, json, &object, 409),
        ("POST", &MAPS.to_owned(), json, &json!({"metadata": {"name": "A"}}), 422),
        ("PUT", &path, json, &json!(1), 400),
        ("POST", &path, json, &object, 405),
        ("DELETE", &path, json, &json!({"dryRun": ["All"]}), 200),
        ("DELETE", &MAPS.to_owned(), json, &Value::Null, 200),
        ("DELETE", &path, json, &Value::Null, 404),
        ("GET", &"/api/v1/absents".to_owned(), json, &Value::Null, 404),
    ] {
        let response = send(method, path, media_type, body).await;
        assert_eq!((response.code, response.is_protobuf()), (code, true), "{method} {path}");
        if code >= 400 {
            assert_eq!(response.rejection().0, code);
        }
    }
    assert_eq!(created.code, 201);
    assert!(created.is_protobuf());
}

#[tokio::test]
async fn a_scale_is_read_and_written() {
    let server = start().await;
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "default"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}},
    });
    server.store().create(deployment).unwrap();
    let path = "/apis/apps/v1/namespaces/default/deployments/a/scale";
    let scale = accepting(&server, path, PROTOBUF).await;
    assert!(scale.is_protobuf());
    assert_eq!(scale.json()["spec"], json!({"replicas": 2}));
    let mut wanted = scale.json();
    wanted["spec"]["replicas"] = 5.into();
    let body = embedded_apiserver::protobuf::encode(&wanted, 37).unwrap();
    let headers = [("content-type", PROTOBUF), ("accept", PROTOBUF)];
    let scaled = send_with(&server, "PUT", path, body, &headers).await;
    assert_eq!((scaled.code, &scaled.json()["spec"]["replicas"]), (200, &json!(5)));
}

#[tokio::test]
async fn versions_of_a_group_have_their_own_types() {
    let server = start().await;
    let deployment = |name: &str| {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "default"},
            "spec": {"replicas": 0, "paused": true},
        })
    };
    server.store().create(deployment("a")).unwrap();
    for version in ["v1", "v1beta1", "v1"] {
        let path = format!("/apis/apps/{version}/namespaces/default/deployments");
        for path in [path.clone(), format!("{path}/a")] {
            let found = accepting(&server, &path, PROTOBUF).await;
            assert!(found.is_protobuf());
            assert_eq!(found.json(), get(&server, &path).await.json(), "{path}");
        }
    }
}

#[tokio::test]
async fn what_has_no_protobuf_is_not_acceptable_or_in_json() {
    let server = start().await;
    post(&server, WIDGETS, widget("w")).await;
    let both = format!("{PROTOBUF}, application/json");
    for path in [WIDGETS.to_owned(), format!("{WIDGETS}/w"), format!("{WIDGETS}?watch=true")] {
        let refused = accepting(&server, &path, PROTOBUF).await;
        assert_eq!(refused.rejection(), (406, "NotAcceptable".into()), "{path}");
        assert!(refused.is_protobuf(), "{path}");
    }
    for path in [WIDGETS.to_owned(), format!("{WIDGETS}/w")] {
        let found = accepting(&server, &path, &both).await;
        assert_eq!((found.code, found.is_protobuf()), (200, false), "{path}");
    }
    // What a Status is not converted to does not count for it.
    for (path, accept, code) in [
        (MAPS, format!("{PROTOBUF};as=Table;{META}"), 406),
        (&format!("{MAPS}/none"), format!("{PROTOBUF};as=PartialObjectMetadata;{META}"), 404),
        (&format!("{MAPS}/none"), "application/cbor".to_owned(), 406),
        (&format!("{MAPS}/none"), format!("{PROTOBUF};q=0.5, application/json"), 404),
    ] {
        let refused = accepting(&server, path, &accept).await;
        assert_eq!((refused.rejection().0, refused.is_protobuf()), (code, false), "{accept}");
    }
    // Neither discovery nor the version has any.
    for path in ["/api", "/apis", "/api/v1", "/version"] {
        assert!(!accepting(&server, path, &both).await.is_protobuf(), "{path}");
    }
}

#[tokio::test]
async fn metadata_alone_is_in_protobuf_even_of_custom_resources() {
    let server = start().await;
    server.store().create(namespace("shop")).unwrap();
    server.store().create(config_map("default", "a")).unwrap();
    post(&server, WIDGETS, widget("w")).await;
    for (path, name) in [(MAPS, "a"), (WIDGETS, "w"), ("/api/v1/namespaces", "shop")] {
        let one = format!("{path}/{name}");
        for (path, kind) in
            [(&one, "PartialObjectMetadata"), (&path.to_owned(), "PartialObjectMetadataList")]
        {
            let alone = format!("as={kind};{META}");
            let found = accepting(&server, path, &format!("{PROTOBUF};{alone}")).await;
            assert_eq!((found.code, found.is_protobuf()), (200, true), "{path}");
            let found = found.json();
            assert_eq!(
                (&found["kind"], &found["apiVersion"]),
                (&json!(kind), &json!("meta.k8s.io/v1"))
            );
            let mut expected =
                accepting(&server, path, &format!("application/json;{alone}")).await.json();
            // The items of a list have no type of their own in protobuf.
            for item in
                expected.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten()
            {
                item.as_object_mut().unwrap().retain(|member, _| member == "metadata");
            }
            assert_eq!(found, expected, "{path}");
            assert!(version(&found) > 0);
        }
        let refused =
            accepting(&server, path, &format!("{PROTOBUF};as=PartialObjectMetadata;{META}")).await;
        assert_eq!((refused.rejection().0, refused.is_protobuf()), (406, false), "{path}");
    }
}
