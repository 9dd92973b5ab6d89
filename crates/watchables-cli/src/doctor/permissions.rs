//! What the user may do.

use serde_json::json;
use watchables::{Scope, ServedResource};

use super::report::{Check, Report};
use super::requests::{Failure, Requests};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const VERBS: [&str; 2] = ["list", "watch"];

/// A resource in a namespace, or in all.
pub(super) struct Collection {
    pub(super) what: String,
    pub(super) path: String,
}

/// Asks the server what the user may do. Returns what may be listed and watched, or where that is not known.
pub(super) async fn check(
    requests: &Requests,
    resources: &[ServedResource],
    namespaces: &[String],
    report: &mut Report,
) -> Vec<Collection> {
    let mut allowed = Vec::new();
    for namespace in namespaces.iter().map(|name| name.trim()) {
        if requests.namespace_is_missing(namespace).await {
            let what = format!("there is no namespace {namespace:?} on this server");
            let mend = "is it spelled right, and the context that of the right cluster?";
            report.add(Check::warning("namespace", what, mend));
        }
    }
    for served in resources {
        let mut within: Vec<_> = namespaces.iter().map(|name| Some(name.trim())).collect();
        if within.is_empty() || served.resource.scope() == Scope::Cluster {
            within = vec![None];
        }
        for namespace in within {
            let collection = Collection {
                what: what(served, namespace),
                path: served.resource.collection_path(namespace),
            };
            let (check, is_allowed) = one(requests, served, namespace, &collection.what).await;
            report.add(check);
            if is_allowed {
                allowed.push(collection);
            }
        }
    }
    allowed
}

fn what(served: &ServedResource, namespace: Option<&str>) -> String {
    let plural = served.resource.plural();
    match namespace {
        Some(namespace) => format!("{plural} in the namespace {namespace:?}"),
        None if served.resource.scope() == Scope::Cluster => plural.to_owned(),
        None => format!("{plural} in all namespaces"),
    }
}

async fn one(
    requests: &Requests,
    served: &ServedResource,
    namespace: Option<&str>,
    what: &str,
) -> (Check, bool) {
    let mut denied = Vec::new();
    let mut reasons = Vec::new();
    for verb in VERBS {
        match may(requests, served, namespace, verb).await {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => {
                denied.push(verb);
                reasons.extend(reason);
            }
            Err(failure) => {
                let text = format!("the server does not tell about {what}: {}", failure.text);
                let mend = failure.mend();
                // Whether it works shows below.
                return (Check::warning("permission", text, mend), true);
            }
        }
    }
    if denied.is_empty() {
        return (Check::fine("permission", format!("list and watch {what}")), true);
    }
    reasons.dedup();
    let because =
        if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    let text = format!("may not {} {what}{because}", denied.join(" or "));
    (Check::failed("permission", text, mend(served, namespace)), false)
}

/// Asks whether a verb is allowed, and if not, why.
async fn may(
    requests: &Requests,
    served: &ServedResource,
    namespace: Option<&str>,
    verb: &str,
) -> Result<Result<(), Option<String>>, Failure> {
    let resource = &served.resource;
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": verb, "group": resource.group(), "version": resource.version(),
            "resource": resource.plural(), "namespace": namespace.unwrap_or_default(),
        }},
    });
    let status = &requests.post(REVIEWS, &review).await?["status"];
    if status["allowed"] == true {
        return Ok(Ok(()));
    }
    let text = |name: &str| status[name].as_str().filter(|text| !text.is_empty());
    Ok(Err(text("reason").or(text("evaluationError")).map(str::to_owned)))
}

/// Returns what an administrator can run.
fn mend(served: &ServedResource, namespace: Option<&str>) -> String {
    let (plural, group) = (served.resource.plural(), served.resource.group());
    let resource = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
    let (role, binding) = match namespace {
        Some(namespace) => (format!("role NAME -n {namespace}"), "a RoleBinding"),
        None => ("clusterrole NAME".to_owned(), "a ClusterRoleBinding"),
    };
    let elsewhere = match (namespace, served.resource.scope()) {
        (None, Scope::Namespaced) => ", or name the namespaces that are allowed by -n",
        _ => "",
    };
    format!(
        "an administrator can run kubectl create {role} --verb=list,watch --resource={resource}, and give it to the \
         user by {binding}{elsewhere}"
    )
}
