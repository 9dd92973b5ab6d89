//! The software bill of materials: what is in the program, in CycloneDX's form.

use serde_json::{Value, json};

use super::PROGRAM;
use super::dependencies::{Dependencies, Id, Package};
use crate::error::{Failure, Result};

/// Returns the document, of a time in seconds since 1970. It has no serial number, which would be another each time.
pub(super) fn cyclone_dx(dependencies: &Dependencies, time: u64) -> Result<Vec<u8>> {
    let failure =
        |error: &dyn std::fmt::Display| Failure::new(format!("cannot write the SBOM: {error}"));
    let time = i64::try_from(time).map_err(|error| failure(&error))?;
    let time = jiff::Timestamp::from_second(time).map_err(|error| failure(&error))?;
    let Dependencies { root, packages } = dependencies;
    let mut program = component("application", root, &packages[root]);
    program["name"] = PROGRAM.into();
    let libraries = packages.iter().filter(|(id, _)| *id != root);
    let components: Vec<_> =
        libraries.map(|(id, package)| component("library", id, package)).collect();
    let needs: Vec<_> = packages
        .iter()
        .map(|(id, package)| {
            let needs: Vec<_> = package.needs.iter().map(purl).collect();
            json!({"ref": purl(id), "dependsOn": needs})
        })
        .collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": time.to_string(), "component": program},
        "components": components,
        "dependencies": needs,
    });
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|error| failure(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn component(kind: &str, id: &Id, package: &Package) -> Value {
    let (name, version) = id;
    let mut component = json!({
        "type": kind, "bom-ref": purl(id), "name": name, "version": version, "purl": purl(id),
    });
    if let Some(license) = &package.license {
        // An older way to write `OR`, which is no SPDX expression.
        let expression = license.replace(" / ", "/").replace('/', " OR ");
        component["licenses"] = json!([{"expression": expression}]);
    }
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    component
}

/// The package's URL, which names it in an SBOM.
fn purl((name, version): &Id) -> String {
    // Build metadata: `+` would be a space.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}
