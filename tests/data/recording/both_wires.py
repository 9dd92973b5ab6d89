#!/usr/bin/env python3
"""Writes what the server of WORKDIR/kubeconfig answers in JSON and in protobuf, a pair a line, gzipped.

usage: both_wires.py WORKDIR OUT.jsonl.gz    (after record.sh, which writes WORKDIR/kinds.txt)
"""
import base64
import gzip
import json
import re
import ssl
import sys
import urllib.error
import urllib.request

work, out = sys.argv[1:]
server = re.search(r'server: "?([^",}]*)', open(f"{work}/kubeconfig").read()).group(1)
context = ssl.create_default_context(cafile=f"{work}/ca.crt")
context.load_cert_chain(f"{work}/admin.crt", f"{work}/admin.key")


def get(path, accept):
    request = urllib.request.Request(server + path, headers={"Accept": accept, "User-Agent": "fixture-recorder"})
    return urllib.request.urlopen(request, context=context).read()


def pair(path):
    """The same state in both, however the server's version moves meanwhile; None if it has no protobuf."""
    for _ in range(20):
        before = get(path, "application/json")
        try:
            protobuf = get(path, "application/vnd.kubernetes.protobuf")
        except urllib.error.HTTPError as error:
            assert error.code == 406, error
            return None
        if get(path, "application/json") == before:
            return {"json": json.loads(before), "protobuf": base64.b64encode(protobuf).decode()}
    sys.exit(f"{path} changes all the time")


pairs, without = [], []
for line in open(f"{work}/kinds.txt"):
    name, path = line.split()
    found = pair(f"{path}?limit=4")
    if found is None:
        without.append(name)
        continue
    pairs.append(found)
    for item in found["json"]["items"] or []:
        parts = [path]
        if item["metadata"].get("namespace"):
            root, plural = path.rsplit("/", 1)
            parts = [root, "namespaces", item["metadata"]["namespace"], plural]
        single = pair("/".join([*parts, urllib.request.quote(item["metadata"]["name"])]))
        if len(json.dumps(single)) < 50_000:
            pairs.append(single)

text = "".join(json.dumps(one, separators=(",", ":"), ensure_ascii=False) + "\n" for one in pairs)
with open(out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
    zipped.write(text.encode())
print(f"{len(pairs)} pairs; without protobuf: {' '.join(without)}")
