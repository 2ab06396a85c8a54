"""Debian's python3-kafka, the pure Python client. Usage: python_kafka.py BOOTSTRAP; see contract.js."""
import sys

import kafka
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions, NewTopic

import contract


def met(message):
    return contract.record(message.partition, message.offset, message.key, message.value, message.headers, message.timestamp)


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def create(self, command):
        self.admin.create_topics([NewTopic(command["topic"], command["partitions"], 1)])

    def grow(self, command):
        self.admin.create_partitions({command["topic"]: NewPartitions(command["partitions"])})

    def drop(self, command):
        self.admin.delete_topics([command["topic"]])

    def setting(self, command):
        answers = self.admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, command["topic"], {command["name"]: None})])
        settings = answers[0].resources[0][4]
        return {"value": next(one[1] for one in settings if one[0] == command["name"])}

    def alter(self, command):
        self.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, command["topic"], {command["name"]: command["value"]})])

    def look(self, command):
        if command["group"] not in [group for group, _ in self.admin.list_consumer_groups()]:
            raise LookupError("%s is not listed" % command["group"])
        offsets = self.admin.list_consumer_group_offsets(command["group"])
        return {
            "state": self.admin.describe_consumer_groups([command["group"]])[0].state,
            "committed": [
                offsets[partition].offset if partition in offsets else -1
                for partition in [kafka.TopicPartition(command["topic"], number) for number in range(command["partitions"])]],
        }

    def forget(self, command):
        for group, failure in self.admin.delete_consumer_groups([command["group"]]):
            if failure is not kafka.errors.NoError:
                raise failure(group)

    def produce(self, command):
        producer = kafka.KafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            linger_ms=20,
            compression_type=None if command["codec"] == "none" else command["codec"],
        )
        sent = [
            producer.send(
                command["topic"],
                key=contract.to_bytes(one["key"]),
                value=contract.to_bytes(one["value"]),
                headers=[(name, contract.to_bytes(data)) for name, data in one["headers"]],
                partition=one["partition"],
                timestamp_ms=one["time"],
            )
            for one in command["records"]
        ]
        for one in sent:
            one.get(timeout=30)
        producer.close()

    def consumer(self, **settings):
        return kafka.KafkaConsumer(
            bootstrap_servers=self.bootstrap,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=100,
            session_timeout_ms=10000,
            heartbeat_interval_ms=200,
            **settings,
        )

    def take(self, consumer, count):
        records = []
        while len(records) < count:
            for messages in consumer.poll(timeout_ms=100).values():
                records += map(met, messages)
        consumer.close()
        return records

    def read(self, command):
        consumer = self.consumer()
        consumer.assign([kafka.TopicPartition(command["topic"], partition) for partition in range(command["partitions"])])
        return {"records": self.take(consumer, command["count"])}

    def seek(self, command):
        consumer = self.consumer()
        partitions = [kafka.TopicPartition(command["topic"], partition) for partition in range(command["partitions"])]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found = consumer.offsets_for_times({partition: command["time"] for partition in partitions})
        offsets = {partition: ends[partition] if found[partition] is None else found[partition].offset for partition in partitions}
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)
        return {
            "offsets": [{"partition": partition.partition, "offset": offset} for partition, offset in offsets.items()],
            "records": self.take(consumer, command["count"]),
        }

    def member(self, command):
        return Member(command["member"], self.consumer(group_id=command["group"]), command["topic"])


class Member(contract.Member, kafka.ConsumerRebalanceListener):
    def __init__(self, name, consumer, topic):
        super().__init__(name)
        self.consumer = consumer
        consumer.subscribe([topic], listener=self)

    def on_partitions_revoked(self, revoked):
        self.owns([])

    def on_partitions_assigned(self, assigned):
        self.owns([one.partition for one in assigned])

    def poll(self):
        for messages in self.consumer.poll(timeout_ms=50).values():
            for message in messages:
                self.met(met(message))

    def commit(self):
        self.consumer.commit()

    def close(self):
        self.consumer.close()


contract.serve(kafka.__version__, Client(sys.argv[1]))
