//! TLS: its configuration, and errors that say which certificate is wrong and why.

use std::error::Error;
use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kube_client::client::ConfigExt as _;
use kube_client::{Config, Error as ClientError, client::RustlsTlsError};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, CertificateError, ClientConfig};
use secrecy::SecretString;

use super::der::Certificate;
use super::error::AccessError;
use super::pem;
use super::verifier::BundleVerifier;

/// What a connection is made with, and how errors name it.
#[derive(Clone, Default)]
pub(super) struct Identity {
    pub(super) ca: Option<(String, Vec<u8>)>,
    /// Names and PEM of certificate and key.
    pub(super) client: Option<[(String, Vec<u8>); 2]>,
}

impl Identity {
    /// Returns the configuration. Its other settings are those of `config`.
    ///
    /// # Errors
    ///
    /// If a certificate or a key cannot be used. Errors name it.
    pub(super) fn client_config(&self, config: &Config) -> Result<ClientConfig, AccessError> {
        let mut settings = Config::new(config.cluster_url.clone());
        settings.accept_invalid_certs = config.accept_invalid_certs;
        let bundle = self.ca.as_ref().map(|(name, pem)| certificates(name, pem)).transpose()?;
        // With a bundle, what is accepted is set below.
        settings.root_cert =
            if bundle.is_some() { Some(Vec::new()) } else { config.root_cert.clone() };
        if let Some([(name, certificate), (key_name, key)]) = &self.client {
            let chain = certificates(name, certificate)?;
            let leaf = chain.first().and_then(|der| Certificate::parse(der));
            let leaf =
                leaf.ok_or_else(|| AccessError::new(format!("{name} is no X.509 certificate")))?;
            if leaf.version < 3 {
                let text =
                    format!("{name} is an X.509 v{} certificate; TLS needs v3", leaf.version);
                return Err(AccessError::new(text));
            }
            if PrivateKeyDer::from_pem_slice(key).is_err() {
                return Err(AccessError::new(format!("{key_name} contains no private key in PEM")));
            }
            let certificate = STANDARD.encode(pem::encode(&chain));
            settings.auth_info.client_certificate_data = Some(certificate);
            settings.auth_info.client_key_data = Some(SecretString::from(STANDARD.encode(key)));
        }
        let mut tls = settings.rustls_client_config().map_err(|error| self.not_usable(error))?;
        if let (Some(bundle), Some((name, _)), false) =
            (bundle, &self.ca, config.accept_invalid_certs)
        {
            let verifier = BundleVerifier::new(bundle, tls.crypto_provider())
                .ok_or_else(|| AccessError::new(format!("{name} contains no CA certificate")))?;
            tls.dangerous().set_certificate_verifier(Arc::new(verifier));
        }
        Ok(tls)
    }

    fn not_usable(&self, error: ClientError) -> AccessError {
        match (&self.client, error) {
            (
                Some([(name, _), (key, _)]),
                ClientError::RustlsTls(RustlsTlsError::InvalidPrivateKey(error)),
            ) => {
                let why = if matches!(error, rustls::Error::InconsistentKeys(_)) {
                    format!("{key} does not belong to {name}")
                } else {
                    format!("{name} cannot be used with {key}")
                };
                AccessError::caused(why, error)
            }
            (_, error) => AccessError::caused("TLS cannot be configured", error),
        }
    }

    /// Names the certificate that made a connection fail, if one did.
    pub(super) fn explain(
        &self,
        error: Box<dyn Error + Send + Sync>,
    ) -> Box<dyn Error + Send + Sync> {
        let why = match find(&*error) {
            Some(rustls::Error::InvalidCertificate(error)) => Some(self.server_is_wrong(error)),
            Some(rustls::Error::AlertReceived(alert)) => self.client_is_wrong(*alert),
            _ => None,
        };
        match why {
            Some(why) => Box::new(AccessError::caused(why, error)),
            None => error,
        }
    }

    fn server_is_wrong(&self, error: &CertificateError) -> String {
        let what = match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "is not valid for the server's host; see tls-server-name"
            }
            // A CA that was replaced by one of the same name shows as a bad signature.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let Some((name, pem)) = &self.ca else {
                    return "the API server's certificate is not signed by a CA of this system"
                        .to_owned();
                };
                let read = certificates(name, pem).unwrap_or_default();
                let read: Vec<_> = read.iter().filter_map(|der| Certificate::parse(der)).collect();
                let flaw = if read.iter().all(|certificate| !certificate.is_ca) {
                    ", which contains no certificate of a CA".to_owned()
                } else {
                    expiry(&read).map(|flaw| format!(", which {flaw}")).unwrap_or_default()
                };
                return format!("the API server's certificate is not signed by {name}{flaw}");
            }
            // webpki's error, whose type is not rustls'. Go accepts it if it is in the bundle.
            CertificateError::Other(error)
                if format!("{error:?}").contains("CaUsedAsEndEntity") =>
            {
                let bundle = self.ca.as_ref().map_or("a CA file", |(name, _)| name);
                return format!(
                    "the API server's certificate is a CA's own, and is not itself in {bundle}"
                );
            }
            _ => "is invalid",
        };
        format!("the API server's certificate {what}")
    }

    fn client_is_wrong(&self, alert: AlertDescription) -> Option<String> {
        use AlertDescription as Alert;
        let is_about_it = matches!(
            alert,
            Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::DecryptError
                | Alert::CertificateRequired
                | Alert::AccessDenied
        );
        is_about_it.then(|| match &self.client {
            Some([(name, _), _]) => {
                let flaw = self.client_flaw().map(|flaw| format!(", which {flaw}"));
                format!("the API server rejected {name}{}", flaw.unwrap_or_default())
            }
            None => {
                "the API server requires a client certificate; the kubeconfig has none".to_owned()
            }
        })
    }

    /// Returns the name of the client certificate and what is wrong with its time, if anything is.
    pub(super) fn expired_client(&self) -> Option<String> {
        let [(name, _), _] = self.client.as_ref()?;
        Some(format!("{name} {}", self.client_flaw()?))
    }

    fn client_flaw(&self) -> Option<String> {
        let [(name, pem), _] = self.client.as_ref()?;
        let chain = certificates(name, pem).ok()?;
        expiry(&[Certificate::parse(chain.first()?)?])
    }
}

/// Returns what is wrong with the time of the certificates, if none is valid now.
fn expiry(certificates: &[Certificate]) -> Option<String> {
    let now = Timestamp::now();
    let flaw = |certificate: &Certificate| {
        if certificate.not_after < now {
            Some(format!("expired at {}", certificate.not_after))
        } else if now < certificate.not_before {
            Some(format!("is valid only from {}", certificate.not_before))
        } else {
            None
        }
    };
    let flaws: Option<Vec<String>> = certificates.iter().map(flaw).collect();
    flaws?.pop()
}

fn certificates(name: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, AccessError> {
    let read = pem::certificates(pem);
    if read.is_empty() {
        return Err(AccessError::new(format!("{name} contains no certificate in PEM")));
    }
    Ok(read)
}

/// Finds the error of TLS among the causes. An `io::Error` leaves out what it wraps.
fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
