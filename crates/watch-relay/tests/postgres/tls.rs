//! TLS, as `sslmode` says.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use watch_protocol::EventType::Added;
use watch_relay::sink::Sink as _;
use watch_relay::sink::postgres::PostgresSink;

use crate::support::{config, message, store, texts};
use engines::postgres::Server;

/// A CA, and what it has signed for a host: certificate and key in PEM.
struct Signed {
    ca: String,
    certificate: String,
    key: String,
}

fn signed(host: &str) -> Signed {
    let (ca_key, key) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
    let mut params = CertificateParams::new(Vec::new()).expect("they are valid");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&ca_key).expect("it is signed").pem();
    let issuer = Issuer::new(params, ca_key);
    let params = CertificateParams::new([host.to_owned()]).expect("they are valid");
    let certificate = params.signed_by(&key, &issuer).expect("it is signed").pem();
    Signed { ca, certificate, key: key.serialize_pem() }
}

/// Opens a sink with parameters of the URL, and returns whether its connection is encrypted.
async fn encrypted(server: &Server, parameters: &str) -> Result<bool, String> {
    let mut config = config(server);
    config.url = format!("{}?{parameters}", server.url()).into();
    let mut sink = PostgresSink::new(&config).map_err(|error| error.to_string())?;
    sink.open(None).await.map_err(|error| error.to_string())?;
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;
    let query = "SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                 WHERE application_name = 'watchables relay'";
    Ok(texts(&server.client().await, query).await == ["true"])
}

#[tokio::test]
async fn sslmode_decides_what_is_checked() {
    let mut server = Server::start().await;
    let (right, other) = (signed("127.0.0.1"), signed("127.0.0.1"));
    assert_eq!(encrypted(&server, "sslmode=prefer").await, Ok(false));
    let error = encrypted(&server, "sslmode=require").await.expect_err("it has no TLS");
    assert!(error.contains("cannot connect") && error.contains("TLS"), "{error}");

    let certificate = server.put("server.pem", &right.certificate);
    let key = server.put("server.key", &right.key);
    let (ca, other) = (server.put("ca.pem", &right.ca), server.put("other.pem", &other.ca));
    let (ca, other) = (ca.display(), other.display());
    let settings = [
        format!("ssl_cert_file={}", certificate.display()),
        format!("ssl_key_file={}", key.display()),
    ];
    let settings: Vec<&str> = settings.iter().map(String::as_str).chain(["ssl=on"]).collect();
    server.kill();
    server.run(&settings).await;
    assert_eq!(encrypted(&server, "sslmode=disable").await, Ok(false));
    for mode in ["prefer", "require"] {
        assert_eq!(encrypted(&server, &format!("sslmode={mode}")).await, Ok(true), "{mode}");
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let with_ca = format!("sslmode={mode}&sslrootcert={ca}");
        assert_eq!(encrypted(&server, &with_ca).await, Ok(true), "{mode}");
        let with_other = format!("sslmode={mode}&sslrootcert={other}");
        let error = encrypted(&server, &with_other).await.expect_err("another CA");
        assert!(error.contains("invalid peer certificate"), "{mode}: {error}");
    }

    let elsewhere = signed("elsewhere");
    server.put("server.pem", &elsewhere.certificate);
    server.put("server.key", &elsewhere.key);
    server.put("ca.pem", &elsewhere.ca);
    server.kill();
    server.run(&settings).await;
    assert_eq!(encrypted(&server, &format!("sslmode=verify-ca&sslrootcert={ca}")).await, Ok(true));
    let error = encrypted(&server, &format!("sslmode=verify-full&sslrootcert={ca}")).await;
    let error = error.expect_err("the certificate is another host's");
    assert!(error.contains("not valid for name"), "{error}");
}
