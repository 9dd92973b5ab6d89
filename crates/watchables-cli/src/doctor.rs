//! `watchables doctor`: what would be connected to, how, and what is in the way.

mod certificate;
mod configuration;
mod features;
mod permissions;
mod reach;
mod report;
mod requests;
mod server;

use std::time::{Duration, Instant};

use anyhow::bail;
use watchables::Config;
use watchables::access::Access;

use crate::args::{DoctorArgs, DoctorFormat};
use crate::cluster::{self, Target};
use crate::resources::{self, Finder, Waiting};
use crate::{failure, interrupt};

use report::{Check, Report};
use requests::Requests;

/// Does all checks, and prints them.
///
/// # Errors
///
/// If a check has failed, or standard output cannot be written.
pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<()> {
    let mut interrupted = interrupt::interrupted();
    let mut report = Report::new(args.json || args.output == DoctorFormat::Json);
    tokio::select! {
        () = examine(&args, &mut report) => {}
        _ = &mut interrupted => return Ok(()),
    }
    report.finish()?;
    match report.failed() {
        0 => Ok(()),
        1 => bail!("1 check has failed"),
        failed => bail!("{failed} checks have failed"),
    }
}

async fn examine(args: &DoctorArgs, report: &mut Report) {
    let target = match Target::find(&args.cluster) {
        Ok(target) => target,
        Err(error) => {
            let mend =
                "name a file by --kubeconfig or KUBECONFIG, and a context in it by --context";
            return report.add(Check::failed("kubeconfig", failure::one_line(&error), mend));
        }
    };
    configuration::describe(&target, report);
    let access = match &target {
        // It is started below.
        Target::Demo(_) => None,
        Target::Kubeconfig(kubeconfig, options, _) => {
            let access = Access::from_kubeconfig((**kubeconfig).clone(), options).await;
            Some(access.map_err(anyhow::Error::from))
        }
        Target::InCluster => {
            let config = Config::incluster().map_err(anyhow::Error::from);
            Some(config.and_then(|config| Ok(Access::from_config(config)?)))
        }
    };
    let access = match access.transpose() {
        Ok(access) => access,
        Err(error) => {
            let mend = "correct the cluster or the user of this context in the kubeconfig";
            return report.add(Check::failed("server", failure::one_line(&error), mend));
        }
    };
    if let Some(access) = &access {
        configuration::describe_access(access, report);
        if !reach::check(access, args.timeout, report).await {
            return;
        }
    }
    let Some(cluster) = connect(target, args.timeout, report).await else { return };
    if access.is_none() {
        report.add(Check::fine("server", cluster.url.clone()));
    }
    let requests = Requests::new(cluster.client.clone(), args.timeout);
    if !server::check(&requests, report).await {
        return;
    }
    let waiting = Waiting::default();
    let finder = Finder::new(&cluster.client, false, Some(Duration::ZERO), &waiting);
    let found = resources::resolve(&finder, &args.resources);
    let found = match tokio::time::timeout(args.timeout, found).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            let mend = "name resources as kubectl api-resources lists them";
            return report.add(Check::failed("resources", failure::one_line(&error), mend));
        }
        Err(_) => {
            let what = "the server did not list its resources in time";
            return report.add(Check::failed("resources", what, "raise --timeout, or try again"));
        }
    };
    let allowed = permissions::check(&requests, &found, &args.namespace, report).await;
    if let Some(collection) = allowed.first() {
        features::check(&requests, collection, report).await;
    }
}

/// Connects, which runs the exec plugin if there is one.
async fn connect(
    target: Target,
    timeout: Duration,
    report: &mut Report,
) -> Option<cluster::Cluster> {
    let plugin = target.plugin();
    let started = Instant::now();
    let connected = tokio::time::timeout(timeout, target.connect()).await;
    let what = plugin.as_ref().map(|plugin| format!("the exec plugin {plugin:?}"));
    match (connected, what) {
        (Ok(Ok(cluster)), Some(what)) => {
            let gave = format!("{what} gave a credential");
            report.add(Check::fine("exec plugin", gave).took(started.elapsed()));
            Some(cluster)
        }
        (Ok(Ok(cluster)), None) => Some(cluster),
        (Ok(Err(error)), _) => {
            let name = if plugin.is_some() { "exec plugin" } else { "credentials" };
            let mend = "run kubectl get pods with the same kubeconfig, and correct what it names";
            report.add(Check::failed(name, failure::one_line(&error), mend));
            None
        }
        (Err(_), what) => {
            let what = what.unwrap_or_else(|| "the configuration".to_owned());
            let mend = "it may wait for a login: run it once by hand, or raise --timeout";
            report.add(Check::failed("exec plugin", format!("{what} did not end in time"), mend));
            None
        }
    }
}
