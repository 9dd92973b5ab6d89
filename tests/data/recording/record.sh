#!/bin/bash
# Writes what the server of WORKDIR/kubeconfig answers into OUT, byte for byte.  usage: record.sh WORKDIR OUT [kubectl]
set -u
W=$1 O=$2 K=${3:-kubectl}; export KUBECONFIG=$W/kubeconfig
# (a user agent that is not curl's: to curl and browsers the server answers indented)
curl() { command curl -s -A fixture-recorder "$@"; }
get() { curl --cacert "$W/ca.crt" --cert "$W/admin.crt" --key "$W/admin.key" "${@:2}" "$URL$1"; }
URL=$($K config view -o 'jsonpath={.clusters[0].cluster.server}')
mkdir -p "$O"

token=$(get "/api/v1/pods?limit=1" | jq -r .metadata.continue)   # to be used when it has expired

# every resource of every group version that can be listed and watched
kinds() { { echo "core v1 /api/v1"; $K get --raw /apis | jq -r '.groups[] | .name as $g | .versions[] | "\($g) \(.version) /apis/\($g)/\(.version)"'; } |
  while read g v p; do $K get --raw "$p" 2>/dev/null | jq -r --arg g "$g" --arg v "$v" --arg p "$p" \
    '.resources[]? | select((.name|contains("/")|not) and (.verbs|index("list")) and (.verbs|index("watch"))) | "\($g)_\($v)_\(.name) \($p)/\(.name)"'; done; }
