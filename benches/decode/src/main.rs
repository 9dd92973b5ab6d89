//! Decodes recorded objects into our types and into k8s-openapi's. Prints one line of JSON per case:
//! `{"case":…,"ours":…,"peer":…}`, in microseconds per object.

mod case;
mod lossless;
mod timing;

use std::error::Error;

use case::{Case, cases};
use k8s_openapi::api as theirs;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions as their_extensions;
use models as ours;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    for case in all()? {
        eprintln!("decoding {}", case.name);
        let [ours, peer] = timing::in_turns([&case.ours, &case.peer]);
        println!("{}", json!({"case": case.name, "ours": ours, "peer": peer}));
    }
    Ok(())
}

/// Returns all cases; `cargo xtask bench decode` adds the targets.
fn all() -> Result<Vec<Case>, Box<dyn Error>> {
    let pod = include_bytes!("../../data/pod.json");
    let bare_pod = include_bytes!("../../data/pod-without-managed-fields.json");
    let config_map = include_bytes!("../../data/configmap.json");
    let definition = include_bytes!("../../data/customresourcedefinition.json");
    let deployment = include_bytes!("../../data/deployment.json");
    let slice = include_bytes!("../../data/endpointslice.json");
    let event = include_bytes!("../../data/event.json");
    let node = include_bytes!("../../data/node.json");
    let secret = include_bytes!("../../data/secret.json");
    let service = include_bytes!("../../data/service.json");
    let cases = [
        cases::<ours::core::v1::Pod, theirs::core::v1::Pod>("Pod with managedFields", pod)?,
        cases::<ours::core::v1::Pod, theirs::core::v1::Pod>("Pod without managedFields", bare_pod)?,
        cases::<ours::core::v1::ConfigMap, theirs::core::v1::ConfigMap>("ConfigMap", config_map)?,
        cases::<
            ours::apiextensions::v1::CustomResourceDefinition,
            their_extensions::v1::CustomResourceDefinition,
        >("CustomResourceDefinition", definition)?,
        cases::<ours::apps::v1::Deployment, theirs::apps::v1::Deployment>(
            "Deployment",
            deployment,
        )?,
        cases::<ours::discovery::v1::EndpointSlice, theirs::discovery::v1::EndpointSlice>(
            "EndpointSlice",
            slice,
        )?,
        cases::<ours::core::v1::Event, theirs::core::v1::Event>("Event", event)?,
        cases::<ours::core::v1::Node, theirs::core::v1::Node>("Node", node)?,
        cases::<ours::core::v1::Secret, theirs::core::v1::Secret>("Secret", secret)?,
        cases::<ours::core::v1::Service, theirs::core::v1::Service>("Service", service)?,
    ];
    Ok(cases.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_decodes_without_loss() {
        assert!(all().unwrap().len() >= 20);
    }
}
