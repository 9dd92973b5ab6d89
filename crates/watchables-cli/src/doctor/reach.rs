//! Whether the server can be reached: name, port, TLS.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use watchables::access::{Access, CredentialKind, Spoken};

use super::certificate;
use super::report::{Check, Report};
use crate::failure;

/// Goes as far as it can get. Returns whether that is all the way.
pub(super) async fn check(access: &Access, limit: Duration, report: &mut Report) -> bool {
    let (host, port) = access.first_hop();
    let is_proxy = access.proxy().is_some();
    let whose = if is_proxy { "the proxy" } else { "the server" };
    let Some(addresses) = resolve(host, port, whose, limit, report).await else { return false };
    if let Some((proxy, origin)) = access.proxy()
        && is_local(access, limit).await
    {
        report.add(Check::warning(
            "proxy",
            format!("the server is on this machine, and the proxy {proxy} is asked for it"),
            direct(access, origin),
        ));
    }
    if !connect(&addresses, whose, limit, report).await {
        return false;
    }
    if !has_usable_certificate(access) {
        // That was said with the credentials.
        return false;
    }
    if access.server().scheme_str() == Some("https") {
        return handshake(access, limit, report).await;
    }
    // A proxy would respond in place of the server.
    if !is_proxy && spoken(access, limit).await == Some(Spoken::Tls) {
        let what = "the server speaks TLS at this port, and its URL begins with http://";
        report.add(Check::failed("TLS", what, mend_of_url(access, "https")));
        return false;
    }
    true
}

/// Returns whether the user's certificate can be presented, if there is one.
fn has_usable_certificate(access: &Access) -> bool {
    let is_certificate =
        |kind: &CredentialKind| matches!(kind, CredentialKind::ClientCertificate(_));
    match access.client_certificates() {
        Ok(chain) => !chain.is_empty() || !access.credentials().iter().any(is_certificate),
        Err(_) => false,
    }
}

/// Returns what is spoken at the server's port, if that can be found out.
async fn spoken(access: &Access, limit: Duration) -> Option<Spoken> {
    let look = async { access.spoken(access.open().await.ok()?).await.ok()? };
    timeout(limit, look).await.ok()?
}

/// Says what to write in place of the URL.
fn mend_of_url(access: &Access, scheme: &str) -> String {
    let server = access.server();
    let host = server.authority().map_or("", |authority| authority.as_str());
    let path = server.path().trim_end_matches('/');
    format!("write {scheme}://{host}{path} as the server of this cluster in the kubeconfig")
}

/// Returns whether the server's host is this machine: for a proxy, it would be the proxy's.
async fn is_local(access: &Access, limit: Duration) -> bool {
    let host = access.server().host().unwrap_or_default().trim_matches(['[', ']']);
    let is_this = |ip: IpAddr| ip.to_canonical().is_loopback() || ip.is_unspecified();
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_this(address);
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    match timeout(limit, lookup_host((host, 0))).await {
        Ok(Ok(addresses)) => addresses.into_iter().any(|address| is_this(address.ip())),
        _ => false,
    }
}

/// Says how the server is reached without the proxy.
fn direct(access: &Access, origin: &str) -> String {
    let host = access.server().host().unwrap_or_default().trim_matches(['[', ']']);
    if origin.starts_with("proxy-url") {
        format!(
            "remove {origin}, which NO_PROXY has no effect on, or is it a tunnel that ends here?"
        )
    } else {
        format!("add {host} to NO_PROXY: export NO_PROXY=$NO_PROXY,{host}")
    }
}

async fn resolve(
    host: &str,
    port: u16,
    whose: &str,
    limit: Duration,
    report: &mut Report,
) -> Option<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        report.add(Check::fine("DNS", format!("{address} is an address")));
        return Some(vec![SocketAddr::new(address, port)]);
    }
    let started = Instant::now();
    let found = timeout(limit, lookup_host((host, port))).await;
    let mend =
        format!("is {host:?} the right host of {whose}? Some names are known only within a VPN");
    let fault = match found {
        Ok(Ok(addresses)) => {
            let mut addresses: Vec<_> = addresses.collect();
            addresses.dedup();
            let texts: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            if !texts.is_empty() {
                let what = format!("{host} is {}", texts.join(", "));
                report.add(Check::fine("DNS", what).took(started.elapsed()));
                return Some(addresses);
            }
            format!("{host:?} has no address")
        }
        Ok(Err(error)) => format!("{host:?} cannot be resolved: {error}"),
        Err(_) => format!("{host:?} was not resolved within {limit:?}"),
    };
    report.add(Check::failed("DNS", fault, mend).took(started.elapsed()));
    None
}

