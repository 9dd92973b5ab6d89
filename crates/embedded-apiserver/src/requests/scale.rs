//! The handler of the `scale` subresource: an object's replicas as a Scale of `autoscaling/v1`.

use std::sync::Arc;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::body::parse_json;
use super::patch::{check_media_type, patched};
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::write_request::{WriteRequest, dry_run};
use crate::error::{ApiError, Problem};
use crate::registry::Scale;
use crate::storage::{Key, Object};
use crate::store::Part;

pub(super) async fn handle(
    resource: ResourceRequest<'_>,
    scale: &Scale,
    name: &str,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, accepted } = resource;
    let object = match *request.method() {
        Method::GET => {
            dry_run(query, request.method())?;
            context.store.read(served, &Key::new(namespace, name))?
        }
        Method::PUT => put(&read(resource, name, request).await?, scale)?,
        Method::PATCH => patch(&read(resource, name, request).await?, scale)?,
        _ => {
            dry_run(query, request.method())?;
            return Err(ApiError::method_not_allowed());
        }
    };
    let scale = render(scale, &object.decode_as(served.resource()));
    Ok(response::value(200, &scale, accepted.wire, context.release))
}

async fn read<'a>(
    resource: ResourceRequest<'a>,
    name: &str,
    request: Request<Incoming>,
) -> Result<WriteRequest<'a>, ApiError> {
    let mut request = WriteRequest::read(resource, name, Part::Main, request).await?;
    request.writer.subresource = Some("scale");
    Ok(request)
}

fn put(request: &WriteRequest<'_>, scale: &Scale) -> Result<Arc<Object>, ApiError> {
    let wanted = request.object()?;
    change(request, |object| set_replicas(scale, object, &wanted, &request.key))
}

fn patch(request: &WriteRequest<'_>, scale: &Scale) -> Result<Arc<Object>, ApiError> {
    let WriteRequest { served, key, media_type, .. } = request;
    check_media_type(served, media_type)?;
    let patch = parse_json(&request.body)?;
    change(request, |object| {
        let mut wanted = render(scale, &object);
        // A patch without a version applies to any version.
        wanted["metadata"]["resourceVersion"] = Value::Null;
        let wanted = patched(media_type, wanted, patch)?;
        set_replicas(scale, object, &wanted, key)
    })
}

fn change(
    request: &WriteRequest<'_>,
    change: impl FnOnce(Value) -> Result<Value, ApiError>,
) -> Result<Arc<Object>, ApiError> {
    let WriteRequest { context, served, key, part, dry_run, .. } = request;
    context.store.change(served, key, *part, *dry_run, |object| {
        let new = change(object.clone())?;
        Ok(request.tracked(Some(&object), new))
    })
}

/// Returns the Scale of an object.
fn render(scale: &Scale, object: &Value) -> Value {
    let number = |pointer: &str| object.pointer(pointer).cloned().unwrap_or_else(|| 0.into());
    let metadata = &object["metadata"];
    let mut rendered = json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": number(&scale.spec_replicas)},
        "status": {"replicas": number(&scale.status_replicas)},
    });
    let selector = scale.selector.as_ref().and_then(|pointer| object.pointer(pointer));
    if let Some(text) = selector.and_then(selector_text) {
        rendered["status"]["selector"] = text.into();
    }
    rendered
}

/// Writes the number of replicas of a Scale into the object.
fn set_replicas(
    scale: &Scale,
    mut object: Value,
    wanted: &Value,
    key: &Key,
) -> Result<Value, ApiError> {
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
    // A Scale without a version is written to any version.
    object["metadata"]["resourceVersion"] = wanted["metadata"]["resourceVersion"].clone();
    let mut place = &mut object;
    for field in scale.spec_replicas.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[field];
    }
    *place = replicas.into();
    Ok(object)
}

/// Returns a label selector in the form of a query.
fn selector_text(selector: &Value) -> Option<String> {
    if let Value::String(text) = selector {
        return Some(text.clone());
    }
    // Replication controllers have a map of labels only.
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
