#!/usr/bin/env python3
"""Measures what a replica of the relay costs, against `watchables serve` and nats-server: the numbers of src/costs.rs.

usage: measure.py WATCHABLES NATS_SERVER CASE [OBJECTS]

cases: `replica` (first state, memory, CPU an event, restart), `foreign` (events of other shards), `leases` (idle)
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
POD = os.path.join(HERE, "..", "..", "benches", "data", "pod-without-managed-fields.json")
TICKS = os.sysconf("SC_CLK_TCK")
EVENTS = 4_000


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu(process):
    """Seconds of user and system time."""
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process):
    """Resident megabytes: now, and at most."""
    with open(f"/proc/{process.pid}/status") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def pods(directory, count):
    """Writes a file of so many pods."""
    pod = json.load(open(POD))
    for name in ("uid", "resourceVersion", "creationTimestamp", "generateName"):
        pod["metadata"].pop(name, None)
    path = f"{directory}/pods.yaml"
    with open(path, "w") as file:
        json.dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}, file)
        for number in range(count):
            pod["metadata"]["name"] = f"checkout-{number:06}"
            file.write("\n---\n" + json.dumps(pod))
    return path


class Bench:
    def __init__(self, watchables, nats, directory, objects):
        self.watchables, self.directory, self.processes, self.round = watchables, directory, [], 0
        self.nats_port, self.monitor, self.api = free_port(), free_port(), free_port()
        self.nats = self.start([nats, "-js", "-sd", f"{directory}/nats", "-a", "127.0.0.1",
                                "-p", str(self.nats_port), "-m", str(self.monitor)], "nats")
        self.serve = self.start([watchables, "serve", "--release", "1.34", "--port", str(self.api),
                                 "--kubeconfig", f"{directory}/kubeconfig",
                                 "--seed-file", pods(directory, objects)], "serve")
        # It is written once the objects are there.
        until(lambda: os.path.exists(f"{directory}/kubeconfig") and self.stored() == 0)

    def start(self, command, name):
        log = open(f"{self.directory}/{name}.log", "wb")
        process = subprocess.Popen(command, stdout=log, stderr=log,
                                   env={**os.environ, "RUST_LOG": "warn,watch_relay=info"})
        self.processes.append(process)
        return process

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def stored(self):
        status, body = get(self.monitor, "/jsz?streams=1")
        if status != 200:
            return None
        accounts = json.loads(body).get("account_details") or []
        streams = [stream for account in accounts for stream in account.get("stream_detail") or []]
        return sum(stream["state"]["messages"] for stream in streams if stream["name"] == "k8s")

    def change(self, events, objects):
        self.round += 1

        def requests(first, step):
            for number in range(first, events, step):
                # Never what is there already.
                body = {"metadata": {"annotations": {"change": f"{self.round}-{number}"}}}
                name = f"checkout-{number * 7919 % objects:06}"
                yield "PATCH", f"/api/v1/namespaces/demo/pods/{name}", body
        in_threads(lambda at, of: self.write(at, of, requests(at, of)))

    def write(self, _at, _of, requests):
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=60)
        for method, path, body in requests:
            kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
            connection.request(method, path, json.dumps(body), {"Content-Type": kind})
            response = connection.getresponse()
            text = response.read()
            assert response.status < 300, text
        connection.close()

    def relay(self, name, shards, storage="file"):
        port = free_port()
        nats = f"nats://127.0.0.1:{self.nats_port}"
        config = {
            "listen": f"127.0.0.1:{port}",
            "clusters": [{"name": "one", "kubeconfig": f"{self.directory}/kubeconfig"}],
            "checkpoints": {"nats": {"url": nats}},
            "replicas": shards,
            "pipelines": [{"name": "pods", "watch": [{"resources": ["pods"]}],
                           "to": {"nats": {"url": nats, "create": {"storage": storage}}}}],
        }
        path = f"{self.directory}/{name}.yaml"
        with open(path, "w") as file:
            json.dump(config, file)
        process = self.start([self.watchables, "relay", "--config", path], name)
        process.port = port
        return process


def in_threads(work, count=4):
    threads = [threading.Thread(target=work, args=(at, count)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def until(condition, limit=600, every=0.02):
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > limit:
            sys.exit("it takes too long")
        time.sleep(every)
    return time.monotonic() - start


def is_ready(process):
    return get(process.port, "/readyz")[0] == 200


def acquired(bench, name):
    with open(f"{bench.directory}/{name}.log") as file:
        return "was acquired" in file.read()


def replica(bench, objects):
    if objects == 0:
        relay = bench.relay("empty", {"shardsPerCluster": 1})
        until(lambda: is_ready(relay))
        time.sleep(3)
        return print(f"nothing to watch: {memory(relay)[0]:.1f} MB")
    print(f"{objects} objects; the API server has {memory(bench.serve)[0]:.0f} MB")
    relay = bench.relay("first", {"shardsPerCluster": 1})
    until(lambda: acquired(bench, "first"))
    before, start, nats = cpu(relay), time.monotonic(), cpu(bench.nats)
    until(lambda: (bench.stored() or 0) >= objects)
    took, used = time.monotonic() - start, cpu(relay) - before
    print(f"first state: {took:.1f} s, CPU {used:.1f} s = {used / objects * 1e6:.0f} us an object; "
          f"nats-server {(cpu(bench.nats) - nats) / objects * 1e6:.0f} us")
    time.sleep(10)
    print("memory after the first state: %.1f MB, at most %.1f MB" % memory(relay))
    before, nats, start = cpu(relay), cpu(bench.nats), time.monotonic()
    bench.change(EVENTS, objects)
    until(lambda: bench.stored() >= objects + EVENTS)
    took = time.monotonic() - start
    time.sleep(3)
    print(f"events at {EVENTS / took:.0f}/s: CPU {(cpu(relay) - before) / EVENTS * 1e6:.0f} us an event; "
          f"nats-server {(cpu(bench.nats) - nats) / EVENTS * 1e6:.0f} us")
    print("memory after the events: %.1f MB, at most %.1f MB" % memory(relay))
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    bench.change(100, objects)
    relay = bench.relay("again", {"shardsPerCluster": 1})
    until(lambda: acquired(bench, "again"), every=0.005)
    before, start = cpu(relay), time.monotonic()
    until(lambda: bench.stored() >= objects + EVENTS + 100, every=0.005)
    took, used = time.monotonic() - start, cpu(relay) - before
    print(f"restart: from the Lease to what happened meanwhile being stored {took:.2f} s, "
          f"CPU {used:.2f} s = {used / objects * 1e6:.1f} us an object")
    time.sleep(3)
    print("memory after the restart: %.1f MB, at most %.1f MB" % memory(relay))


def foreign(bench, objects):
    relays = [bench.relay(f"half{at}", {"shards": 2}) for at in range(2)]
    until(lambda: bench.stored() >= objects)
    until(lambda: all(map(is_ready, relays)))
    time.sleep(10)
    before = list(map(cpu, relays))
    stored = bench.stored()
    bench.change(EVENTS, objects)
    until(lambda: bench.stored() >= stored + EVENTS)
    time.sleep(3)
    used = [(cpu(relay) - was) / EVENTS * 1e6 for relay, was in zip(relays, before)]
    print(f"two shards, each with half of {EVENTS} events: CPU {used} us an event of the API server; "
          "that is half the CPU of an event and half of what is dropped")


def leases(bench, _objects):
    relays = [bench.relay(f"idle{at}", {"shards": 100}) for at in range(4)]
    until(lambda: all(map(is_ready, relays)))
    time.sleep(30)
    before, seconds = list(map(cpu, relays)), 60
    time.sleep(seconds)
    used = [(cpu(relay) - was) / seconds * 1e3 for relay, was in zip(relays, before)]
    print(f"4 replicas, 100 shards, nothing happens: CPU {used} ms a second; about 52 changes of Leases a second")
    print("memory: " + ", ".join("%.1f MB" % memory(relay)[0] for relay in relays))


def main():
    watchables, nats, case = sys.argv[1:4]
    objects = int(sys.argv[4]) if len(sys.argv) > 4 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(watchables, nats, directory, objects)
        try:
            {"replica": replica, "foreign": foreign, "leases": leases}[case](bench, objects)
        finally:
            bench.end()


main()