async fn connect(
    addresses: &[SocketAddr],
    whose: &str,
    limit: Duration,
    report: &mut Report,
) -> bool {
    let mut faults = Vec::new();
    let mut is_refused = false;
    let started = Instant::now();
    for address in addresses {
        let started = Instant::now();
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let what = format!("connected to {whose} at {address}");
                report.add(Check::fine("TCP", what).took(started.elapsed()));
                return true;
            }
            Ok(Err(error)) => {
                is_refused |= error.kind() == std::io::ErrorKind::ConnectionRefused;
                faults.push(format!("{address}: {error}"));
            }
            Err(_) => faults.push(format!("{address}: no answer within {limit:?}")),
        }
    }
    let mend = if is_refused {
        format!("is {whose} running, and the port right?")
    } else {
        "is a VPN needed, or a firewall between?".to_owned()
    };
    let what = format!("cannot connect to {whose}: {}", faults.join("; "));
    report.add(Check::failed("TCP", what, mend).took(started.elapsed()));
    false
}

async fn handshake(access: &Access, limit: Duration, report: &mut Report) -> bool {
    let connected = timeout(limit, access.open()).await;
    let connection = match connected {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            let what = failure::one_line(&error.into());
            let mend = match access.proxy() {
                Some((_, origin)) => format!("correct {origin}, or list the server in NO_PROXY"),
                None => "correct what the kubeconfig has for this cluster".to_owned(),
            };
            report.add(Check::failed("TLS", what, mend));
            return false;
        }
        Err(_) => {
            let what = format!("no connection to the server within {limit:?}");
            report.add(Check::failed(
                "TLS",
                what,
                "does the proxy let requests to the server pass?",
            ));
            return false;
        }
    };
    let started = Instant::now();
    match timeout(limit, access.handshake(connection)).await {
        Ok(Ok(handshake)) if access.accepts_any_certificate() => {
            let what =
                format!("{}, with any certificate (insecure-skip-tls-verify)", handshake.version);
            let mend = "anyone on the way can pretend to be the server: name its certificate authority instead";
            report.add(Check::warning("TLS", what, mend).took(started.elapsed()));
            true
        }
        Ok(Ok(handshake)) => {
            report.add(certificate::of_server(&handshake).took(started.elapsed()));
            true
        }
        Ok(Err(_)) if spoken(access, limit).await == Some(Spoken::Http) => {
            let what =
                "the server speaks HTTP without TLS at this port, and its URL begins with https://";
            report.add(Check::failed("TLS", what, mend_of_url(access, "http")));
            false
        }
        Ok(Err(error)) => {
            let what = failure::one_line(&error.into());
            let what = what.trim_start_matches("TLS: ");
            let seen = certificate_of(access, limit).await;
            let seen = seen.map(|names| format!(" (it is of {names})")).unwrap_or_default();
            let mend = match access.certificate_authority() {
                Some(source) => format!(
                    "is this the right server, and {source} up to date? Fetch the kubeconfig again, or put the \
                     issuer's certificate there"
                ),
                None => "set certificate-authority of the cluster in the kubeconfig".to_owned(),
            };
            report.add(Check::failed("TLS", format!("{what}{seen}"), mend));
            false
        }
        Err(_) => {
            let what = format!("no handshake within {limit:?}");
            report.add(Check::failed("TLS", what, "does the server speak TLS at this port?"));
            false
        }
    }
}

/// Returns whose the certificate is that was not accepted.
async fn certificate_of(access: &Access, limit: Duration) -> Option<String> {
    let look = async { access.look(access.open().await.ok()?).await.ok() };
    certificate::names(&timeout(limit, look).await.ok()??)
}
