//! Certificates: rotated on disk, and errors that say which one is wrong and why.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use crate::server::{Server, connect, failure, get, ok};

/// An X.509 v1 certificate and its key, which rcgen does not make.
const VERSION_1: [&str; 2] = [
    "-----BEGIN CERTIFICATE-----
MIIBJjCBzQIUTyd0fAfYmblCbRliLAU1+RQt2gwwCgYIKoZIzj0EAwIwFTETMBEG
A1UEAwwKb2xkIGNsaWVudDAgFw0yNjExMjkwODE5MjJaGA8yMTI2MTEwNTA4MTky
MlowFTETMBEGA1UEAwwKb2xkIGNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABFtKR2QkUIf+UWckedTU57gciWwjtg5kSS+sw7rC1KGbGw5AVapip8WJpybJ
Z6hbPcBQTeQuDDzJg712uqDtan4wCgYIKoZIzj0EAwIDSAAwRQIhAP0BlmMQ8Ztt
o5DkzjVyZTj3pjU/i22/jDyf9wCSEksBAiBc/s7XgsTjp3lXL9iq8JRpff6fSOcy
1U5GpE5zvfbT6w==
-----END CERTIFICATE-----
",
    "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc2enN+WM7j34nIbv
TXzxLn5lXgItVRysTe1oy8XGVzKhRANCAARbSkdkJFCH/lFnJHnU1Oe4HIlsI7YO
ZEkvrMO6wtShmxsOQFWqYqfFiacmyWeoWz3AUE3kLgw8yYO9drqg7Wp+
-----END PRIVATE KEY-----
",
];

/// A CA, and a folder for its files.
pub(crate) struct Pki {
    ca: CertifiedIssuer<'static, KeyPair>,
    dir: TempDir,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let pki = Self { ca, dir: TempDir::new().unwrap() };
        pki.write("ca.crt", &pki.ca.pem());
        pki
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> String {
        Path::join(self.dir.path(), name).display().to_string()
    }

    pub(crate) fn ca_pem(&self) -> String {
        self.ca.pem()
    }

    pub(crate) fn ca_line(&self) -> String {
        format!("certificate-authority: {}", self.path("ca.crt"))
    }

    /// Makes a certificate and its key, in PEM.
    pub(crate) fn issue(&self, names: &[&str], last_year: i32) -> [String; 2] {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        [params.signed_by(&key, &self.ca).unwrap().pem(), key.serialize_pem()]
    }

    /// Returns the server's side, for `kube.test` and 127.0.0.1.
    pub(crate) fn server(&self, wants_client: bool) -> TlsAcceptor {
        self.server_with(&self.issue(&["kube.test", "127.0.0.1"], 2100), wants_client)
    }

    /// Returns the side of a server whose certificate is the CA's own.
    pub(crate) fn server_of_the_ca(&self) -> TlsAcceptor {
        self.server_with(&[self.ca.pem(), self.ca.key().serialize_pem()], false)
    }

