//! An authority of our own, and what it signs: the server, its administrator, the keys of its tokens.

use std::net::{IpAddr, Ipv4Addr};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};

use crate::{Error, Result};

/// A certificate and its key, in PEM.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// All that a control plane needs.
#[derive(Debug)]
pub(crate) struct Certificates {
    /// The authority's certificate, in PEM. Nobody keeps its key.
    pub(crate) authority: String,
    pub(crate) server: Pair,
    /// Of the group `system:masters`, which may do anything.
    pub(crate) admin: Pair,
    /// Signs service accounts' tokens.
    pub(crate) tokens: Pair,
}

impl Certificates {
    pub(crate) fn new() -> Result<Self> {
        make().map_err(Error::cannot("make certificates"))
    }
}

fn make() -> std::result::Result<Certificates, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = named("envtest authority", None);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);

    let mut server = named("kube-apiserver", None);
    server.subject_alt_names = vec![
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::DnsName("localhost".try_into()?),
    ];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut admin = named("envtest-admin", Some("system:masters"));
    admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(Certificates {
        authority,
        server: signed(&server, &issuer)?,
        admin: signed(&admin, &issuer)?,
        tokens: signed(&named("service-accounts", None), &issuer)?,
    })
}

fn named(name: &str, group: Option<&str>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params
}

fn signed(
    params: &CertificateParams,
    issuer: &Issuer<'_, KeyPair>,
) -> std::result::Result<Pair, rcgen::Error> {
    let key = KeyPair::generate()?;
    Ok(Pair { certificate: params.signed_by(&key, issuer)?.pem(), key: key.serialize_pem() })
}