kinds > "$W/kinds.txt"
while read name path; do get "$path?limit=4" > "$O/$name.json"; done < "$W/kinds.txt"
jq -r 'select((.items|length)==0) | input_filename' "$O"/*_*_*.json

# one Pod, irregular objects, error bodies
get /api/v1/namespaces/demo/pods/basket-6f8d7c9b54-q8w2z > "$O/pod-1.20.json"
get /api/v1/persistentvolumes > "$O/irregular-persistentvolumes-more-sources.json"
get /api/v1/namespaces/demo/configmaps > "$O/irregular-empty-list.json"
get /apis/shop.example.com/v1/namespaces/demo/aorders > "$O/irregular-empty-list-custom.json"
PM='Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' T='Accept: application/json;as=Table;v=v1;g=meta.k8s.io'
get /api/v1/namespaces/demo/configmaps -H "$PM" > "$O/irregular-empty-list-partial-metadata.json"
get /apis/shop.example.com/v1/namespaces/demo/aorders -H "$T" > "$O/irregular-empty-table-custom.json"
get /api/v1/componentstatuses > "$O/irregular-componentstatuses.json"
get /apis/a.example.com/v1 > "$O/irregular-apiservice-unavailable.txt"
get /api/v1/namespaces/acme-shop/configmaps/d-nulls > "$O/irregular-configmap-written-with-nulls.json"
get /apis/discovery.k8s.io/v1beta1/namespaces/acme-shop/endpointslices/d-nothing > "$O/irregular-endpointslice-nulls.json"
get /api/v1/namespaces/acme-quota/limitranges/b-none > "$O/irregular-limitrange-null.json"
get /apis/storage.k8s.io/v1/csinodes/b-none > "$O/irregular-csinode-null.json"
get /apis/rbac.authorization.k8s.io/v1/clusterroles/a-ruleless > "$O/irregular-clusterrole-null.json"
get /api/v1/namespaces/acme-shop/events/a-core.17a1b2c3d4e5f607 > "$O/irregular-event-null-time.json"
get /api/v1/namespaces/default/events/d-minimal > "$O/irregular-event-minimal.json"
get /api/v1/nodes/b-node-bare > "$O/irregular-node-bare.json"
get /apis/apps/v1/namespaces/acme-shop/controllerrevisions/b-raw > "$O/irregular-controllerrevision-raw-data.json"
get /apis/old.example.com/v1alpha1/namespaces/acme-shop/cold/a-rich > "$O/irregular-custom-unpruned.json"
get /apis/shop.example.com/v1/namespaces/acme-shop/aorders/a-rich > "$O/irregular-custom-numbers.json"
get /apis/apiextensions.k8s.io/v1/customresourcedefinitions/econflict.shop.example.com > "$O/irregular-crd-names-rejected.json"
get /apis/internal.apiserver.k8s.io/v1alpha1/storageversions?limit=1 -H "$T" > "$O/irregular-table.json"
get /api/v1/pods?limit=1 -H "$PM" > "$O/irregular-partial-metadata.json"
get /api/v1/namespaces/acme-shop/configmaps/d-nulls -A curl/7.88.1 > "$O/irregular-pretty.json"
get /apis > "$O/irregular-discovery-groups.json"

# bytes that are not UTF-8, a lone surrogate, NUL, in a typed map, in a raw extension, in a custom resource; sent, read back, deleted
bytes() { # path body file
  printf "$2" | get "$1" -X POST -H 'Content-Type: application/json' --data-binary @- -o /dev/null
  get "$1/z-bytes" > "$O/$3"; get "$1/z-bytes" -X DELETE -o /dev/null
}
bytes /api/v1/namespaces/default/configmaps '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"z-bytes","annotations":{"k":"a\xffb"}},"data":{"latin1":"gr\xfcn","lone":"x\\ud800y","pair":"\\ud83d\\ude00","overlong":"\xc0\xaf","surrogate":"\xed\xa0\x80","nul":"\\u0000 \\u007f"}}' irregular-bytes-configmap.json
bytes /apis/apps/v1/namespaces/default/controllerrevisions '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"z-bytes"},"revision":1,"data":{"latin1":"gr\xfcn","k\xffy":"\\ud800"}}' irregular-bytes-controllerrevision.json
bytes /apis/old.example.com/v1alpha1/namespaces/default/cold '{"apiVersion":"old.example.com/v1alpha1","kind":"Cold","metadata":{"name":"z-bytes"},"k\xffy":{"v":"gr\xfcn","\\ud800":1,"nul":"\\u0000"}}' irregular-bytes-custom.json
get /apis/certificates.k8s.io/v1/certificatesigningrequests/z-latin1 > "$O/irregular-bytes-csr-extra.json"

api=/api/v1
curl --cacert "$W/ca.crt" -H 'Authorization: Bearer wrong' $URL$api/pods > "$O/status-401.json"
curl --cacert "$W/ca.crt" -H 'Authorization: Bearer token-of-nobody' $URL$api/pods > "$O/status-403.json"
get /apis/none.example.com/v1/things > "$O/status-404.txt"
get "$api/namespaces/demo/pods/none" > "$O/status-404-object.json"
get "$api/pods?watch=1&resourceVersion=abc" > "$O/status-bad-version.json"
get "$api/pods?limit=1&continue=abc" > "$O/status-bad-continue.json"
get "$api/pods?fieldSelector=spec.nothing%3D1" > "$O/status-bad-selector.json"
get "$api/componentstatuses?watch=1" > "$O/status-componentstatus-watch.json"
get "$api/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true" > "$O/status-send-initial-events.json"
get "$api/pods?resourceVersion=999999999&timeoutSeconds=1" > "$O/status-too-large-version.json"

# watches
rv() { get "$1?limit=1" | jq -r .metadata.resourceVersion; }
p=$api/namespaces/demo/configmaps
get "$p?watch=1&allowWatchBookmarks=true&timeoutSeconds=6&resourceVersion=$(rv $p)" > "$O/stream-configmaps-live.jsonl" & w=$!
sleep 1
send() { get "$p$2" -X "$1" -H "Content-Type: ${4:-application/json}" -d "$3" -o /dev/null; }
send POST "" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"live"},"data":{"a":"1"}}'
send PATCH /live '{"data":{"a":"größer\nzwei 🚀","b":"<&>"}}' application/merge-patch+json
send DELETE /live ''
send POST "" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"live"},"data":{"a":"again"}}'
wait $w; send DELETE /live ''
get "$api/namespaces/demo/pods?watch=1&timeoutSeconds=2" > "$O/stream-pods-from-nothing.jsonl"
get "$api/namespaces/demo/pods?watch=1&timeoutSeconds=2" -H 'Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' > "$O/stream-pods-metadata-only.jsonl"
get "$api/namespaces/demo/pods?watch=1&timeoutSeconds=2" -H 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io' > "$O/stream-pods-table.jsonl"

# the bookmark of every kind, one line each, as it comes just before a watch times out;
# this server sends one only to a watch during which something changed, so two objects of each kind are touched
while read name path; do
  get "$path?watch=1&allowWatchBookmarks=true&timeoutSeconds=15&resourceVersion=$(rv "$path")" > "$W/bookmark.$name" &
done < "$W/kinds.txt"
sleep 5
while read name path; do
  jq -r --arg p "$path" '.items[0,-1].metadata | if .namespace then ($p|sub("/(?<r>[^/]+)$"; "/namespaces/")) + .namespace + "/" + ($p|split("/")|last) else $p end + "/" + .name' "$O/$name.json" |
  while read o; do get "$o" -X PATCH -H 'Content-Type: application/merge-patch+json' -d "{\"metadata\":{\"annotations\":{\"example.com/touched\":\"$name\"}}}" -o /dev/null; done
done < "$W/kinds.txt"
wait
while read name path; do grep -h '"BOOKMARK"' "$W/bookmark.$name" | head -1; done < "$W/kinds.txt" > "$O/irregular-bookmarks.jsonl"

# after etcd has been compacted
sleep 40
get "$api/pods?limit=1&continue=$token" > "$O/status-expired-continue.json"
get "$api/events?watch=1&resourceVersion=1&timeoutSeconds=2" > "$O/stream-too-old.jsonl"
