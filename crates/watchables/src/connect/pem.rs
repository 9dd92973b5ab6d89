//! Certificates in PEM, read as Go reads them: what is no certificate is skipped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;

use super::der::Certificate;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Returns the certificates of a file: bundles contain comments, keys, and blocks that are damaged or cut off.
pub(super) fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    // Comments may be in any encoding.
    let text = String::from_utf8_lossy(pem);
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines().map(str::trim_end) {
        if line == BEGIN {
            block = Some(String::new());
        } else if line == END {
            found.extend(block.take().and_then(|base64| decode(&base64)));
        } else if let Some(base64) = &mut block {
            base64.extend(line.split_ascii_whitespace());
        }
    }
    found
}

/// Returns the certificates in PEM without anything else.
pub(super) fn encode(certificates: &[CertificateDer<'_>]) -> String {
    let block = |der: &CertificateDer<'_>| format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der));
    certificates.iter().map(block).collect()
}

fn decode(base64: &str) -> Option<CertificateDer<'static>> {
    let der = STANDARD.decode(base64).ok()?;
    Certificate::parse(&der).is_some().then(|| der.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["kube.test".to_owned()]).unwrap();
        params.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn what_is_no_certificate_is_skipped() {
        let (one, two) = (made(), made());
        let half = &two[..200];
        let junk = format!("{BEGIN}\nAAAA\n{END}\n");
        let cases = [
            (one.clone(), 1),
            (format!("# a comment\n{one}words\n{two}"), 2),
            (one.replace('\n', "\r\n"), 1),
            (one.trim_end().to_owned(), 1),
            (format!("{half}\n{one}"), 1),
            (format!("{one}{half}"), 1),
            (format!("{junk}{one}"), 1),
            (format!("{}{one}", junk.replace('A', "!")), 1),
            (junk, 0),
            (half.to_owned(), 0),
            (one.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), 0),
            (String::new(), 0),
        ];
        for (pem, count) in cases {
            assert_eq!(certificates(pem.as_bytes()).len(), count, "{pem}");
        }
        let latin = [b"# caf\xe9\n", one.as_bytes()].concat();
        let read = certificates(&latin);
        assert_eq!(read.len(), 1);
        assert_eq!(certificates(encode(&read).as_bytes()), read);
    }
}
