//! The command `watchables doctor`, as a process.

mod advice;
mod denying;
mod support;

use std::net::TcpListener;

use embedded_apiserver::{Fault, Verb};

use support::{assert_failed, check, doctor, home, mend, server, status, text, write_kubeconfig};

#[test]
fn cluster_that_is_well_passes_every_check() {
    let server = server().start_in_thread().unwrap();
    let home = home(&server.kubeconfig());
    let (output, report) = doctor(&home, &[]);
    assert!(output.status.success(), "{report}");
    assert_eq!(report["ok"], true);
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["status"] == "ok"), "{report}");
    let names: Vec<_> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "kubeconfig",
            "server",
            "proxy",
            "credentials",
            "DNS",
            "TCP",
            "HTTP",
            "version",
            "permission",
            "list",
            "wire",
            "streaming list",
            "watch",
            "bookmarks",
            "priority",
            "sharding"
        ]
    );
    assert_eq!(text(&report, "wire"), "protobuf");
    assert_eq!(text(&report, "streaming list"), "supported");
    assert!(text(&report, "version").ends_with("feature rel_1_37"), "{report}");
    assert!(text(&report, "sharding").starts_with("not supported"));
    assert!(check(&report, "TCP")["seconds"].as_f64().is_some());
}

#[test]
fn what_the_server_does_not_have_is_said() {
    let server = server().release("1.20").sharded_list_and_watch(true).start_in_thread().unwrap();
    let home = home(&server.kubeconfig());
    let (output, report) = doctor(&home, &[]);
    assert!(output.status.success(), "{report}");
    assert!(text(&report, "version").contains("v1.20.0"), "{report}");
    assert!(text(&report, "streaming list").starts_with("not supported"), "{report}");
    assert_eq!(text(&report, "sharding"), "supported");
}

#[test]
fn text_has_a_mark_and_a_name_on_each_line_and_the_mend_below() {
    let server = server().start_in_thread().unwrap();
    let home = home(&server.kubeconfig());
    let output = support::run(&home, &["doctor", "podz"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(
        lines[0],
        "\u{2713} kubeconfig      ~/.kube/config, context \"embedded\", cluster \"embedded\", user \"embedded\""
    );
    let [failed, mend] = lines[lines.len() - 2..] else { panic!("{stdout}") };
    assert!(failed.starts_with("\u{2717} resources       no resource \"podz\""), "{stdout}");
    assert!(mend.starts_with("                  \u{2192} name resources as"), "{stdout}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: 1 check has failed\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn resources_and_namespaces_are_those_of_the_arguments() {
    let server = server().start_in_thread().unwrap();
    let home = home(&server.kubeconfig());
    let (_, report) = doctor(&home, &["pods,ns", "-n", "default,kube-system"]);
    let checks = report["checks"].as_array().unwrap().iter();
    let permissions: Vec<_> =
        checks.filter(|check| check["name"] == "permission").map(|check| &check["what"]).collect();
    assert_eq!(
        permissions,
        [
            "list and watch pods in the namespace \"default\"",
            "list and watch pods in the namespace \"kube-system\"",
            "list and watch namespaces"
        ]
    );
}

#[test]
fn wrong_token_is_a_failed_request_and_never_shown() {
    let server = server().tls().token("S3CRET-A").start_in_thread().unwrap();
    let right = home(&server.kubeconfig());
    let (output, report) = doctor(&right, &[]);
    assert!(output.status.success(), "{report}");
    assert_eq!(text(&report, "credentials"), "the token of the kubeconfig");
    assert!(text(&report, "TLS").contains("CN=embedded-apiserver authority, valid until "));
    let wrong = home(&server.kubeconfig().replace("S3CRET-A", "S3CRET-B"));
    let (output, report) = doctor(&wrong, &[]);
    assert_failed(&output, &report, "HTTP", "401 Unauthorized");
    assert!(mend(&report, "HTTP").contains("renew the token"), "{report}");
    for printed in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(printed).contains("S3CRET"), "{report}");
    }
}

#[test]
fn unknown_certificate_authority_is_named_with_the_certificate_of_the_server() {
    let server = server().tls().start_in_thread().unwrap();
    let other = support::server().tls().start_in_thread().unwrap();
    // With the address of the one, and the authority of the other.
    let kubeconfig = other.kubeconfig().replace(&other.url(), &server.url());
    let (output, report) = doctor(&home(&kubeconfig), &[]);
    assert_failed(
        &output,
        &report,
        "TLS",
        "is not signed by certificate-authority-data of the kubeconfig",
    );
    assert!(
        text(&report, "TLS").contains("it is of CN=embedded-apiserver issued by CN="),
        "{report}"
    );
    let lines =
        kubeconfig.lines().map(|line| match line.split_once("certificate-authority-data:") {
            Some((before, _)) => format!("{before}insecure-skip-tls-verify: true\n"),
            None => format!("{line}\n"),
        });
    let (output, report) = doctor(&home(&lines.collect::<String>()), &[]);
    assert!(output.status.success(), "{report}");
    assert_eq!(status(&report, "TLS"), "warning");
}

#[test]
fn closed_port_and_unknown_host_are_told_apart() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (output, report) =
        doctor(&home(&write_kubeconfig(&format!("http://127.0.0.1:{port}"))), &[]);
    assert_failed(&output, &report, "TCP", "refused");
    assert_eq!(mend(&report, "TCP"), "is the server running, and the port right?");
    let (output, report) = doctor(&home(&write_kubeconfig("http://nowhere.invalid:1")), &[]);
    assert_failed(&output, &report, "DNS", "\"nowhere.invalid\" cannot be resolved");
    assert_eq!(status(&report, "server"), "warning");
}

