"""Debian's python3-confluent-kafka, over Debian's librdkafka. Usage: confluent_python.py BOOTSTRAP; see contract.js."""
import sys

import confluent_kafka
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

import contract


def met(message):
    if message.error():
        raise confluent_kafka.KafkaException(message.error())
    return contract.record(
        message.partition(), message.offset(), message.key(), message.value(), message.headers(), message.timestamp()[1])


def done(asked):
    """The one result of what an admin client was asked for."""
    (future,) = asked.values()
    return future.result(timeout=30)


class Client:
    def __init__(self, bootstrap):
        self.bootstrap = {"bootstrap.servers": bootstrap, "log_level": 0}
        self.admin = AdminClient(self.bootstrap)

    def create(self, command):
        done(self.admin.create_topics([NewTopic(command["topic"], command["partitions"], 1)]))

    def grow(self, command):
        done(self.admin.create_partitions([NewPartitions(command["topic"], command["partitions"])]))

    def drop(self, command):
        done(self.admin.delete_topics([command["topic"]]))

    def setting(self, command):
        return {"value": done(self.admin.describe_configs([ConfigResource("topic", command["topic"])]))[command["name"]].value}

    def alter(self, command):
        done(self.admin.alter_configs([ConfigResource("topic", command["topic"], set_config={command["name"]: command["value"]})]))

    def look(self, command):
        if command["group"] not in [group.id for group in self.admin.list_groups(timeout=30)]:
            raise LookupError("%s is not listed" % command["group"])
        consumer = self.consumer(command["group"])
        offsets = consumer.committed(
            [confluent_kafka.TopicPartition(command["topic"], partition) for partition in range(command["partitions"])], timeout=30)
        consumer.close()
        return {
            "state": self.admin.list_groups(command["group"], timeout=30)[0].state,
            "committed": [max(one.offset, -1) for one in offsets],
        }

    def produce(self, command):
        failures = []
        producer = confluent_kafka.Producer({
            **self.bootstrap,
            "acks": "all",
            "linger.ms": 20,
            "compression.type": command["codec"],
            "enable.idempotence": command["idempotent"],
            "on_delivery": lambda failure, message: failures.append(failure) if failure else None,
        })
        for one in command["records"]:
            producer.produce(
                command["topic"],
                key=contract.to_bytes(one["key"]),
                value=contract.to_bytes(one["value"]),
                headers=[(name, contract.to_bytes(data)) for name, data in one["headers"]],
                partition=one["partition"],
                timestamp=one["time"],
            )
        if producer.flush(30) or failures:
            raise RuntimeError("not delivered: %s" % failures)

    def transact(self, command):
        try:
            confluent_kafka.Producer({**self.bootstrap, "transactional.id": "any"}).init_transactions(30)
            return {"refusal": None}
        except confluent_kafka.KafkaException as refused:
            return {"refusal": refused.args[0].str()}

    def consumer(self, group, **settings):
        return confluent_kafka.Consumer({
            **self.bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 100,
            "session.timeout.ms": 10000,
            "heartbeat.interval.ms": 200,
            **settings,
        })

    def take(self, partitions, count):
        consumer = self.consumer("reader")
        consumer.assign(partitions)
        records = []
        while len(records) < count:
            message = consumer.poll(0.1)
            if message is not None:
                records.append(met(message))
        consumer.close()
        return records

    def read(self, command):
        partitions = [
            confluent_kafka.TopicPartition(command["topic"], partition, confluent_kafka.OFFSET_BEGINNING)
            for partition in range(command["partitions"])]
        return {"records": self.take(partitions, command["count"])}

    def seek(self, command):
        consumer = self.consumer("reader")
        found = consumer.offsets_for_times(
            [confluent_kafka.TopicPartition(command["topic"], partition, command["time"]) for partition in range(command["partitions"])],
            timeout=30)
        for one in found:
            if one.offset < 0:
                one.offset = consumer.get_watermark_offsets(one, timeout=30)[1]
        consumer.close()
        return {
            "offsets": [{"partition": one.partition, "offset": one.offset} for one in found],
            "records": self.take(found, command["count"]),
        }

    def member(self, command):
        settings = {"partition.assignment.strategy": "cooperative-sticky"} if command["cooperative"] else {}
        return Member(command["member"], self.consumer(command["group"], **settings), command["topic"])


class Member(contract.Member):
    def __init__(self, name, consumer, topic):
        super().__init__(name)
        self.consumer = consumer
        self.owned = set()
        consumer.subscribe([topic], on_assign=self.assigned, on_revoke=self.revoked)

    def assigned(self, _, partitions):
        self.owned.update(one.partition for one in partitions)
        self.owns(self.owned)

    def revoked(self, _, partitions):
        self.owned.difference_update(one.partition for one in partitions)
        self.owns(self.owned)

    def poll(self):
        message = self.consumer.poll(0.05)
        if message is not None:
            self.met(met(message))

    def commit(self):
        self.consumer.commit(asynchronous=False)

    def close(self):
        self.consumer.close()


version = "%s over librdkafka %s" % (confluent_kafka.version()[0], confluent_kafka.libversion()[0])
contract.serve(version, Client(sys.argv[1]))
