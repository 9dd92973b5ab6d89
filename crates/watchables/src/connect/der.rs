//! The few fields of an X.509 certificate that explain why it is rejected.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What a certificate says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The version of X.509: 1 or 3, as a rule.
    pub(super) version: u8,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Whether it may sign other certificates.
    pub(super) is_ca: bool,
}

const SEQUENCE: u8 = 0x30;
const EXPLICIT_0: u8 = 0xa0;
const EXPLICIT_3: u8 = 0xa3;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];

impl Certificate {
    /// Reads a certificate in DER. Returns `None` if it is none.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let (certificate, _) = Element::of(der, SEQUENCE)?;
        let (fields, _) = Element::of(certificate, SEQUENCE)?;
        let (version, rest) = match Element::next(fields)? {
            (Element { tag: EXPLICIT_0, content }, rest) => {
                (Element::next(content)?.0.content.last()?.checked_add(1)?, rest)
            }
            _ => (1, fields),
        };
        // Serial number, algorithm of the signature, issuer.
        let rest = Element::next(rest)?.1;
        let rest = Element::next(rest)?.1;
        let rest = Element::next(rest)?.1;
        let (validity, mut rest) = Element::of(rest, SEQUENCE)?;
        let (not_before, after) = Element::next(validity)?;
        let (not_after, _) = Element::next(after)?;
        let mut is_ca = version == 1;
        while let Some((element, next)) = Element::next(rest) {
            if element.tag == EXPLICIT_3 {
                is_ca = allows_signing(element.content).unwrap_or(false);
            }
            rest = next;
        }
        let (not_before, not_after) = (not_before.time()?, not_after.time()?);
        Some(Self { version, not_before, not_after, is_ca })
    }
}

/// Returns the `cA` of the basic constraints among the extensions.
fn allows_signing(extensions: &[u8]) -> Option<bool> {
    let (mut rest, _) = Element::of(extensions, SEQUENCE)?;
    while let Some((extension, next)) = Element::next(rest) {
        let (id, value) = Element::of(extension.content, OBJECT_ID)?;
        if id == BASIC_CONSTRAINTS {
            let (mut value, after) = Element::next(value)?;
            if value.tag == BOOLEAN {
                value = Element::next(after)?.0;
            }
            let octets = (value.tag == OCTET_STRING).then_some(value.content)?;
            let (constraints, _) = Element::of(octets, SEQUENCE)?;
            let flag = Element::next(constraints)?.0;
            return Some(flag.tag == BOOLEAN && flag.content != [0]);
        }
        rest = next;
    }
    None
}

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

impl<'a> Element<'a> {
    /// Splits off the first element.
    fn next(der: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&tag, rest) = der.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if bytes.len() > 4 {
                return None;
            }
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        Some((Self { tag, content }, rest))
    }

    /// Splits off the first element, and returns its content if it has the tag.
    fn of(der: &'a [u8], tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (element, rest) = Self::next(der)?;
        (element.tag == tag).then_some((element.content, rest))
    }

    fn time(&self) -> Option<Timestamp> {
        let text = std::str::from_utf8(self.content).ok()?.strip_suffix('Z')?;
        let text = match (self.tag, text.get(..2)?.parse::<u8>().ok()?) {
            (UTC_TIME, 0..50) => format!("20{text}"),
            (UTC_TIME, _) => format!("19{text}"),
            _ => text.to_owned(),
        };
        let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_certificate_are_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        for (is_ca, year) in [(rcgen::IsCa::NoCa, 2031), (rcgen::IsCa::ExplicitNoCa, 2060)] {
            let mut params = rcgen::CertificateParams::new(["kube.test".to_owned()]).unwrap();
            params.is_ca = is_ca;
            params.not_before = rcgen::date_time_ymd(2021, 3, 4);
            params.not_after = rcgen::date_time_ymd(year, 1, 2);
            let leaf = params.clone().self_signed(&key).unwrap();
            let read = Certificate::parse(leaf.der()).unwrap();
            assert_eq!((read.version, read.is_ca), (3, false));
            assert_eq!(read.not_before.to_string(), "2021-03-04T00:00:00Z");
            assert_eq!(read.not_after.to_string(), format!("{year}-01-02T00:00:00Z"));
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let ca = params.self_signed(&key).unwrap();
            assert!(Certificate::parse(ca.der()).unwrap().is_ca);
        }
    }

    #[test]
    fn truncated_certificates_are_none() {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["kube.test".to_owned()]).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        assert!((0..der.len()).all(|length| Certificate::parse(&der[..length]).is_none()));
    }
}
