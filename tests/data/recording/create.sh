#!/bin/bash
# Fills the server of WORKDIR/kubeconfig with one or more objects of every kind.  usage: create.sh WORKDIR [kubectl]
set -u
W=$1 K=${2:-kubectl}; export KUBECONFIG=$W/kubeconfig
H=$(cd "$(dirname "$0")" && pwd)
M=$H/manifests
[ -e "$W/user.csr" ] || openssl req -newkey rsa:2048 -nodes -keyout "$W/user.key" -out "$W/user.csr" -subj "/O=system:nodes/CN=system:node:a-node-1" 2>/dev/null
bad=0
quiet() { grep -v -e ' created' -e serverside-applied -e 'is deprecated in'; return 0; }
for f in 10-cluster 20-core 30-volumes-nodes 40-pods 60-extension; do
  $K apply --validate=false -f $M/$f.apply.yaml 2>&1 | quiet
done
$K apply --server-side -f $M/50-workloads.ssa.yaml 2>&1 | quiet
$K wait --for=condition=Established --timeout=30s crd/aorders.shop.example.com crd/bclusters.shop.example.com crd/cold.old.example.com crd/dbare.old.example.com > /dev/null || bad=1
sleep 3
for f in $M/*.steps.yaml; do "$H/steps.py" "$W" "$f" || bad=1; done
# a ConfigMap of nearly the greatest size: is it taken?
yes 'all work and no play makes a dull text, line after line, until the map is full' | head -c 1000000 > "$W/big.txt"
$K create configmap z-big --namespace default --from-file=text="$W/big.txt" || bad=1
$K get --raw /api/v1/namespaces/default/configmaps/z-big | wc -c
$K apply -f $M/90-apiservices.apply.yaml 2>&1 | quiet
exit $bad
