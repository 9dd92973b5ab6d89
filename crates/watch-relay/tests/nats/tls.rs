//! Encrypted connections.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use watch_relay::NatsTls;
use watch_relay::sink::Sink as _;
use watch_relay::sink::nats::{NatsConfig, NatsSink};

use crate::support::{Event, Server, batch, config, open, stored_with, text};

/// Writes an authority's certificate, and those of a server and a client with their keys, into a folder.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).expect("a certificate");
    fs::write(folder.join("ca.pem"), ca.pem()).expect("the folder can be written");
    let issuer = Issuer::new(params, key);
    for name in ["server", "client"] {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        fs::write(folder.join(format!("{name}.pem")), certificate.pem()).expect("it is written");
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).expect("it is written");
    }
}

#[tokio::test]
async fn client_and_server_know_each_other_by_their_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    certificates(folder.path());
    let path = |name: &str| folder.path().join(name);
    let server = Server::with(&format!(
        "tls {{ cert_file: {:?}, key_file: {:?}, ca_file: {:?}, verify: true }}",
        path("server.pem"),
        path("server.key"),
        path("ca.pem")
    ));
    let tls = NatsTls {
        required: true,
        ca_file: Some(path("ca.pem")),
        cert_file: Some(path("client.pem")),
        key_file: Some(path("client.key")),
    };
    let config = NatsConfig { tls: Some(tls.clone()), ..config(&server.url()) };
    let mut sink = open(config.clone()).await;
    sink.deliver(&mut batch([Event::added("web", 1)])).await.expect("it is stored");
    let options = async_nats::ConnectOptions::new()
        .require_tls(true)
        .add_root_certificates(path("ca.pem"))
        .add_client_certificate(path("client.pem"), path("client.key"));
    assert_eq!(stored_with(options, &server.url(), "k8s").await.0.len(), 1);

    let refused = async |tls: NatsTls| {
        let mut sink = NatsSink::new(NatsConfig { tls: Some(tls), ..config.clone() });
        let sink = sink.as_mut().expect("it is well formed");
        text(&sink.open(None).await.expect_err("it is refused"))
    };
    let unknown = NatsTls { ca_file: Some(path("client.pem")), ..tls.clone() };
    let error = refused(unknown).await;
    assert!(error.contains("no encrypted connection; check `tls`"), "{error}");
    let nameless = NatsTls { cert_file: None, key_file: None, ..tls.clone() };
    let error = refused(nameless).await;
    assert!(error.contains(&server.url()), "{error}");
    let half = NatsTls { key_file: None, ..tls.clone() };
    let error = refused(half).await;
    assert!(error.contains("both `certFile` and `keyFile`"), "{error}");
    let missing = NatsTls { ca_file: Some(path("absent.pem")), ..tls };
    let error = refused(missing).await;
    assert!(error.contains("absent.pem"), "{error}");
}
