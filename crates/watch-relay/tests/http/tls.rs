//! TLS with a CA of one's own, and certificates that are renewed.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use watch_relay::form::Form;
use watch_relay::sink::Sink as _;

use crate::server::{Reply, Server};
use crate::support::{deliver, error_of, messages, with};

struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("they are valid");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("it is signed");
        fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("it is written");
        let der = certificate.der().clone();
        Self { folder, issuer: Issuer::new(params, key), certificate: der }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issue(&self, name: &str) -> (String, KeyPair, CertificateDer<'static>) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("they are valid");
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        (certificate.pem(), key, certificate.der().clone())
    }

    /// Writes a certificate and its key into files.
    fn write(&self, name: &str) {
        let (certificate, key, _) = self.issue(name);
        fs::write(self.path("client.pem"), certificate).expect("it is written");
        fs::write(self.path("client.key"), key.serialize_pem()).expect("it is written");
    }

    async fn server(&self, name: &str, wants_client: bool) -> Server {
        let (_, key, certificate) = self.issue(name);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("they are supported");
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.clone()).expect("it is valid");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("it is valid"))
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = builder.with_single_cert(vec![certificate], key).expect("it is valid");
        Server::start_with(Some(config), |_, _| Reply::Status(200)).await
    }
}

#[tokio::test]
async fn certificate_is_checked_with_the_given_ca() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = authority.server("localhost", false).await;
    let ca = authority.path("ca.pem");
    let right = fs::read(&ca).expect("it is read");
    fs::copy(other.path("ca.pem"), &ca).expect("it is copied");
    let mut sink = with(&server, |config| config.tls.ca = Some(ca.clone()));
    let text = error_of(&mut sink).await.to_string();
    assert!(text.contains("certificate"), "{text}");
    // Mended while the sink is there.
    fs::write(&ca, [right.as_slice(), b"\n"].concat()).expect("it is written");
    deliver(&mut sink, &mut messages(Form::Wire, 2)).await.expect("it is delivered");

    let wrong_name = authority.server("elsewhere", false).await;
    let mut sink = with(&wrong_name, |config| config.tls.ca = Some(ca.clone()));
    let text = error_of(&mut sink).await.to_string();
    assert!(text.contains("not valid for name"), "{text}");
    assert!(wrong_name.received().is_empty());
}

#[tokio::test]
async fn client_certificate_is_shown() {
    let authority = Authority::new();
    authority.write("relay");
    let server = authority.server("localhost", true).await;
    let mut sink = with(&server, |config| config.tls.ca = Some(authority.path("ca.pem")));
    error_of(&mut sink).await;
    let mut sink = with(&server, |config| {
        config.tls.ca = Some(authority.path("ca.pem"));
        config.tls.certificate = Some(authority.path("client.pem"));
        config.tls.key = Some(authority.path("client.key"));
    });
    deliver(&mut sink, &mut messages(Form::Wire, 2)).await.expect("it is delivered");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    authority.write("relay");
    let server = authority.server("localhost", false).await;
    let path = |name: &str| Some(authority.path(name));
    let cases = [
        ((path("absent"), None, None), "absent cannot be read"),
        ((path("client.key"), None, None), "client.key has no certificate"),
        ((path("ca.pem"), path("client.pem"), None), "without its `key`"),
        ((path("ca.pem"), None, path("client.key")), "without its `certificate`"),
        ((path("ca.pem"), path("client.pem"), path("ca.pem")), "key"),
        ((path("ca.pem"), path("ca.pem"), path("client.key")), "cannot be used with"),
    ];
    for ((ca, certificate, key), part) in cases {
        let mut sink = with(&server, |config| {
            (config.tls.ca, config.tls.certificate, config.tls.key) = (ca, certificate, key);
        });
        let error = sink.open(None).await.expect_err("it cannot be used").to_string();
        assert!(error.starts_with(&server.url()) && error.contains(part), "{part}: {error}");
    }
}
