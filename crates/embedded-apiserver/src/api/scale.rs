//! The `scale` part of an object: its number of replicas as a Scale of `autoscaling/v1`.

use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::patch::patched;
use super::query::Query;
use super::reply::{self, Body};
use super::write::{dry_run, media_type, parse, read, read_object, tracked, writer};
use crate::context::Context;
use crate::error::{ApiError, Problem};
use crate::registry::{Scale, Served};
use crate::store::{Key, Part};

pub(crate) async fn answer(
    context: &Context,
    served: &Served,
    scale: &Scale,
    query: &Query,
    key: &Key,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let dry_run = dry_run(query)?;
    let mut writer = writer(served, query, request.headers(), Part::Main);
    writer.subresource = Some("scale");
    let tracked = |old: Value, new| tracked(context, served, Some(&old), new, &writer);
    let object = match request.method().as_str() {
        "GET" => context.store.read(served, key)?,
        "PUT" => {
            let wanted = read_object(request).await?;
            context.store.change(served, key, Part::Main, dry_run, |object| {
                Ok(tracked(object.clone(), put(scale, object, &wanted, key)?))
            })?
        }
        "PATCH" => {
            let media_type = media_type(request.headers());
            let patch = parse(&read(request).await?)?;
            context.store.change(served, key, Part::Main, dry_run, |object| {
                let mut wanted = show(scale, &object);
                // Without one, the patch is one of whatever version there is.
                wanted["metadata"]["resourceVersion"] = Value::Null;
                let wanted = patched(served, key, &media_type, wanted, patch)?;
                Ok(tracked(object.clone(), put(scale, object, &wanted, key)?))
            })?
        }
        _ => return Err(ApiError::method_not_allowed()),
    };
    Ok(reply::json(200, &show(scale, &object.decode_as(served))))
}

fn show(scale: &Scale, object: &Value) -> Value {
    let number = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_else(|| 0.into());
    let metadata = &object["metadata"];
    let mut shown = json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": number(&scale.replicas)},
        "status": {"replicas": number(&scale.seen_replicas)},
    });
    let selector = scale.selector.as_ref().and_then(|pointer| object.pointer(pointer));
    if let Some(text) = selector.and_then(selector_text) {
        shown["status"]["selector"] = text.into();
    }
    shown
}

/// Writes the number of replicas that a Scale wants into the object.
fn put(scale: &Scale, mut object: Value, wanted: &Value, key: &Key) -> Result<Value, ApiError> {
    let invalid = |problem| Err(ApiError::invalid("Scale", "autoscaling", &key.name, &problem));
    let replicas = match &wanted["spec"]["replicas"] {
        Value::Null => 0,
        value => match value.as_i64() {
            Some(number) if number < 0 => {
                let why = "must be greater than or equal to 0";
                let value = number.to_string();
                return invalid(Problem::invalid("spec.replicas", &value, why));
            }
            Some(number) => number,
            None => return Err(ApiError::bad_request("spec.replicas is not a whole number")),
        },
    };
    object["metadata"]["resourceVersion"] = wanted["metadata"]["resourceVersion"].clone();
    let mut place = &mut object;
    for field in scale.replicas.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[field];
    }
    *place = replicas.into();
    Ok(object)
}

/// A label selector in the form of a query.
fn selector_text(selector: &Value) -> Option<String> {
    if let Value::String(text) = selector {
        return Some(text.clone());
    }
    // Replication controllers have the labels alone.
    let labels = selector.get("matchLabels").unwrap_or(selector).as_object()?;
    let mut terms: Vec<_> = labels
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)))
        .collect();
    for rule in selector["matchExpressions"].as_array().into_iter().flatten() {
        let name = rule["key"].as_str()?;
        let values: Vec<_> =
            rule["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let values = values.join(",");
        terms.push(match rule["operator"].as_str()? {
            "In" => format!("{name} in ({values})"),
            "NotIn" => format!("{name} notin ({values})"),
            "Exists" => name.to_owned(),
            _ => format!("!{name}"),
        });
    }
    Some(terms.join(","))
}
