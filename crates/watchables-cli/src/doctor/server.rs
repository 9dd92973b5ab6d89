//! What the server says of itself.

use std::time::Instant;

use serde_json::Value;

use super::report::{Check, Report};
use super::requests::Requests;

/// Checks that the server answers, and who it says that it is. Returns whether to go on.
pub(super) async fn check(requests: &Requests, report: &mut Report) -> bool {
    let started = Instant::now();
    let answer = match requests.get("/version", "application/json").await {
        Ok(answer) => answer,
        Err(failure) if failure.code == Some(403) => {
            let what = "answers, but does not tell its version to this user";
            report.add(Check::warning("HTTP", what, failure.mend()).took(started.elapsed()));
            return true;
        }
        Err(failure) => {
            let mend = failure.mend();
            report.add(Check::failed("HTTP", failure.text, mend).took(started.elapsed()));
            return false;
        }
    };
    let version: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let Some(git_version) = version["gitVersion"].as_str() else {
        let what = "what answers at /version is not a Kubernetes API server";
        let mend = "is the URL right? A proxy or a login page may answer in its place";
        report.add(Check::failed("HTTP", what, mend).took(started.elapsed()));
        return false;
    };
    report.add(Check::fine("HTTP", "the server answers").took(started.elapsed()));
    report.add(release(git_version));
    true
}

/// Says which generated types suit a server.
fn release(git_version: &str) -> Check {
    let known = release_catalogs::RELEASES;
    let oldest = known.first().copied().unwrap_or_default();
    let newest = release_catalogs::NEWEST;
    let Some(minor) = minor(git_version) else {
        let mend = format!("the types of {newest} may suit: feature {}", feature(newest));
        return Check::warning(
            "version",
            format!("{git_version} is no release of Kubernetes 1"),
            mend,
        );
    };
    let release = format!("1.{minor}");
    if known.contains(&release.as_str()) {
        let what = format!(
            "Kubernetes {git_version}, whose types are in the feature {}",
            feature(&release)
        );
        return Check::fine("version", what);
    }
    let (nearest, why) = if Some(minor) > self::minor(newest) {
        (newest, "fields that are newer are not decoded; update watchables")
    } else {
        (oldest, "some resources may differ")
    };
    let mend = format!("use the types of {nearest} (feature {}): {why}", feature(nearest));
    Check::warning(
        "version",
        format!("Kubernetes {git_version} has no types of its own here"),
        mend,
    )
}

/// Returns the 20 of `v1.20.2+k3s1`, or of `1.20`.
fn minor(version: &str) -> Option<u32> {
    let rest = version.trim_start_matches('v').strip_prefix("1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn feature(release: &str) -> String {
    format!("rel_{}", release.replace('.', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_suits_the_version_of_the_server() {
        let line = |version| serde_json::to_value(release(version)).unwrap();
        let suits = line("v1.20.2+k3s1");
        assert_eq!(suits["status"], "ok");
        assert_eq!(
            suits["what"],
            "Kubernetes v1.20.2+k3s1, whose types are in the feature rel_1_20"
        );
        for (version, mend) in [
            ("v1.999.0", "use the types of 1.37 (feature rel_1_37): fields that are newer"),
            ("v1.10.1", "use the types of 1.17 (feature rel_1_17): some resources may differ"),
            ("v3.0.0", "the types of 1.37 may suit: feature rel_1_37"),
        ] {
            let found = line(version);
            assert_eq!(found["status"], "warning");
            assert!(found["mend"].as_str().unwrap().starts_with(mend), "{found}");
        }
    }
}
