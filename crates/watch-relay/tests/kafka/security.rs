//! Encryption and logins.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use watch_relay::sink::kafka::{KafkaConfig, KafkaCredentials, Mechanism};
use watch_relay::sink::tls::TlsFiles;

use crate::support::{Broker, batch, config, deliver, error_of, message, sink, stored_with};

/// Writes an authority's certificate, and that of a server with its key, into a folder.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    // OpenSSL takes a certificate for self-signed whose issuer has its name.
    params.distinguished_name.push(DnType::CommonName, "authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).expect("a certificate");
    fs::write(folder.join("ca.pem"), ca.pem()).expect("the folder can be written");
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    fs::write(folder.join("server.pem"), certificate.pem()).expect("the folder can be written");
    fs::write(folder.join("server.key"), key.serialize_pem()).expect("it can be written");
}

/// Decrypts what comes for the broker: it cannot do so itself, as it does not take its options `--cert` and `--key` together.
async fn decrypt(listener: TcpListener, broker: SocketAddr, folder: PathBuf) {
    let chain = CertificateDer::from_pem_file(folder.join("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("they fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (client, _) = listener.accept().await.expect("it listens");
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Whoever does not trust it hangs up.
            let Ok(mut client) = acceptor.accept(client).await else { return };
            let mut server = TcpStream::connect(broker).await.expect("the broker runs");
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

fn credentials(mechanism: Mechanism, file: &Path) -> KafkaCredentials {
    let (user, password_file) = ("relay".to_owned(), Some(file.to_owned()));
    KafkaCredentials { mechanism, user, password: None, password_file }
}

#[tokio::test]
async fn broker_is_known_by_its_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    certificates(folder.path());
    let path = |name: &str| folder.path().join(name);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut broker = Broker::start();
    let address = broker.restart_behind(listener.local_addr().expect("an address").port());
    let proxy = tokio::spawn(decrypt(listener, address, folder.path().to_owned()));
    let config = KafkaConfig { timeout_seconds: 5, ..config(&broker.url()) };
    let with = |tls: Option<TlsFiles>| KafkaConfig { tls, ..config.clone() };

    let tls = TlsFiles { ca: Some(path("ca.pem")), ..TlsFiles::default() };
    let mut sink = sink(&with(Some(tls.clone())));
    deliver(&mut sink, &mut batch([message("web", 1)])).await.expect("it is stored");
    let ca = format!("ssl_cafile={}", path("ca.pem").display());
    let read = {
        let address = broker.address();
        move || stored_with(&address, "k8s", &["security_protocol=SSL", &ca])
    };
    let stored = tokio::task::spawn_blocking(read).await.expect("it can be read");
    assert_eq!(stored.ids(), ["c/web/1"]);

    // The CAs of the system have not signed it.
    let text = error_of(&with(Some(TlsFiles::default()))).await;
    assert!(text.contains("certificate verify failed") && text.contains("check `tls`"), "{text}");
    let missing = TlsFiles { ca: Some(path("missing.pem")), ..TlsFiles::default() };
    let text = error_of(&with(Some(missing))).await;
    assert!(text.contains("missing.pem cannot be read"), "{text}");
    let without_key = TlsFiles { certificate: Some(path("server.pem")), ..tls };
    let text = error_of(&with(Some(without_key))).await;
    assert!(text.contains("a `certificate` without its `key`"), "{text}");
    proxy.abort();
}

#[tokio::test]
async fn user_logs_in_with_a_password_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    for (mechanism, name, kafka) in [
        (Mechanism::ScramSha256, "scram256", "SCRAM-SHA-256"),
        (Mechanism::ScramSha512, "scram512", "SCRAM-SHA-512"),
    ] {
        fs::write(&file, "hunter2\n").expect("the folder can be written");
        let mut broker = Broker::start();
        broker.create_user(name, "relay", "hunter2");
        broker.restart_with(&["--authentication"]);
        let credentials = Some(credentials(mechanism, &file));
        let config = KafkaConfig { credentials, timeout_seconds: 5, ..config(&broker.url()) };
        let mut sink = sink(&config);
        deliver(&mut sink, &mut batch([message("web", 1)])).await.expect("it is stored");
        let mechanism = format!("sasl_mechanism={kafka}");
        let settings = [
            "security_protocol=SASL_PLAINTEXT",
            &*mechanism,
            "sasl_plain_username=relay",
            "sasl_plain_password=hunter2",
        ];
        let stored = stored_with(&broker.address(), "k8s", &settings);
        assert_eq!(stored.ids(), ["c/web/1"], "{kafka}");

        fs::write(&file, "wrong-hunter").expect("the folder can be written");
        let text = error_of(&config).await;
        assert!(text.contains("check `credentials`") && !text.contains("wrong-hunter"), "{text}");
    }
}

#[tokio::test]
async fn login_that_failed_is_tried_again_with_the_file_as_it_is_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    fs::write(&file, "wrong").expect("the folder can be written");
    let mut broker = Broker::start();
    broker.create_user("scram512", "relay", "hunter2");
    broker.restart_with(&["--authentication"]);
    let credentials = Some(credentials(Mechanism::ScramSha512, &file));
    let config = KafkaConfig { credentials, timeout_seconds: 5, ..config(&broker.url()) };
    let mut sink = sink(&config);
    let mut events = batch([message("web", 1)]);
    deliver(&mut sink, &mut events).await.expect_err("the password is wrong");
    fs::write(&file, "hunter2").expect("the folder can be written");
    deliver(&mut sink, &mut events).await.expect("it is stored");

    for (content, part) in [(Some(" \n"), "is empty"), (None, "cannot be read")] {
        match content {
            Some(text) => fs::write(&file, text).expect("the folder can be written"),
            None => fs::remove_file(&file).expect("it can be removed"),
        }
        let text = error_of(&config).await;
        assert!(text.contains("/password ") && text.contains(part), "{text}");
    }
}
