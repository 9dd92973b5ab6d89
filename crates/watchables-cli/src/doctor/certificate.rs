//! What certificates say of themselves.

use jiff::{SignedDuration, Timestamp};
use watchables::access::{Access, Handshake};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::report::Check;
use crate::failure;

/// How long before its end a certificate deserves a look.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Checks the client certificate of the configuration.
pub(super) fn of_client(access: &Access, source: &str) -> Check {
    let renew = "renew it: log in again, or have the cluster's administrator issue another";
    let chain = match access.client_certificates() {
        Ok(chain) => chain,
        Err(error) => {
            let mend = "correct its path in the kubeconfig";
            return Check::failed("credentials", failure::one_line(&error.into()), mend);
        }
    };
    let Some(facts) = chain.first().and_then(|der| Facts::of(der)) else {
        return Check::failed("credentials", format!("{source} contains no certificate"), renew);
    };
    let what = format!("{source}: {}, {}", facts.subject, facts.validity(Timestamp::now()));
    match facts.state(Timestamp::now()) {
        State::Valid => Check::fine("credentials", what),
        State::EndsSoon => Check::warning("credentials", what, renew),
        State::Invalid => Check::failed("credentials", what, renew),
    }
}

/// Checks the certificate of a server that was accepted.
pub(super) fn of_server(handshake: &Handshake) -> Check {
    let version = &handshake.version;
    let Some(facts) = handshake.certificates.first().and_then(|der| Facts::of(der)) else {
        return Check::fine("TLS", version.clone());
    };
    let now = Timestamp::now();
    let what = format!("{version}, {}, {}", facts.names(), facts.validity(now));
    match facts.state(now) {
        State::Valid => Check::fine("TLS", what),
        State::EndsSoon | State::Invalid => {
            Check::warning("TLS", what, "the cluster's administrator has to renew it")
        }
    }
}

/// Returns who is who of the certificate of a server.
pub(super) fn names(handshake: &Handshake) -> Option<String> {
    let facts = Facts::of(handshake.certificates.first()?)?;
    Some(format!("{}, {}", facts.names(), facts.validity(Timestamp::now())))
}

struct Facts {
    subject: String,
    issuer: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Valid,
    EndsSoon,
    Invalid,
}

impl Facts {
    fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        let time = |seconds| Timestamp::from_second(seconds).ok();
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: time(validity.not_before.timestamp())?,
            not_after: time(validity.not_after.timestamp())?,
        })
    }

    fn names(&self) -> String {
        let name = |name: &str| if name.is_empty() { "nobody".to_owned() } else { name.to_owned() };
        format!("{} issued by {}", name(&self.subject), name(&self.issuer))
    }

    fn state(&self, now: Timestamp) -> State {
        if now < self.not_before || self.not_after < now {
            State::Invalid
        } else if self.not_after.duration_since(now) < SOON {
            State::EndsSoon
        } else {
            State::Valid
        }
    }

    fn validity(&self, now: Timestamp) -> String {
        if self.not_after < now {
            format!("expired at {}", self.not_after)
        } else if now < self.not_before {
            format!("valid only from {}", self.not_before)
        } else {
            format!("valid until {}", self.not_after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_a_certificate_is_seen_before_it_comes() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let facts = Facts {
            subject: "CN=me".to_owned(),
            issuer: String::new(),
            not_before: time("2026-01-01T00:00:00Z"),
            not_after: time("2027-01-01T00:00:00Z"),
        };
        assert_eq!(facts.names(), "CN=me issued by nobody");
        for (now, state, text) in [
            ("2025-12-31T00:00:00Z", State::Invalid, "valid only from 2026-01-01T00:00:00Z"),
            ("2026-06-01T00:00:00Z", State::Valid, "valid until 2027-01-01T00:00:00Z"),
            ("2026-12-25T00:00:00Z", State::EndsSoon, "valid until 2027-01-01T00:00:00Z"),
            ("2027-01-02T00:00:00Z", State::Invalid, "expired at 2027-01-01T00:00:00Z"),
        ] {
            assert_eq!((facts.state(time(now)), facts.validity(time(now)).as_str()), (state, text));
        }
    }
}
