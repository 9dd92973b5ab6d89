//! `NO_PROXY`: the hosts that are reached directly, by the rules of Go's `golang.org/x/net/http/httpproxy`.

use std::net::IpAddr;

use ipnet::IpNet;

/// Returns whether a request to `host` and `port` goes through a proxy of the environment.
///
/// `localhost` and loopback addresses never do, whatever the list says. `host` has no brackets.
pub(super) fn uses_proxy(no_proxy: &str, host: &str, port: u16) -> bool {
    let ip = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    if host == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        return false;
    }
    let host = host.trim().to_lowercase();
    !no_proxy.split(',').any(|entry| matches(&entry.trim().to_lowercase(), &host, port, ip))
}

fn matches(entry: &str, host: &str, port: u16, ip: Option<IpAddr>) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(network) = entry.parse::<IpNet>() {
        return ip.is_some_and(|ip| network.contains(&ip));
    }
    let (entry_host, entry_port) = split_port(entry);
    if entry_port.is_some_and(|entry_port| entry_port != port.to_string()) {
        return false;
    }
    if let Ok(entry_ip) = entry_host.parse::<IpAddr>() {
        return ip == Some(entry_ip.to_canonical());
    }
    if ip.is_some() {
        return false;
    }
    let domain = entry_host.strip_prefix('*').filter(|rest| rest.starts_with('.'));
    let domain = domain.unwrap_or(entry_host);
    if domain.starts_with('.') {
        // Only hosts below the domain.
        return host.ends_with(domain);
    }
    let below = host.strip_suffix(domain);
    !domain.is_empty() && below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Splits `host:port` and `[address]:port`. An address of IPv6 without brackets has no port.
fn split_port(entry: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (address, rest.strip_prefix(':').filter(|port| !port.is_empty()));
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port).filter(|p| !p.is_empty())),
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::uses_proxy;

    #[test]
    fn entries_are_read_as_go_reads_them() {
        // NO_PROXY, host, port, whether the proxy is used.
        let cases = [
            ("", "example.com", 443, true),
            ("", "localhost", 443, false),
            ("", "127.3.2.1", 443, false),
            ("", "::1", 443, false),
            ("", "::ffff:127.0.0.1", 443, false),
            ("", "0.0.0.0", 443, true),
            ("", "a.localhost", 443, true),
            ("*", "example.com", 443, false),
            ("a.org, *", "10.0.0.1", 443, false),
            ("example.com", "example.com", 443, false),
            ("Example.COM", "API.example.com", 443, false),
            ("example.com", "notexample.com", 443, true),
            (".example.com", "example.com", 443, true),
            (".example.com", "api.example.com", 443, false),
            ("*.example.com", "api.example.com", 443, false),
            ("*.example.com", "example.com", 443, true),
            ("example.com:6443", "api.example.com", 6443, false),
            ("example.com:6443", "api.example.com", 443, true),
            ("a.org,, 10.1.2.3 ", "10.1.2.3", 443, false),
            ("10.1.2.3:443", "10.1.2.3", 6443, true),
            ("10.1.2.3:6443", "10.1.2.3", 6443, false),
            ("10.0.0.0/8", "10.200.0.1", 443, false),
            ("10.9.9.9/8", "10.200.0.1", 443, false),
            ("10.0.0.0/8", "11.0.0.1", 443, true),
            ("10.0.0.0/8", "10.example.com", 443, true),
            ("fd00::/8", "fd00::1", 443, false),
            ("[fd00::1]:6443", "fd00::1", 6443, false),
            ("[fd00::1]:6443", "fd00::1", 443, true),
            ("fd00::1", "fd00::1", 443, false),
            (":443", "example.com", 443, true),
            ("0.0.0.0", "0.0.0.0", 443, false),
            // Since 2025 Go compares no address with a domain.
            ("0.1", "10.0.0.1", 443, true),
            (".0.1", "10.0.0.1", 443, true),
            ("*.0.1", "10.0.0.1", 443, true),
        ];
        for (no_proxy, host, port, used) in cases {
            assert_eq!(uses_proxy(no_proxy, host, port), used, "{no_proxy:?}, {host}:{port}");
        }
    }
}
