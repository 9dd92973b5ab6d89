"""Prints all records of a topic, a JSON object a line: read_topic.py BROKERS TOPIC [SETTING=VALUE…]"""

import json
import sys

from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner.default import murmur2

brokers, topic = sys.argv[1:3]
settings = dict(setting.split("=", 1) for setting in sys.argv[3:])
consumer = KafkaConsumer(bootstrap_servers=brokers.split(","), enable_auto_commit=False, **settings)
partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or []]
consumer.assign(partitions)
ends = consumer.end_offsets(partitions)
left = {partition for partition in partitions if ends[partition] > 0}
consumer.seek_to_beginning(*partitions)
while left:
    polled = consumer.poll(timeout_ms=30_000)
    if not polled:
        sys.exit(f"nothing comes of {left}, which end at {ends}")
    for partition, records in polled.items():
        for record in records:
            print(
                json.dumps(
                    {
                        "partition": record.partition,
                        "time": record.timestamp,
                        "expected_partition": (murmur2(record.key) & 0x7FFFFFFF) % len(partitions),
                        "key": record.key.decode(),
                        "headers": {name: value.decode() for name, value in record.headers},
                        "value": record.value.decode(),
                    }
                )
            )
            if record.offset + 1 >= ends[partition]:
                left.discard(partition)
consumer.close()
