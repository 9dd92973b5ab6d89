//! kubectl as a client of the embedded server, which runs in a child process: an old release over plain
//! HTTP, and the newest over TLS with a token.

mod columns;
mod formats;
mod plugin;
mod program;
mod reading;
mod replaying;
mod serve;
mod writing;
mod yaml;

use std::path::Path;

use self::program::Kubectl;
use self::serve::Serve;
use crate::cluster::Cluster;
use crate::report::{Outcome, Report};

/// The arguments of `watchables serve`.
const SERVERS: [&[&str]; 2] =
    [&["--release", "1.20", "--demo"], &["--release", "1.36", "--demo", "--tls", "--token=t0ken"]];

pub(crate) async fn run(cluster: &Cluster, report: &Report) {
    if !report.wants("kubectl") {
        return;
    }
    let programs = match program::find().await {
        Ok(programs) => programs,
        Err(why) => {
            report.record("kubectl on the embedded server", Err(why));
            return;
        }
    };
    for (version, program) in programs {
        for arguments in SERVERS {
            if let Err(why) = run_on(&version, &program, arguments, report).await {
                report.record("kubectl on the embedded server", Err(why));
            }
        }
        let name = format!("kubectl {version} on a replay");
        report.test(&name, Box::pin(replaying::run(&program))).await;
        let name = format!("kubectl {version} prints what watchables watch prints");
        report.test(&name, Box::pin(columns::run(&program))).await;
        let name =
            format!("kubectl {version} on the suite's own server: what watch prints as YAML");
        report.test(&name, Box::pin(yaml::run_on(cluster, &program, &version))).await;
    }
}

async fn run_on(
    version: &str,
    program: &Path,
    arguments: &[&str],
    report: &Report,
) -> Result<(), crate::report::NotPassed> {
    let server = Serve::start(arguments).await?;
    let kubectl = Kubectl::new(program, &server);
    let release = arguments[1];
    let test = async |what: &str, test: std::pin::Pin<Box<dyn Future<Output = Outcome> + '_>>| {
        report.test(&format!("kubectl {version} on {release}: {what}"), test).await;
    };
    test("version and api-versions", Box::pin(reading::version(&kubectl, release))).await;
    test("api-resources", Box::pin(reading::api_resources(&kubectl))).await;
    test("get", Box::pin(reading::get(&kubectl))).await;
    test("get a missing object", Box::pin(reading::get_missing(&kubectl))).await;
    test("get in pages, by selector, as JSON", Box::pin(reading::get_selected(&kubectl))).await;
    test("get pods -A -w shows changes", Box::pin(reading::get_watch(&kubectl))).await;
    test("what watch prints", Box::pin(formats::run(&kubectl))).await;
    test("what watch prints as YAML", Box::pin(yaml::run(&kubectl, version))).await;
    test("the plugin", Box::pin(plugin::run(&kubectl, &server))).await;
    test("describe", Box::pin(reading::describe(&kubectl))).await;
    test("create", Box::pin(writing::create(&kubectl))).await;
    test("apply and apply again", Box::pin(writing::apply(&kubectl))).await;
    test("patch, label, annotate", Box::pin(writing::patch(&kubectl))).await;
    test("edit and replace", Box::pin(writing::edit(&kubectl))).await;
    test("wait", Box::pin(writing::wait(&kubectl))).await;
    test("server-side apply", Box::pin(writing::server_side_apply(&kubectl))).await;
    test("scale and get all", Box::pin(writing::scale(&kubectl))).await;
    test("a custom resource", Box::pin(writing::custom(&kubectl))).await;
    test("delete", Box::pin(writing::delete(&kubectl))).await;
    let stops = async {
        server.stop().await?;
        Ok(String::new())
    };
    report
        .test(&format!("kubectl {version} on {release}: the server stops on Ctrl-C"), stops)
        .await;
    Ok(())
}
