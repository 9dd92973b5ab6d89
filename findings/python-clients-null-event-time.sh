#!/usr/bin/env bash
# kubernetes 37.0.2 and lightkube 1.0.1 (lightkube-models 1.37.0.8) from PyPI cannot read an Event of events.k8s.io whose
# `eventTime` is null.
#
# An API server sends that null for every event that was recorded through the core API, which has no such time: the
# field has no `omitempty` in Go. One of them makes the list of all events fail. kubernetes also refuses null as a
# value of PodDisruptionBudget's `status.disruptedPods`, which Kubernetes' own test objects have; lightkube reads it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install \
    kubernetes==37.0.2 lightkube==1.0.1 lightkube-models==1.37.0.8

"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import json

from kubernetes import client
from lightkube.resources.events_v1 import Event
from lightkube.resources.policy_v1 import PodDisruptionBudget

EVENT = {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "a"}, "eventTime": None}
STATUS = {
    "currentHealthy": 0,
    "desiredHealthy": 0,
    "disruptionsAllowed": 0,
    "expectedPods": 0,
    "disruptedPods": {"web-0": None},
}
BUDGET = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "a"}, "status": STATUS}


def attempt(library, kind, read):
    try:
        read()
        print(library, kind, "is read")
    except Exception as error:
        print(library, kind, type(error).__name__)


def kubernetes(kind, value):
    return lambda: client.ApiClient().deserialize(json.dumps(value), kind, "application/json")


attempt("kubernetes", "Event", kubernetes("EventsV1Event", EVENT))
attempt("kubernetes", "PodDisruptionBudget", kubernetes("V1PodDisruptionBudget", BUDGET))
attempt("lightkube", "Event", lambda: Event.from_dict(EVENT))
attempt("lightkube", "PodDisruptionBudget", lambda: PodDisruptionBudget.from_dict(BUDGET))
PYTHON

diff "$folder/seen" - <<'SEEN'
kubernetes Event ValidationError
kubernetes PodDisruptionBudget ValidationError
lightkube Event ValidationError
lightkube PodDisruptionBudget is read
SEEN
