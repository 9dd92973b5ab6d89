//! The dispatch of a request: authentication, route, handler.

use std::ops::RangeInclusive;

use http::{Method, Request, Response};
use hyper::body::Incoming;

use super::accept::Accepted;
use super::aggregated_discovery::Aggregated;
use super::authentication::authenticate;
use super::compression::{accepts_gzip, compress_large};
use super::context::Context;
use super::error_form::ErrorForm;
use super::query::Query;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::route::{ResourcePath, Route, parse};
use super::write_request::WriteRequest;
use super::{discovery, list, openapi, patch, scale, version, watch, write};
use crate::error::ApiError;
use crate::registry::Served;
use crate::storage::Key;
use crate::store::Part;
use crate::support::release::Release;
use crate::support::wire::Wire;

/// The releases that do not stream the state as tables: a client that accepts nothing else gets 406.
const NO_STREAMED_TABLES: RangeInclusive<Release> = Release::new(1, 32)..=Release::new(1, 33);

/// An extension of a request for a watch: the seed of another order of its initial events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShuffleInitialEvents(pub(crate) u64);

/// Responds to a request; errors become `Status` bodies.
pub(crate) async fn handle(context: &Context, request: Request<Incoming>) -> Response<Body> {
    let accepts_gzip = accepts_gzip(request.headers());
    let error_form = ErrorForm::of(&request, context.release);
    let response = serve(context, request).await;
    let response = response.unwrap_or_else(|error| response::error(&error, error_form));
    if accepts_gzip { compress_large(response, context.release) } else { response }
}

async fn serve(context: &Context, request: Request<Incoming>) -> Result<Response<Body>, ApiError> {
    authenticate(context, &request)?;
    let route = parse(request.uri().path());
    if request.method() != Method::GET {
        context.store.check_writable()?;
    }
    if let Route::Resource(path) = route {
        return serve_resource(context, path, request).await;
    }
    if request.method() != Method::GET {
        return Err(ApiError::method_not_allowed());
    }
    let registry = context.store.registry();
    let aggregated = Aggregated::accepted(request.headers(), context.release);
    Ok(match (route, aggregated) {
        (Route::Health, _) => response::text(200, "ok"),
        (Route::Version, _) => response::json(200, &version::info(context.release)),
        (Route::OpenApi, _) => openapi::respond(&registry, context.release, request.headers()),
        (Route::Root, _) => response::json(200, &discovery::paths(&registry)),
        (Route::ApiVersions, Some(document)) => {
            response::json_as(document.media_type, &document.core(&registry))
        }
        (Route::ApiVersions, None) => {
            response::json(200, &discovery::api_versions(&registry, context.address))
        }
        (Route::Groups, Some(document)) => {
            response::json_as(document.media_type, &document.groups(&registry))
        }
        (Route::Groups, None) => response::json(200, &discovery::groups(&registry)),
        (Route::Group(name), _) => discovery::group(&registry, &name)
            .map_or_else(response::not_found, |group| response::json(200, &group)),
        (Route::ApiVersion(api_version), _) => discovery::resources(&registry, &api_version)
            .map_or_else(response::not_found, |resources| response::json(200, &resources)),
        (Route::Resource(_) | Route::Unknown, _) => response::not_found(),
    })
}

async fn serve_resource(
    context: &Context,
    path: ResourcePath,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let registry = context.store.registry();
    let Some(served) = registry.by_path(&path.api_version, &path.plural) else {
        return if registry.has_api_version(&path.api_version) {
            Err(ApiError::no_such_resource())
        } else {
            Ok(response::not_found())
        };
    };
    check_path(served, &path)?;
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    let namespace = path.namespace.as_deref();
    let has_protobuf = served.protobuf(Wire::Protobuf, context.release).is_some();
    // With a name, only the path can ask for a watch.
    let watches = path.watch || path.name.is_none() && query.flag("watch");
    let streams_state = watches && query.flag("sendInitialEvents");
    let has_tables = !(streams_state && NO_STREAMED_TABLES.contains(&context.release));
    let mut accepted = Accepted::for_objects(request.headers(), has_protobuf, has_tables)?;
    accepted.representation = accepted.representation.with_options(&query)?;
    let resource = ResourceRequest { context, served, query: &query, namespace, accepted };
    match (request.method().as_str(), path.name.as_deref()) {
        ("GET", name) if watches => {
            let shuffle = request.extensions().get::<ShuffleInitialEvents>().map(|seed| seed.0);
            watch::handle(&resource, name, shuffle, accepts_gzip(request.headers()))
        }
        ("GET", None) => {
            check_verb(served, "list")?;
            list::handle(&resource)
        }
        ("POST", None) => {
            check_verb(served, "create")?;
            if served.is_namespaced() && namespace.is_none() && served.is_stored() {
                return Err(ApiError::method_not_allowed());
            }
            write::create(&WriteRequest::read(resource, "", Part::Main, request).await?)
        }
        ("DELETE", None) => {
            check_verb(served, "deletecollection")?;
            write::delete_collection(&resource)
        }
        (_, Some(name)) => serve_object(resource, name, path.subresource.as_deref(), request).await,
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// Responds to a request for one object, or for a subresource of it.
async fn serve_object(
    resource: ResourceRequest<'_>,
    name: &str,
    subresource: Option<&str>,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, accepted } = resource;
    if let Some(scale) = served.scale.as_ref().filter(|_| subresource == Some("scale")) {
        return scale::handle(resource, scale, name, request).await;
    }
    let part = if subresource.is_some() { Part::Status } else { Part::Main };
    match (request.method().as_str(), part) {
        ("GET", _) => {
            check_verb(served, "get")?;
            accepted.representation.check_item()?;
            list::check_version(context, served, query)?;
            let object = context.store.read(served, &Key::new(namespace, name))?;
            Ok(response::object(200, &object, served, accepted, context.release))
        }
        ("PUT", part) => {
            check_verb(served, "update")?;
            write::update(&WriteRequest::read(resource, name, part, request).await?)
        }
        ("PATCH", part) => {
            check_verb(served, "patch")?;
            patch::handle(&WriteRequest::read(resource, name, part, request).await?)
        }
        ("DELETE", Part::Main) => {
            check_verb(served, "delete")?;
            write::delete(&WriteRequest::read(resource, name, part, request).await?)
        }
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// Checks that a path fits the scope of the resource and names one of its subresources.
fn check_path(served: &Served, path: &ResourcePath) -> Result<(), ApiError> {
    let namespaced = path.namespace.is_some();
    let misplaced =
        if served.is_namespaced() { path.name.is_some() && !namespaced } else { namespaced };
    let known_subresource =
        path.subresource.as_deref().is_none_or(|subresource| served.has_subresource(subresource));
    if misplaced || !known_subresource { Err(ApiError::no_such_resource()) } else { Ok(()) }
}

fn check_verb(served: &Served, verb: &str) -> Result<(), ApiError> {
    if served.has_verb(verb) { Ok(()) } else { Err(ApiError::method_not_allowed()) }
}
