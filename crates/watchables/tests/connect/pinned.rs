//! CA bundles that contain the server's own certificate, and ones with more than certificates.

use crate::certificates::Pki;
use crate::server::{Server, connect, get, ok};

#[tokio::test]
async fn certificate_in_the_bundle_is_accepted_for_its_name_and_time() {
    let pki = Pki::new();
    let cases = [
        (pki.issue(&["127.0.0.1"], 2100), None),
        (pki.issue(&["other.test"], 2100), Some("not valid for the server's host")),
        (pki.issue(&["127.0.0.1"], 2021), Some("the API server's certificate has expired")),
    ];
    let self_signed = |name: &str| {
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        // As `openssl req -x509` makes them.
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        [params.self_signed(&key).unwrap().pem(), key.serialize_pem()]
    };
    let more = [
        (self_signed("127.0.0.1"), None),
        (self_signed("other.test"), Some("not valid for the server's host")),
    ];
    for (certificate, says) in cases.into_iter().chain(more) {
        let server = Server::start_with(Some(pki.server_with(&certificate, false)), |_| ok()).await;
        let url = format!("https://127.0.0.1:{}", server.port);
        pki.write("own.crt", &certificate[0]);
        let ca = format!("certificate-authority: {}", pki.path("own.crt"));
        let client = connect(&url, &[ca], &[]).await.unwrap();
        match (get(&client).await, says) {
            (Ok(body), None) => assert_eq!(body, "{}"),
            (Err(error), Some(says)) => assert!(error.contains(says), "{error}"),
            (other, _) => panic!("{other:?} instead of {says:?}"),
        }
    }
}

#[tokio::test]
async fn certificate_of_another_ca_says_that_it_is_not_in_the_bundle() {
    let (pki, other) = (Pki::new(), Pki::new());
    let server = Server::start_with(Some(other.server_of_the_ca()), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let client = connect(&url, &[pki.ca_line()], &[]).await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(
        error.contains(&format!("not itself in the CA file {}", pki.path("ca.crt"))),
        "{error}"
    );
}

#[tokio::test]
async fn damaged_parts_of_bundles_and_chains_are_skipped() {
    let pki = Pki::new();
    let server = Server::start_with(Some(pki.server(true)), |_| ok()).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let junk = "-----BEGIN CERTIFICATE-----\n!AAA\n-----END CERTIFICATE-----\n";
    let cut = &pki.ca_pem()[..100];
    pki.write("bundle.crt", &format!("# CAs\n{junk}{}{cut}", pki.ca_pem()));
    let [certificate, key] = pki.issue(&["client"], 2100);
    pki.write_client(&[format!("{certificate}{cut}"), key]);
    let ca = format!("certificate-authority: {}", pki.path("bundle.crt"));
    let client = connect(&url, &[ca], &pki.client_lines()).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
}
