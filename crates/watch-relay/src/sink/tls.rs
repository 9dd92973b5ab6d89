//! TLS of sinks: whose certificates are accepted, and the sink's own.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use serde::Deserialize;

use crate::sink::SinkError;

/// Files in PEM for TLS. They are read when connections are made, so that they may be renewed.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificates of the CAs that are accepted. By default those of the system.
    pub ca: Option<PathBuf>,
    /// The certificate that is shown to the server, with its chain.
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate.
    pub key: Option<PathBuf>,
}

/// What is checked of the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Who signed it, and whether it is the host's.
    Full,
    /// Who signed it.
    Issuer,
    /// Nothing: the connection is only encrypted.
    Nothing,
}

impl TlsFiles {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read or used. The message names it.
    pub(crate) fn client_config(&self, check: Check) -> Result<ClientConfig, SinkError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| SinkError::new("TLS cannot be configured").with_source(error))?;
        let builder = match check {
            Check::Full => builder.with_root_certificates(self.roots()?),
            Check::Issuer | Check::Nothing => {
                let roots = (check == Check::Issuer).then(|| self.roots()).transpose()?;
                let verifier = Arc::new(Lenient { provider, roots });
                builder.dangerous().with_custom_certificate_verifier(verifier)
            }
        };
        match (&self.certificate, &self.key) {
            (None, None) => Ok(builder.with_no_client_auth()),
            (Some(certificate), Some(path)) => {
                let chain = certificates(certificate)?;
                let key = PrivateKeyDer::from_pem_file(path)
                    .map_err(|error| unreadable("key", path, error))?;
                builder.with_client_auth_cert(chain, key).map_err(|error| {
                    let (certificate, key) = (certificate.display(), path.display());
                    let text = format!("the certificate {certificate} cannot be used with {key}");
                    SinkError::new(text).with_source(error)
                })
            }
            (Some(_), None) => Err(SinkError::new("`tls` has a `certificate` without its `key`")),
            (None, Some(_)) => Err(SinkError::new("`tls` has a `key` without its `certificate`")),
        }
    }

    /// Returns the paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        [&self.ca, &self.certificate, &self.key].into_iter().flatten().map(PathBuf::as_path)
    }

    fn roots(&self) -> Result<RootCertStore, SinkError> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.ca else {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(SinkError::new(
                    "this system has no CA certificates: name a file of them as `tls: {ca: …}`",
                ));
            }
            return Ok(roots);
        };
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|error| {
                let text = format!("{} has a certificate that is no CA's", path.display());
                SinkError::new(text).with_source(error)
            })?;
        }
        Ok(roots)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SinkError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| unreadable("certificate", path, error))?;
    if read.is_empty() {
        return Err(SinkError::new(format!("{} has no certificate in PEM", path.display())));
    }
    Ok(read)
}

fn unreadable(what: &str, path: &Path, error: pem::Error) -> SinkError {
    SinkError::new(format!("the {what} {} cannot be read", path.display())).with_source(error)
}

/// Accepts a certificate whatever its name, if there are roots; else any certificate.
struct Lenient {
    provider: Arc<CryptoProvider>,
    roots: Option<RootCertStore>,
}

impl fmt::Debug for Lenient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lenient").finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                roots,
                intermediates,
                now,
                algorithms,
            )?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