    pub(crate) fn server_with(
        &self,
        [certificate, key]: &[String; 2],
        wants_client: bool,
    ) -> TlsAcceptor {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;

        let provider = Arc::new(default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.ca.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
    }

    pub(crate) fn write_client(&self, [certificate, key]: &[String; 2]) {
        self.write("client.crt", certificate);
        self.write("client.key", key);
    }

    pub(crate) fn client_lines(&self) -> Vec<String> {
        let line = |field, name| format!("{field}: {}", self.path(name));
        vec![line("client-certificate", "client.crt"), line("client-key", "client.key")]
    }
}

#[tokio::test]
async fn client_certificate_is_read_again_when_the_server_rejects_it() {
    let (old, new) = (Pki::new(), Pki::new());
    let server = Server::start_with(Some(new.server(true)), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    old.write_client(&old.issue(&["client"], 2100));
    let client = connect(&url, &[new.ca_line()], &old.client_lines()).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(
        error.contains(&format!("rejected the client certificate {}", old.path("client.crt"))),
        "{error}"
    );
    old.write_client(&new.issue(&["client"], 2100));
    assert_eq!(get(&client).await.unwrap(), "{}");
}

#[tokio::test]
async fn ca_file_is_read_again_when_the_server_has_another() {
    let (old, new) = (Pki::new(), Pki::new());
    let server = Server::start_with(Some(new.server(false)), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let client = connect(&url, &[old.ca_line()], &[]).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(
        error.contains(&format!("not signed by the CA file {}", old.path("ca.crt"))),
        "{error}"
    );
    old.write("ca.crt", "half of a fi");
    assert!(get(&client).await.unwrap_err().contains("not signed by the CA file"));
    old.write("ca.crt", &new.ca.pem());
    assert_eq!(get(&client).await.unwrap(), "{}");
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_named() {
    let pki = Pki::new();
    let [certificate, key] = pki.issue(&["client"], 2100);
    let [_, other] = pki.issue(&["client"], 2100);
    let cases = [
        ([VERSION_1[0], VERSION_1[1]], "client.crt is an X.509 v1 certificate"),
        ([&certificate, &other], "client.key does not belong to the client certificate"),
        (["none\n", &key], "client.crt contains no certificate"),
        ([&certificate, &certificate], "client.key contains no private key"),
        ([&certificate, ""], "client.key contains no private key"),
    ];
    for ([certificate, key], says) in cases {
        pki.write_client(&[certificate.to_owned(), key.to_owned()]);
        let error =
            failure(connect("https://127.0.0.1:1", &[pki.ca_line()], &pki.client_lines()).await);
        assert!(error.contains(says), "{error}");
    }
    let error = failure(connect("https://127.0.0.1:1", &[], &pki.client_lines()[..1]).await);
    assert!(error.contains("client.crt has no client key"), "{error}");
    pki.write("ca.crt", "none here\n");
    let error = failure(connect("https://127.0.0.1:1", &[pki.ca_line()], &[]).await);
    assert!(error.contains("ca.crt contains no certificate"), "{error}");
}

#[tokio::test]
async fn expired_client_certificate_is_named() {
    let pki = Pki::new();
    pki.write_client(&pki.issue(&["client"], 2021));
    let server = Server::start_with(Some(pki.server(true)), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let client = connect(&url, &[pki.ca_line()], &pki.client_lines()).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.contains("client.crt, which expired at 2021-01-01"), "{error}");

    let server =
        Server::start_with(Some(pki.server(false)), |_| crate::server::unauthorized()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let client = connect(&url, &[pki.ca_line()], &pki.client_lines()).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.contains("client.crt expired at 2021-01-01"), "{error}");
}

#[tokio::test]
async fn certificates_of_servers_are_explained() {
    let pki = Pki::new();
    let leaf = pki.issue(&["other.test"], 2100);
    let cases = [
        (pki.issue(&["127.0.0.1"], 2021), "ca.crt", "the API server's certificate has expired"),
        (leaf.clone(), "ca.crt", "not valid for the server's host"),
        (
            pki.issue(&["127.0.0.1"], 2100),
            "leaf.crt",
            "leaf.crt, which contains no certificate of a CA",
        ),
    ];
    pki.write("leaf.crt", &leaf[0]);
    for (certificate, ca, says) in cases {
        let server = Server::start_with(Some(pki.server_with(&certificate, false)), |_| ok()).await;
        let url = format!("https://127.0.0.1:{}", server.port);
        let ca = format!("certificate-authority: {}", pki.path(ca));
        let client = connect(&url, &[ca], &[]).await.unwrap();
        let error = get(&client).await.unwrap_err();
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn server_that_requires_a_client_certificate_says_so() {
    let pki = Pki::new();
    let server = Server::start_with(Some(pki.server(true)), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let client = connect(&url, &[pki.ca_line()], &[]).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.contains("requires a client certificate"), "{error}");
}
