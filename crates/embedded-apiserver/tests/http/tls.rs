//! TLS: only the CA from the kubeconfig verifies the server.

use std::sync::Arc;

use embedded_apiserver::EmbeddedServer;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::client::{builder, config_map};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Sends a GET as a client that trusts only `ca`. Returns the status code and the body.
async fn get(
    server: &EmbeddedServer,
    ca: &str,
    host: &'static str,
    token: &str,
) -> std::io::Result<(u16, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let url = server.url();
    let stream = TcpStream::connect(url.strip_prefix("https://").unwrap()).await?;
    let name = ServerName::try_from(host).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(MAPS).header("host", host);
    let request = request.header("authorization", format!("Bearer {token}"));
    let response = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Ok((code, String::from_utf8_lossy(&body).into_owned()))
}

#[tokio::test]
async fn client_that_trusts_the_ca_is_served() {
    let server = builder().tls().token("secret").start().await.unwrap();
    server.store().create(config_map("default", "a")).unwrap();
    let ca = server.certificate_authority().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let (code, body) = get(&server, ca, host, "secret").await.unwrap();
        assert!(code == 200 && body.contains("\"name\":\"a\""), "{host}: {code} {body}");
    }
    assert_eq!(get(&server, ca, "127.0.0.1", "wrong").await.unwrap().0, 401);
}

#[tokio::test]
async fn untrusting_and_plain_http_clients_are_disconnected() {
    let server = builder().tls().start().await.unwrap();
    let ca = server.certificate_authority().unwrap();
    let other = builder().tls().start().await.unwrap();
    let theirs = other.certificate_authority().unwrap();
    assert!(get(&server, theirs, "127.0.0.1", "").await.is_err());
    assert!(get(&server, ca, "example.com", "").await.is_err());
    // Plain HTTP is disconnected, and the server keeps serving.
    let address = server.url().replace("https://", "");
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    assert!(sender.send_request(Request::get(MAPS).body(Empty::new()).unwrap()).await.is_err());
    assert_eq!(get(&server, ca, "127.0.0.1", "").await.unwrap().0, 200);
}

#[tokio::test]
async fn kubeconfig_has_the_ca() {
    let server = builder().tls().start().await.unwrap();
    let config = server.kubeconfig();
    assert!(config.contains(&format!("    server: {}\n", server.url())), "{config}");
    assert!(config.contains("\n    certificate-authority-data: LS0tLS1CRUdJTi"), "{config}");
    let plain = builder().start().await.unwrap();
    assert_eq!(plain.certificate_authority(), None);
    assert!(!plain.kubeconfig().contains("certificate-authority"));
}
