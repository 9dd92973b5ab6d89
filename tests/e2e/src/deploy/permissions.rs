//! What the relay's service account may do, and what it may not.

use serde_json::json;

use super::NAMESPACE;
use super::account::Account;
use crate::report::{Outcome, failed};

/// Each with the namespace, if it is not asked of all of them: verb, group, resource, name.
type Question = (&'static str, &'static str, &'static str, &'static str, &'static str);

const ALLOWED: [Question; 11] = [
    ("", "list", "", "pods", ""),
    ("", "watch", "", "pods", ""),
    ("", "list", "apps", "deployments", ""),
    ("", "watch", "apps", "deployments", ""),
    ("", "get", "", "namespaces", "kube-system"),
    (NAMESPACE, "create", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "get", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "list", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "watch", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "update", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "delete", "coordination.k8s.io", "leases", ""),
];

const FORBIDDEN: [Question; 14] = [
    ("", "list", "", "secrets", ""),
    ("", "watch", "", "secrets", ""),
    (NAMESPACE, "get", "", "secrets", ""),
    (NAMESPACE, "list", "", "secrets", ""),
    ("", "list", "", "configmaps", ""),
    ("", "list", "", "namespaces", ""),
    ("", "get", "", "namespaces", "default"),
    ("", "list", "coordination.k8s.io", "leases", ""),
    ("kube-system", "update", "coordination.k8s.io", "leases", ""),
    (NAMESPACE, "create", "", "pods", ""),
    (NAMESPACE, "delete", "", "pods", ""),
    ("", "update", "apps", "deployments", ""),
    ("", "impersonate", "", "users", ""),
    (NAMESPACE, "create", "rbac.authorization.k8s.io", "rolebindings", ""),
];

/// Asks the server, as the account, and tries to read the Secrets.
pub(super) async fn least(account: &Account) -> Outcome {
    for (questions, expected) in [(&ALLOWED[..], true), (&FORBIDDEN[..], false)] {
        for question in questions {
            let (namespace, verb, group, resource, name) = *question;
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {"namespace": namespace, "verb": verb,
                    "group": group, "resource": resource, "name": name}},
            });
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
            let review = account.api.create(path, &review).await.map_err(failed)?;
            if review["status"]["allowed"] != expected {
                return Err(format!("expected {expected} of {question:?}: {review}").into());
            }
        }
    }
    for path in ["/api/v1/secrets".to_owned(), format!("/api/v1/namespaces/{NAMESPACE}/secrets")] {
        match account.api.get(&path).await {
            Err(kube_client::Error::Api(status)) if status.code == 403 => {}
            other => return Err(format!("{path}: expected 403, got {other:?}").into()),
        }
    }
    Ok(format!("{} are allowed, {} are not", ALLOWED.len(), FORBIDDEN.len()))
}
