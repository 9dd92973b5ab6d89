//! Reads kubeconfig files as kubectl does.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube_client::config::{Kubeconfig, KubeconfigError};

/// Reads the kubeconfig that is configured: the files of `KUBECONFIG`, merged, or else `~/.kube/config`.
///
/// As kubectl does, and other than [`Kubeconfig::read`], it skips files of `KUBECONFIG` that do not exist, if one
/// does, and takes empty values for absent ones.
///
/// # Errors
///
/// Fails if no file exists, or if one cannot be read or is no kubeconfig. The error of a file that is not valid YAML
/// quotes its lines, which may contain credentials: only its position is fit to be shown.
pub fn read_kubeconfig() -> Result<Kubeconfig, KubeconfigError> {
    let listed = env::var_os("KUBECONFIG").unwrap_or_default();
    let mut paths: Vec<_> = env::split_paths(&listed).filter(|p| *p != PathBuf::new()).collect();
    if paths.is_empty() {
        paths.push(env::home_dir().ok_or(KubeconfigError::FindPath)?.join(".kube/config"));
    }
    read_merged(&paths)
}

/// Reads one kubeconfig file, as [`read_kubeconfig`] does.
///
/// # Errors
///
/// Fails if the file cannot be read or is no kubeconfig, as in [`read_kubeconfig`].
pub fn read_kubeconfig_from(path: impl AsRef<Path>) -> Result<Kubeconfig, KubeconfigError> {
    let path = path.as_ref();
    let mut kubeconfig = Kubeconfig::read_from(path)?;
    // What kube-client makes of an empty path, which it takes for one relative to the file.
    let empty = path.parent().map(|dir| dir.join("").display().to_string()).unwrap_or_default();
    let clear = |field: &mut Option<String>| {
        field.take_if(|path| path.is_empty() || *path == empty);
    };
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        clear(&mut cluster.certificate_authority);
    }
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        clear(&mut user.client_certificate);
        clear(&mut user.client_key);
        clear(&mut user.token_file);
    }
    kubeconfig.current_context.take_if(|context| context.is_empty());
    Ok(kubeconfig)
}

fn read_merged(paths: &[PathBuf]) -> Result<Kubeconfig, KubeconfigError> {
    let mut merged: Option<Kubeconfig> = None;
    let mut missing = None;
    for path in paths {
        match (read_kubeconfig_from(path), merged.take()) {
            (Ok(next), Some(before)) => merged = Some(before.merge(next)?),
            (Ok(next), None) => merged = Some(next),
            (Err(error), before) if is_missing(&error) => {
                missing.get_or_insert(error);
                merged = before;
            }
            (Err(error), _) => return Err(error),
        }
    }
    merged.ok_or_else(|| missing.unwrap_or(KubeconfigError::FindPath))
}

fn is_missing(error: &KubeconfigError) -> bool {
    matches!(error, KubeconfigError::ReadConfig(error, _) if error.kind() == ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const CONTEXT: &str =
        "current-context: t\ncontexts: [{name: t, context: {cluster: t, user: t}}]\n";
    const CLUSTER: &str = "current-context: ''\nclusters: [{name: t, cluster: {server: 'http://h', certificate-authority: ''}}]\nusers: [{name: t, user: {tokenFile: '', client-certificate: '', client-key: k}}]\n";

    #[test]
    fn missing_files_of_a_list_are_skipped_and_empty_values_are_absent() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), CLUSTER).unwrap();
        fs::write(path("b"), CONTEXT).unwrap();
        let lists = [["a", "b", "none"], ["none", "a", "b"], ["b", "none", "a"]];
        for list in lists {
            let read = read_merged(&list.map(path)).unwrap();
            assert_eq!(read.current_context.as_deref(), Some("t"), "{list:?}");
            let cluster = read.clusters[0].cluster.clone().unwrap();
            assert_eq!(cluster.certificate_authority, None);
            let user = read.auth_infos[0].auth_info.clone().unwrap();
            assert_eq!((user.token_file, user.client_certificate), (None, None));
            assert_eq!(user.client_key, Some(path("k").display().to_string()));
        }
        let none = read_merged(&["none", "no"].map(path)).unwrap_err();
        assert!(is_missing(&none) && none.to_string().contains("none"), "{none}");
        fs::write(path("b"), "[").unwrap();
        assert!(read_merged(&["a", "b"].map(path)).is_err());
    }
}