#[test]
fn server_that_is_no_api_server_or_never_answers_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (output, report) = doctor(&home(&write_kubeconfig(&url)), &["--timeout", "1s"]);
    assert_failed(&output, &report, "HTTP", "no response within 1s");
    let server = server().start_in_thread().unwrap();
    server.faults().inject(Fault::status(404).path("/version"));
    let (output, report) = doctor(&home(&server.kubeconfig()), &[]);
    assert_failed(&output, &report, "HTTP", "404");
    assert!(mend(&report, "HTTP").contains("the URL of a Kubernetes API server?"));
}

#[test]
fn missing_context_file_and_configuration_are_said() {
    let server = server().start_in_thread().unwrap();
    let home = home(&server.kubeconfig());
    let (output, report) = doctor(&home, &["--context", "nowhere"]);
    assert_failed(&output, &report, "kubeconfig", "has no context \"nowhere\"; it has: embedded");
    let (output, report) = doctor(&home, &["--kubeconfig", "/does/not/exist"]);
    assert_failed(&output, &report, "kubeconfig", "/does/not/exist");
    let (output, report) = doctor(&support::home(""), &["--demo"]);
    assert!(output.status.success(), "{report}");
    assert_eq!(text(&report, "kubeconfig"), "none: the embedded demo cluster");
}

#[test]
fn permission_that_the_server_denies_is_told_with_its_reason() {
    let server = server().start_in_thread().unwrap();
    let url = denying::start(&server.url());
    let (output, report) = doctor(&home(&write_kubeconfig(&url)), &["deploy", "-n", "shop"]);
    let says = "may not watch deployments in the namespace \"shop\": the role has no watch";
    assert_failed(&output, &report, "permission", says);
    assert!(
        mend(&report, "permission").contains(
            "kubectl create role NAME -n shop --verb=list,watch --resource=deployments.apps"
        ),
        "{report}"
    );
}

#[test]
fn requests_that_are_refused_are_failures() {
    for (verb, name) in [(Verb::List, "list"), (Verb::Watch, "watch")] {
        let server = server().start_in_thread().unwrap();
        server.faults().inject(Fault::status(403).verb(verb).path("/api/v1/pods"));
        let (output, report) = doctor(&home(&server.kubeconfig()), &[]);
        assert_failed(&output, &report, name, "403");
        assert!(mend(&report, name).contains("ask an administrator"), "{report}");
    }
    let server = server().start_in_thread().unwrap();
    server.faults().inject(Fault::too_many_requests(1).path("/api/v1/pods"));
    let (output, report) = doctor(&home(&server.kubeconfig()), &[]);
    assert_failed(&output, &report, "list", "429");
    assert!(mend(&report, "list").contains("too many requests"), "{report}");
}

#[test]
fn proxy_is_shown_without_its_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let kubeconfig = write_kubeconfig("https://kube.test");
    let proxied = kubeconfig.replace(
        "server:",
        &format!("proxy-url: \"http://user:S3CRET@127.0.0.1:{port}\", server:"),
    );
    let (output, report) = doctor(&home(&proxied), &[]);
    assert_failed(&output, &report, "TCP", "cannot connect to the proxy");
    let shown = format!("http://127.0.0.1:{port} (proxy-url of the kubeconfig)");
    assert_eq!(text(&report, "proxy"), shown);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("S3CRET"));
}
