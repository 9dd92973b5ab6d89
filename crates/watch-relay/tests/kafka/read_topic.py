"""Prints all records of a topic, a JSON object a line: read_topic.py BROKERS TOPIC [SETTING=VALUE…]"""

import json
import sys

from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner.default import murmur2

brokers, topic = sys.argv[1:3]
settings = dict(setting.split("=", 1) for setting in sys.argv[3:])
consumer = KafkaConsumer(
    bootstrap_servers=brokers.split(","),
    enable_auto_commit=False,
    consumer_timeout_ms=30_000,
    **settings,
)
partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or []]
consumer.assign(partitions)
ends = consumer.end_offsets(partitions)
consumer.seek_to_beginning(*partitions)


def is_read():
    return all(consumer.position(partition) >= ends[partition] for partition in partitions)


while not is_read():
    for records in consumer.poll(timeout_ms=1_000).values():
        for record in records:
            print(
                json.dumps(
                    {
                        "partition": record.partition,
                        "offset": record.offset,
                        "time": record.timestamp,
                        "expected_partition": (murmur2(record.key) & 0x7FFFFFFF) % len(partitions),
                        "key": (record.key or b"").decode(),
                        "headers": {name: value.decode() for name, value in record.headers},
                        "value": (record.value or b"").decode(),
                    }
                )
            )
consumer.close()
