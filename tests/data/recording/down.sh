#!/bin/bash
# Stops what up.sh started; a server that still hangs after 15 s is killed.  usage: down.sh WORKDIR
for p in apiserver etcd; do
  [ -e "$1/$p.pid" ] || continue
  id=$(cat "$1/$p.pid"); kill "$id" && for i in $(seq 15); do kill -0 "$id" 2>/dev/null || break; sleep 1; done
  kill -0 "$id" 2>/dev/null && kill -9 "$id"
  rm "$1/$p.pid"
done
