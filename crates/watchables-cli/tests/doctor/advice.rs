//! What `doctor` advises about configurations that are wrong in usual ways.

use embedded_apiserver::EmbeddedServer;
use serde_json::Value;

use crate::support::{
    assert_failed, doctor, home, mend, run_with, server, status, text, write_kubeconfig,
};

#[test]
fn scheme_that_is_not_that_of_the_port_is_named_with_the_right_url() {
    let plain = server().start_in_thread().unwrap();
    let url = plain.url().replace("http://", "https://");
    let (output, report) = doctor(&home(&write_kubeconfig(&url)), &[]);
    assert_failed(&output, &report, "TLS", "the server speaks HTTP without TLS at this port");
    let says = format!("write {} as the server", plain.url().trim_end_matches('/'));
    assert!(mend(&report, "TLS").starts_with(&says), "{report}");

    let tls = server().tls().start_in_thread().unwrap();
    let url = tls.url().replace("https://", "http://");
    let (output, report) = doctor(&home(&write_kubeconfig(&url)), &[]);
    assert_failed(&output, &report, "TLS", "the server speaks TLS at this port");
    let says = format!("write {} as the server", tls.url().trim_end_matches('/'));
    assert!(mend(&report, "TLS").starts_with(&says), "{report}");
}

#[test]
fn server_without_a_scheme_is_https_where_something_of_tls_is_set() {
    let tls = server().tls().start_in_thread().unwrap();
    let bare = |server: &EmbeddedServer| {
        let scheme = server.url().split_once("://").unwrap().0.to_owned();
        server.kubeconfig().replace(&format!("{scheme}://"), "")
    };
    let (output, report) = doctor(&home(&bare(&tls)), &[]);
    assert!(output.status.success(), "{report}");
    assert!(text(&report, "server").starts_with("https://"), "{report}");
    assert_eq!(status(&report, "kubeconfig"), "warning");
    assert!(mend(&report, "kubeconfig").contains("kubectl takes it for http://"), "{report}");
    let plain = server().start_in_thread().unwrap();
    let address = plain.url().replace("http://", "");
    let (_, report) = doctor(&home(&write_kubeconfig(&address)), &[]);
    assert!(text(&report, "server").starts_with("http://"), "{report}");
    let certificate = "client-certificate-data: aGk=, client-key-data: aGk=";
    let known = write_kubeconfig(&address).replace("token: t", certificate);
    let (_, report) = doctor(&home(&known), &[]);
    assert!(text(&report, "server").starts_with("https://"), "{report}");
}

#[test]
fn user_that_the_kubeconfig_does_not_have_deserves_a_look() {
    let server = server().start_in_thread().unwrap();
    let kubeconfig = write_kubeconfig(&server.url()).replace("user: u}", "user: nobody}");
    let (output, report) = doctor(&home(&kubeconfig), &[]);
    assert!(output.status.success(), "{report}");
    assert_eq!(status(&report, "kubeconfig"), "warning");
    assert!(text(&report, "kubeconfig").contains("it has no user \"nobody\""), "{report}");
    assert!(mend(&report, "kubeconfig").ends_with("name one of: u"), "{report}");
}

#[test]
fn namespace_that_does_not_exist_is_named() {
    let server = server().start_in_thread().unwrap();
    let (output, report) = doctor(&home(&server.kubeconfig()), &["-n", "default,shpo"]);
    assert!(output.status.success(), "{report}");
    let checks = report["checks"].as_array().unwrap().iter();
    let found: Vec<_> = checks.filter(|check| check["name"] == "namespace").collect();
    assert_eq!(found.len(), 1, "{report}");
    assert_eq!(found[0]["what"], "there is no namespace \"shpo\" on this server");
    assert_eq!(found[0]["status"], "warning");
}

#[test]
fn client_certificate_that_cannot_be_read_is_said_once() {
    let server = server().tls().start_in_thread().unwrap();
    for (user, named) in [
        ("client-certificate: /does/not/exist.crt, client-key: /does/not/exist.key", "exist.crt"),
        ("client-certificate-data: aGk=, client-key-data: aGk=", "client-certificate-data"),
    ] {
        let kubeconfig = server.kubeconfig().replace("user: {}", &format!("user: {{{user}}}"));
        assert!(kubeconfig.contains(user), "{kubeconfig}");
        let (output, report) = doctor(&home(&kubeconfig), &[]);
        assert_eq!(output.status.code(), Some(1));
        let is_named = |check: &&Value| check["what"].as_str().unwrap().contains(named);
        let checks = report["checks"].as_array().unwrap();
        assert_eq!(checks.iter().filter(is_named).count(), 1, "{report}");
        let failed = checks.iter().filter(|check| check["status"] == "failed").count();
        assert_eq!(failed, 1, "{report}");
    }
}

#[test]
fn proxy_that_is_asked_for_this_machine_is_named() {
    let server = server().start_in_thread().unwrap();
    let home = home(&server.kubeconfig().replace("127.0.0.1", "kube.localhost"));
    // The server is as good a proxy as any: it accepts the connection.
    let proxy = server.url();
    let report =
        run_with(&home, &["doctor", "--json", "--timeout", "2s"], &[("HTTP_PROXY", &proxy)]);
    let warned = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["status"] == "warning" && check["name"] == "proxy");
    let warned = warned.unwrap_or_else(|| panic!("{report}"));
    assert!(
        warned["what"].as_str().unwrap().starts_with("the server is on this machine"),
        "{report}"
    );
    assert!(
        warned["mend"].as_str().unwrap().contains("add kube.localhost to NO_PROXY"),
        "{report}"
    );
}
