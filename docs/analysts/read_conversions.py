#!/usr/bin/env python3
"""Prints the newest revision of every sale in the topic `conversions`, one JSON object a line.

    read_conversions.py BROKERS REGISTRY      for example: localhost:8404 http://localhost:8403

Debian: apt-get install python3-confluent-kafka python3-avro
"""
import datetime
import io
import json
import sys
import urllib.request

import avro.io
import avro.schema
from confluent_kafka import Consumer, TopicPartition

brokers, registry = sys.argv[1:3]
schemas = {}


def schema_of(number):
    """The schema a record was written with; each is asked for once."""
    if number not in schemas:
        with urllib.request.urlopen(f"{registry}/schemas/ids/{number}") as answer:
            schemas[number] = avro.schema.parse(json.load(answer)["schema"])
    return schemas[number]


def decoded(value):
    """Confluent's wire format: a zero byte, the schema id in four bytes, big-endian, then Avro."""
    written = schema_of(int.from_bytes(value[1:5], "big"))
    return avro.io.DatumReader(written).read(avro.io.BinaryDecoder(io.BytesIO(value[5:])))


def shown(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


# The client wants a group's name, but nothing is committed under it and nobody else notices us.
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "reader", "enable.auto.commit": False})
partitions = [TopicPartition("conversions", number) for number in consumer.list_topics("conversions").topics["conversions"].partitions]
bounds = {partition: consumer.get_watermark_offsets(partition) for partition in partitions}
left = {partition.partition: high for partition, (low, high) in bounds.items() if high > low}
consumer.assign([TopicPartition("conversions", partition.partition, low) for partition, (low, high) in bounds.items() if high > low])
newest = {}
while left:
    record = consumer.poll(1)
    if record is None:
        continue
    if record.error():
        raise SystemExit(str(record.error()))
    sale = decoded(record.value())
    if sale["revision"] >= newest.get(record.key(), sale)["revision"]:
        newest[record.key()] = sale
    if record.offset() + 1 >= left.get(record.partition(), 0):
        left.pop(record.partition(), None)

for sale in newest.values():
    print(json.dumps(sale, default=shown, ensure_ascii=False))
