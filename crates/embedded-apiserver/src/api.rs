//! The way of a request through the server: authentication, route, answer.

mod aggregated_discovery;
mod columns;
mod continue_token;
mod control;
mod discovery;
mod form;
mod json_path;
mod list;
mod merge_patch;
mod openapi;
mod patch;
mod query;
mod reply;
mod review;
mod route;
mod scale;
mod strategic_patch;
mod version;
mod watch;
mod watch_stream;
mod write;

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{Method, Request, Response};
use hyper::body::Incoming;

use crate::context::{Context, Order};
use crate::error::ApiError;
use crate::faults::{self, CutShort};
use crate::registry::Served;
use crate::store::{Key, Part};
use aggregated_discovery::Aggregated;
use form::Form;
pub(crate) use query::Query;
pub(crate) use reply::Body;
use route::Target;
pub(crate) use route::{Route, parse as route};

/// Answers a request; what goes wrong is an answer too.
pub(crate) async fn answer(
    context: Arc<Context>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, CutShort> {
    if context.settings.control && control::is_addressed(&request) {
        let answer = control::answer(&context, request).await;
        return Ok(answer.unwrap_or_else(|error| reply::error(&error)));
    }
    let strike = context.faults.strike(&request);
    tokio::time::sleep(strike.delay).await;
    if strike.compact {
        context.store.compact();
    }
    if let Some(time) = strike.refuse {
        context.order(Order::Refuse(time));
    }
    if let Some(down) = strike.restart {
        context.restart(down);
    }
    if strike.disconnect || strike.restart.is_some() {
        return Err(CutShort);
    }
    if let Some(seed) = strike.shuffle {
        request.extensions_mut().insert(Shuffle(seed));
    }
    let answer = match strike.refusal {
        Some(error) => Err(error),
        None => serve(&context, request).await,
    };
    let answer = answer.unwrap_or_else(|error| reply::error(&error));
    Ok(faults::spoil(answer, strike.body))
}

/// Says in a request that the initial events of a watch shall come in another order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shuffle(u64);

async fn serve(context: &Context, request: Request<Incoming>) -> Result<Response<Body>, ApiError> {
    authenticate(context, &request)?;
    let route = route(request.uri().path());
    if let Route::Target(target) = route {
        let form = Form::accepted(request.headers())?;
        return serve_target(context, target, form, request).await;
    }
    if request.method() != Method::GET {
        return Err(ApiError::method_not_allowed());
    }
    let registry = context.store.registry();
    let aggregated = Aggregated::accepted(request.headers(), context.settings.release);
    Ok(match (route, aggregated) {
        (Route::Health, _) => reply::text(200, "ok"),
        (Route::Version, _) => reply::json(200, &version::info(context.settings.release)),
        (Route::OpenApi, _) => {
            openapi::answer(&registry, context.settings.release, request.headers())
        }
        (Route::Root, _) => reply::json(200, &discovery::paths(&registry)),
        (Route::ApiVersions, Some(form)) => reply::json_as(form.media_type, &form.core(&registry)),
        (Route::ApiVersions, None) => {
            reply::json(200, &discovery::api_versions(&registry, context.address))
        }
        (Route::Groups, Some(form)) => reply::json_as(form.media_type, &form.groups(&registry)),
        (Route::Groups, None) => reply::json(200, &discovery::groups(&registry)),
        (Route::Group(name), _) => discovery::group(&registry, &name)
            .map_or_else(reply::not_found, |group| reply::json(200, &group)),
        (Route::ApiVersion(api_version), _) => discovery::resources(&registry, &api_version)
            .map_or_else(reply::not_found, |resources| reply::json(200, &resources)),
        (Route::Target(_) | Route::Unknown, _) => reply::not_found(),
    })
}

async fn serve_target(
    context: &Context,
    mut target: Target,
    form: Form,
    request: Request<Incoming>,
) -> Result<Response<Body>, ApiError> {
    let registry = context.store.registry();
    let Some(served) = registry.by_path(&target.api_version, &target.plural) else {
        return if registry.has_api_version(&target.api_version) {
            Err(ApiError::no_such_resource())
        } else {
            Ok(reply::not_found())
        };
    };
    check_path(served, &target)?;
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    let scale = served.scale.as_ref().filter(|_| target.subresource.as_deref() == Some("scale"));
    let part = match target.subresource {
        Some(_) => Part::Status,
        None => Part::Main,
    };
    let watches = target.watch || query.flag("watch");
    let namespace = target.namespace.take();
    let namespace = namespace.as_deref();
    match (request.method().as_str(), target.name.as_deref()) {
        ("GET", name) if watches => {
            let shuffle = request.extensions().get::<Shuffle>().map(|shuffle| shuffle.0);
            watch::begin(context, served, &query, namespace, name, form, shuffle)
        }
        ("GET", None) => {
            check_verb(served, "list")?;
            list::answer(context, served, &query, namespace, form)
        }
        ("POST", None) => {
            check_verb(served, "create")?;
            write::create(context, served, &query, namespace, form, request).await
        }
        ("DELETE", None) => {
            check_verb(served, "deletecollection")?;
            write::delete_collection(context, served, &query, namespace, form)
        }
        (method, Some(name)) => {
            let key = Key::new(namespace, name);
            if let Some(scale) = scale {
                return scale::answer(context, served, scale, &query, &key, request).await;
            }
            match (method, part) {
                ("GET", _) => {
                    check_verb(served, "get")?;
                    Ok(reply::object(200, &*context.store.read(served, &key)?, served, form))
                }
                ("PUT", part) => {
                    check_verb(served, "update")?;
                    write::update(context, served, &query, &key, part, form, request).await
                }
                ("PATCH", part) => {
                    check_verb(served, "patch")?;
                    patch::answer(context, served, &query, &key, part, form, request).await
                }
                ("DELETE", Part::Main) => {
                    check_verb(served, "delete")?;
                    write::delete(context, served, &query, &key, form, request).await
                }
                _ => Err(ApiError::method_not_allowed()),
            }
        }
        _ => Err(ApiError::method_not_allowed()),
    }
}

fn authenticate(context: &Context, request: &Request<Incoming>) -> Result<(), ApiError> {
    let Some(token) = &context.settings.token else { return Ok(()) };
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(given) if given == token => Ok(()),
        _ => Err(ApiError::unauthorized()),
    }
}

/// Whether the path is one where the resource's objects lie.
fn check_path(served: &Served, target: &Target) -> Result<(), ApiError> {
    let namespaced = target.namespace.is_some();
    let misplaced =
        if served.is_namespaced() { target.name.is_some() && !namespaced } else { namespaced };
    let known_part = target.subresource.as_deref().is_none_or(|part| served.has_part(part));
    if misplaced || !known_part { Err(ApiError::no_such_resource()) } else { Ok(()) }
}

fn check_verb(served: &Served, verb: &str) -> Result<(), ApiError> {
    if served.has_verb(verb) { Ok(()) } else { Err(ApiError::method_not_allowed()) }
}
