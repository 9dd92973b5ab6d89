#!/bin/bash
# Starts etcd and kube-apiserver 1.20.2 on loopback, with throw-away certificates.
# usage: up.sh WORKDIR PATH-TO-KUBE-APISERVER   (writes WORKDIR/kubeconfig and two .pid files)
set -eu
W=$1 BIN=$2 EP=${ETCD_PORT:-23790} AP=${API_PORT:-16443}
mkdir -p "$W"; cd "$W"

if [ ! -e ca.crt ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -keyout ca.key -out ca.crt -subj /CN=fixture-ca 2>/dev/null
  cert() { # name subject extensions
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" -extfile <(echo "$3") 2>/dev/null
  }
  cert server /CN=kube-apiserver "subjectAltName=IP:127.0.0.1,DNS:localhost"
  cert admin /O=system:masters/CN=fixture-admin "extendedKeyUsage=clientAuth"
  openssl genrsa -out sa.key 2048 2>/dev/null; openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
  echo 'token-of-nobody,nobody,1001,"guests"' > tokens.csv
fi

nohup etcd --data-dir "$W/etcd" --listen-client-urls http://127.0.0.1:$EP --advertise-client-urls http://127.0.0.1:$EP \
  --listen-peer-urls http://127.0.0.1:$((EP + 1)) --initial-advertise-peer-urls http://127.0.0.1:$((EP + 1)) \
  --initial-cluster default=http://127.0.0.1:$((EP + 1)) > etcd.log 2>&1 &
echo $! > etcd.pid

nohup "$BIN" --etcd-servers=http://127.0.0.1:$EP --bind-address=127.0.0.1 --secure-port=$AP \
  --tls-cert-file=server.crt --tls-private-key-file=server.key --client-ca-file=ca.crt --token-auth-file=tokens.csv \
  --authorization-mode=RBAC --service-account-key-file=sa.pub --service-account-signing-key-file=sa.key \
  --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.0.0.0/24,fd00:10:96::/112 \
  --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none --cert-dir="$W/certs" --allow-privileged \
  --runtime-config=api/all=true --feature-gates=AllAlpha=true --etcd-compaction-interval=15s ${APISERVER_FLAGS:-} > apiserver.log 2>&1 &
echo $! > apiserver.pid

cat > kubeconfig <<K
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:$AP", certificate-authority: $W/ca.crt}}]
users: [{name: u, user: {client-certificate: $W/admin.crt, client-key: $W/admin.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
K
for i in $(seq 60); do
  curl -sf --cacert ca.crt --cert admin.crt --key admin.key https://127.0.0.1:$AP/readyz >/dev/null && { echo up; exit 0; }
  sleep 1
done
tail apiserver.log; exit 1
