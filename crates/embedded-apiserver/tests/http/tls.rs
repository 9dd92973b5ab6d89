//! TLS: with the authority that the kubeconfig tells, and with no other.

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

/// The status code and the body of a GET by a client that trusts an authority.
async fn get(
    server: &EmbeddedServer,
    authority: &str,
    host: &'static str,
    token: &str,
) -> std::io::Result<(u16, String)> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
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
    let answer = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Ok((code, String::from_utf8_lossy(&body).into_owned()))
}

#[tokio::test]
async fn who_trusts_its_authority_is_answered() {
    let server = builder().tls().token("secret").start().await.unwrap();
    server.store().create(config_map("default", "a")).unwrap();
    let authority = server.certificate_authority().unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let (code, body) = get(&server, authority, host, "secret").await.unwrap();
        assert!(code == 200 && body.contains("\"name\":\"a\""), "{host}: {code} {body}");
    }
    assert_eq!(get(&server, authority, "127.0.0.1", "wrong").await.unwrap().0, 401);
}

#[tokio::test]
async fn others_are_not_and_do_no_harm() {
    let server = builder().tls().start().await.unwrap();
    let authority = server.certificate_authority().unwrap();
    let other = builder().tls().start().await.unwrap();
    let theirs = other.certificate_authority().unwrap();
    assert!(get(&server, theirs, "127.0.0.1", "").await.is_err());
    assert!(get(&server, authority, "example.com", "").await.is_err());
    // Plain HTTP is cut, and the server goes on.
    let address = server.url().replace("https://", "");
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    assert!(sender.send_request(Request::get(MAPS).body(Empty::new()).unwrap()).await.is_err());
    assert_eq!(get(&server, authority, "127.0.0.1", "").await.unwrap().0, 200);
}

#[tokio::test]
async fn the_kubeconfig_carries_the_authority() {
    let server = builder().tls().start().await.unwrap();
    let config = server.kubeconfig();
    assert!(config.contains(&format!("    server: {}\n", server.url())), "{config}");
    assert!(config.contains("\n    certificate-authority-data: LS0tLS1CRUdJTi"), "{config}");
    let plain = builder().start().await.unwrap();
    assert_eq!(plain.certificate_authority(), None);
    assert!(!plain.kubeconfig().contains("certificate-authority"));
}
