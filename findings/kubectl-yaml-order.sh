#!/usr/bin/env bash
# kubectl -o yaml prints the same object with its members in another order from run to run.
#
# Its YAML library compares names with numbers in them by the numbers' value, but digits before letters: `v10` is before
# `v1b`, that before `v9`, and that before `v10`. An order with such a circle cannot be sorted by, and what comes out
# depends on the order that Go's maps give, which is random. Expected was one order, as -o json has: files of objects are
# compared and kept under version control. `watchables -o yaml` sorts by the same rule, but begins with the order of the
# server's JSON, so that the same text always comes out, in one of kubectl's orders.
#
# Seen with kubectl 1.20.2 (Debian bookworm) and 1.32.4: in 200 runs, more than one order as YAML, and one as JSON. Fails if
# that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

apt-get download kubernetes-client=1.20.5+really1.20.2-1.1+deb12u1 >/dev/null 2>&1
dpkg -x kubernetes-client_*.deb root
export HOME=$folder KUBECONFIG=$folder/kubeconfig
printf 'apiVersion: v1\nkind: Config\n' >kubeconfig

# Prints how many orders the three names have in 200 runs.
orders() {
    for _ in $(seq 200); do
        root/usr/bin/kubectl create configmap versions --dry-run=client -o "$1" \
            --from-literal=v10=a --from-literal=v1b=b --from-literal=v9=c | grep -oE 'v(10|1b|9)' | paste -sd ' '
    done | sort | uniq -c >"$1"
    cat "$1" >&2
    wc -l <"$1"
}

yaml=$(orders yaml)
json=$(orders json)
echo "orders in YAML: $yaml, in JSON: $json"
[ "$yaml" -gt 1 ] && [ "$json" -eq 1 ]
