#!/usr/bin/env bash
# httpx 0.28.1 from PyPI decodes the first member of a gzip body and drops the others without an error; lightkube 1.0.1,
# which is built on it, then sees the first event of each watch only.
#
# RFC 1952 (2.2) has a gzip file consist of members, one after another. Kubernetes 1.37 writes each event of a streaming
# list as a member of its own, for clients that accept gzip, as httpx does unasked. requests 2.32.5, through urllib3,
# reads them all.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install \
    httpx==0.28.1 lightkube==1.0.1 lightkube-models==1.37.0.8 requests==2.32.5

"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import gzip
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import lightkube
import requests
from lightkube.config.kubeconfig import SingleConfig
from lightkube.config.models import Cluster, Context, User
from lightkube.resources.core_v1 import Pod


def event(number):
    metadata = {"name": f"pod-{number}", "resourceVersion": str(number)}
    return {"type": "ADDED", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        assert "gzip" in self.headers["Accept-Encoding"]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in (1, 2, 3):
            member = gzip.compress(json.dumps(event(number)).encode() + b"\n")
            self.wfile.write(b"%x\r\n%s\r\n" % (len(member), member))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
watch = url + "/api/v1/pods?watch=true"


def names(lines):
    return [json.loads(line)["object"]["metadata"]["name"] for line in lines]


with requests.get(watch, stream=True) as response:
    print("requests", *names(response.iter_lines()))
with httpx.stream("GET", watch) as response:
    print("httpx", *names(response.iter_lines()))
config = SingleConfig("c", Context(cluster="c", user="u"), Cluster(server=url), User())
events = lightkube.Client(config=config).watch(Pod, namespace="*")
print("lightkube", *(pod.metadata.name for _, pod in itertools.islice(events, 3)))
PYTHON

diff "$folder/seen" - <<'SEEN'
requests pod-1 pod-2 pod-3
httpx pod-1
lightkube pod-1 pod-1 pod-1
SEEN
