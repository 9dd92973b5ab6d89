#!/usr/bin/env bash
# async-nats 0.51.0 (Rust) reads user and password of a server's URL, and does not send them.
#
# nats://USER:PASSWORD@HOST is how NATS' own tools and its other clients take credentials; nats-py 2.11.0 logs in with the
# same URL. async-nats parses both (`ServerAddr::username`, `ServerAddr::password`), connects without them, and the server
# answers with an authorization violation. Whoever takes URLs from users has to pass them on with
# `ConnectOptions::with_user_and_password`, as `watchables relay` does.
#
# Seen with nats-server 2.9.10 (Debian bookworm): what is printed below. Fails if that changes.
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

apt-get download nats-server=2.9.10-1+b3 >/dev/null 2>&1
dpkg -x nats-server_*.deb root
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/sbin/nats-server -a 127.0.0.1 -p "$port" --user someone --pass secret >log 2>&1 &
server=$!
for _ in $(seq 100); do grep -q 'Server is ready' log && break; sleep 0.1; done

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check nats-py==2.11.0
cat >client.py <<'PY'
import asyncio, sys, nats

async def main():
    client = await nats.connect(sys.argv[1], allow_reconnect=False)
    await client.flush()
    print("nats-py, URL: connected")
    await client.close()

asyncio.run(main())
PY
python/bin/python client.py "nats://someone:secret@127.0.0.1:$port" | tee seen

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "client"
version = "0.1.0"
edition = "2024"

[dependencies]
async-nats = { version = "=0.51.0", default-features = false, features = ["ring"] }
tokio = { version = "1", features = ["macros", "rt"] }
TOML
cat >src/main.rs <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let address: async_nats::ServerAddr = url.parse().unwrap();
    println!("async-nats, URL: user {:?}", address.username().unwrap_or_default());
    let said = |result: Result<async_nats::Client, async_nats::ConnectError>| match result {
        Ok(_) => "connected".to_owned(),
        Err(error) => error.kind().to_string(),
    };
    println!("async-nats, URL: {}", said(async_nats::connect(address.clone()).await));
    let options = async_nats::ConnectOptions::with_user_and_password("someone".into(), "secret".into());
    println!("async-nats, options: {}", said(options.connect(address).await));
}
RUST
cargo run --quiet -- "nats://someone:secret@127.0.0.1:$port" | tee -a seen

diff - seen <<'SEEN'
nats-py, URL: connected
async-nats, URL: user "someone"
async-nats, URL: authorization violation
async-nats, options: connected
SEEN
