//! Kubernetes' protobuf definitions: field numbers and wire types of what OpenAPI describes.
//!
//! `read` compiles the `.proto` files; `join` puts their facts beside the properties, once, when a release
//! is fetched; `check` lists where the two disagree, each time a release is generated; `explained` says
//! which disagreements are meant to be, and why; `known` has the messages of definitions without properties.

mod check;
mod explained;
mod join;
mod known;
mod mismatch;
mod read;

pub(crate) use check::check;
pub(crate) use join::join;
pub(crate) use read::{Messages, imports, read};

/// Returns the path of the file that has the message of a definition, as files import it.
pub(crate) fn file_of(definition: &str) -> Option<String> {
    let (package, _) = definition.strip_prefix("io.k8s.")?.rsplit_once('.')?;
    Some(format!("k8s.io/{}/generated.proto", package.replace('.', "/")))
}

/// Returns the name of a definition's message.
fn message_of(definition: &str) -> Option<String> {
    Some(format!("k8s.io.{}", definition.strip_prefix("io.k8s.")?.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn definition_has_one_file_and_one_message() {
        for (definition, file, message) in [
            (
                "io.k8s.api.core.v1.Pod",
                "k8s.io/api/core/v1/generated.proto",
                "k8s.io.api.core.v1.Pod",
            ),
            (
                "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
                "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/generated.proto",
                "k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIService",
            ),
        ] {
            assert_eq!(super::file_of(definition).unwrap(), file);
            assert_eq!(super::message_of(definition).unwrap(), message);
        }
        assert_eq!(super::file_of("com.example.v1.Pod"), None);
    }
}
