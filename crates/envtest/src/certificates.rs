//! A throwaway CA and what it signs: the serving, administrator and service account certificates.

use std::net::{IpAddr, Ipv4Addr};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};

use crate::{Error, Result};

/// A certificate and its private key, in PEM.
#[derive(Debug)]
pub(crate) struct SignedCertificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The certificates of one control plane.
#[derive(Debug)]
pub(crate) struct Certificates {
    /// The CA certificate, in PEM. Its private key is discarded.
    pub(crate) ca: String,
    pub(crate) server: SignedCertificate,
    /// In the group `system:masters`, which has every permission.
    pub(crate) admin: SignedCertificate,
    /// Signs service account tokens.
    pub(crate) service_accounts: SignedCertificate,
}

impl Certificates {
    pub(crate) fn new() -> Result<Self> {
        generate().map_err(Error::cannot("generate certificates"))
    }
}

fn generate() -> std::result::Result<Certificates, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = params_for("envtest-ca", None);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);

    let mut server = params_for("kube-apiserver", None);
    server.subject_alt_names = vec![
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::DnsName("localhost".try_into()?),
    ];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut admin = params_for("envtest-admin", Some("system:masters"));
    admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(Certificates {
        ca,
        server: sign(&server, &issuer)?,
        admin: sign(&admin, &issuer)?,
        service_accounts: sign(&params_for("service-accounts", None), &issuer)?,
    })
}

fn params_for(name: &str, group: Option<&str>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params
}

fn sign(
    params: &CertificateParams,
    issuer: &Issuer<'_, KeyPair>,
) -> std::result::Result<SignedCertificate, rcgen::Error> {
    let key = KeyPair::generate()?;
    Ok(SignedCertificate {
        certificate: params.signed_by(&key, issuer)?.pem(),
        key: key.serialize_pem(),
    })
}
