//! Token files that change, and kubeconfigs with odd values.

use std::fs;

use crate::server::{Server, connect, failure, get, ok, token, unauthorized};

#[tokio::test]
async fn token_file_is_read_again_after_a_401() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "SECRET-1\n").unwrap();
    let server =
        Server::start(|head| if token(head) == Some("SECRET-2") { ok() } else { unauthorized() });
    let server = server.await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let user = [format!("tokenFile: {}", file.path().display())];
    let client = connect(&url, &[], &user).await.unwrap();
    assert!(get(&client).await.unwrap_err().contains("Unauthorized"));
    fs::write(file.path(), " SECRET-2 \n").unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
}

#[tokio::test]
async fn odd_values_are_errors_and_no_panics() {
    let users = [
        "token: \"SECRET\\u0007\\n1\"",
        "tokenFile: /nowhere/token",
        "client-certificate-data: SECRET?",
        "client-key-data: SECRET?",
        "exec: {command: \"\"}",
        "exec: {command: \"a\\0b\"}",
        "as: \"a\\nb\"",
        "auth-provider: {name: oidc, config: {id-token: \"SECRET\\u0007\"}}",
        "auth-provider: {name: gcp, config: {cmd-path: sh, cmd-args: -c SECRET}}",
    ];
    for user in users {
        failure(connect("http://127.0.0.1:1", &[], &[user.to_owned()]).await);
    }
    let clusters = [
        "certificate-authority-data: SECRET?",
        "proxy-url: ftp://u:SECRET@h",
        "proxy-url: \"http://u:SECRET@h:\\u0007\"",
        "tls-server-name: \"a b\"",
        "certificate-authority: /nowhere/ca.crt",
    ];
    for cluster in clusters {
        failure(connect("https://127.0.0.1:1", &[cluster.to_owned()], &[]).await);
    }
    for server in ["\"\"", "https://", "ftp://127.0.0.1", "\"\\u0007\""] {
        failure(connect(server, &[], &[]).await);
    }
    let env = "exec: {command: sh, args: [-c, exit 4], env: [{name: \"\", value: a}, {name: a=b, value: \"\\0\"}]}";
    assert!(
        failure(connect("http://127.0.0.1:1", &[], &[env.to_owned()]).await).contains("status: 4")
    );
}

#[tokio::test]
async fn server_without_a_scheme_is_plain_without_tls_settings() {
    let server = Server::start(|_| ok()).await;
    let client = connect(&format!("127.0.0.1:{}", server.port), &[], &[]).await.unwrap();
    assert_eq!(get(&client).await.unwrap(), "{}");
}

#[tokio::test]
async fn user_and_password_are_sent() {
    let server = Server::start(|_| ok()).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let user = ["username: user".to_owned(), "password: pass".to_owned()];
    let client = connect(&url, &[], &user).await.unwrap();
    get(&client).await.unwrap();
    assert!(server.heads().concat().contains("Basic dXNlcjpwYXNz"));
}

#[tokio::test]
async fn name_without_a_password_and_user_of_the_url_are_sent_as_by_go() {
    let server = Server::start(|_| ok()).await;
    let (plain, with_user) = (
        format!("http://127.0.0.1:{}", server.port),
        format!("http://user:SECRET%401@127.0.0.1:{}", server.port),
    );
    // URL, user, Authorization.
    let cases = [
        (&plain, "username: user", Some("Basic dXNlcjo=")),
        (&plain, "{username: user, password: \"\"}", Some("Basic dXNlcjo=")),
        (&plain, "{username: \"\", password: \"\", token: t}", Some("Bearer t")),
        (&plain, "{username: \"\", password: p}", None),
        (&with_user, "{}", Some("Basic dXNlcjpTRUNSRVRAMQ==")),
        (&with_user, "token: t", Some("Bearer t")),
    ];
    for (url, user, sent) in cases {
        let lines: Vec<_> = user.trim_matches(['{', '}']).split(", ").map(str::to_owned).collect();
        let client = connect(url, &[], &lines).await.unwrap();
        assert_eq!(get(&client).await.unwrap(), "{}");
        let head = server.heads().pop().unwrap();
        let header = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        assert_eq!(header, sent, "{user}");
        assert!(!head.contains("@127"), "{head}");
    }
    failure(connect("http://user:SECRET@127.0.0.1:99999", &[], &[]).await);
    let client = connect("http://user:SECRET@127.0.0.1:1", &[], &[]).await.unwrap();
    assert!(get(&client).await.unwrap_err().contains("cannot connect to 127.0.0.1:1"));
}
