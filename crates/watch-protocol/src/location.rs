//! The address of a redirect, as far as it may be shown.

/// Returns a URL without user information, query and fragment, which may be confidential. `None` if nothing is left
/// or if it is not clear what its parts are.
pub fn without_secrets(location: &str) -> Option<String> {
    let location = location.split(['?', '#']).next()?;
    let (scheme, rest) = match location.split_once("//") {
        Some((scheme, rest)) => (format!("{scheme}//"), rest),
        None => (String::new(), location),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next()?;
    let shown: String =
        format!("{scheme}{host}{path}").chars().filter(|c| !c.is_control()).collect();
    (has_valid_port(host) && !shown.is_empty()).then_some(shown)
}

/// Whether what follows a host's colon is a port. Otherwise it may be a password that contains a slash.
fn has_valid_port(host: &str) -> bool {
    let name = host.rsplit_once(']').map_or(host, |(_, after_ipv6)| after_ipv6);
    name.split_once(':').is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_is_shown_without_what_may_be_confidential() {
        for (location, shown) in [
            (
                "https://login.example/oauth?state=SECRET#SECRET",
                Some("https://login.example/oauth"),
            ),
            ("https://u:SECRET@login.example:8443/a", Some("https://login.example:8443/a")),
            ("https://user:SECRET@login.example", Some("https://login.example")),
            ("https://u:SEC@RET@login.example", Some("https://login.example")),
            ("https://u:SEC/RET@login.example", None),
            ("//u:SECRET@login.example/a", Some("//login.example/a")),
            ("u:SECRET@login.example/a", Some("login.example/a")),
            ("https://u:SECRET@[::1]:8443/a", Some("https://[::1]:8443/a")),
            ("/login?token=SECRET", Some("/login")),
            ("/users/@me", Some("/users/@me")),
            ("/a\u{1b}[0m", Some("/a[0m")),
            ("?token=SECRET", None),
            ("", None),
        ] {
            assert_eq!(without_secrets(location).as_deref(), shown, "{location}");
        }
    }
}
