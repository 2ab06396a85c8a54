'use strict';
// npm kafkajs. Usage: kafkajs.js BOOTSTRAP; see contract.js.
// gzip is its own, snappy its published plugin. Its plugins for lz4 and zstd wrap native code that has to be compiled, so those two
// codecs are other implementations behind the same interface: npm lz4js and Node's zlib.
const zlib = require('node:zlib');
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require('kafkajs');
const lz4 = require('lz4js');
const { say, toBytes, toBase64, serve } = require('./contract');

CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy');
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => Buffer.from(lz4.compress(encoder.buffer)),
  decompress: async (bytes) => Buffer.from(lz4.decompress(bytes)),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => zlib.zstdCompressSync(encoder.buffer),
  decompress: async (bytes) => zlib.zstdDecompressSync(bytes),
});

const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};
const kafka = new Kafka({ brokers: [process.argv[2]], clientId: 'kafkajs', logLevel: logLevel.NOTHING });
const admin = kafka.admin();
const members = new Map();

// Headers are an object to it: values of one name are kept together.
const toHeaders = (pairs) => {
  const headers = {};
  for (const [name, value] of pairs) (headers[name] ??= []).push(toBytes(value));
  return headers;
};
const fromHeaders = (headers) =>
  Object.entries(headers).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, toBase64(one)]));
const fromMessage = ({ partition, message }) => ({
  partition,
  offset: Number(message.offset),
  key: toBase64(message.key),
  value: toBase64(message.value),
  headers: fromHeaders(message.headers),
  time: Number(message.timestamp),
});

const consumerOf = (groupId) =>
  kafka.consumer({ groupId, sessionTimeout: 10000, rebalanceTimeout: 10000, heartbeatInterval: 200, maxWaitTimeInMs: 100 });

// It reads in groups only: a group of its own, from the beginning or from the offsets given, until count records have come.
async function take(topic, count, offsets) {
  const consumer = consumerOf(`reader-${process.pid}-${process.hrtime.bigint()}`);
  const records = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      autoCommit: false,
      eachMessage: async (met) => {
        if (records.length < count) records.push(fromMessage(met));
        if (records.length === count) resolve();
      },
    }).catch(reject);
    for (const { partition, offset } of offsets) consumer.seek({ topic, partition, offset });
  });
  await consumer.disconnect();
  return records;
}

async function start() {
  await admin.connect();
  serve(require('kafkajs/package.json').version, {
    create: ({ topic, partitions }) =>
      admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: -1 }], waitForLeaders: true }),

    grow: ({ topic, partitions }) => admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] }),

    drop: ({ topic }) => admin.deleteTopics({ topics: [topic] }),

    setting: async ({ topic, name }) => {
      const { resources } = await admin.describeConfigs({ resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }] });
      return { value: resources[0].configEntries.find((entry) => entry.configName === name).configValue };
    },

    alter: async ({ topic, name, value }) => {
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }] });
    },

    look: async ({ group, topic }) => {
      if (!(await admin.listGroups()).groups.some((listed) => listed.groupId === group)) throw new Error(`${group} is not listed`);
      const { groups } = await admin.describeGroups([group]);
      const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return { state: groups[0].state, committed: partitions.sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset)) };
    },

    forget: async ({ group }) => {
      await admin.deleteGroups([group]);
    },

    truncate: async ({ topic, partition, before }) => {
      await admin.fetchTopicOffsets(topic);   // makes it look for the topic's leaders, which it otherwise does too late
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
    },

    produce: async ({ topic, codec, idempotent, records }) => {
      const producer = kafka.producer({ idempotent, allowAutoTopicCreation: false });
      await producer.connect();
      await producer.send({
        topic,
        acks: -1,
        compression: codecs[codec],
        messages: records.map(({ partition, key, value, headers, time }) =>
          ({ partition, key: toBytes(key), value: toBytes(value), headers: toHeaders(headers), timestamp: String(time) })),
      });
      await producer.disconnect();
    },

    read: async ({ topic, count }) => ({ records: await take(topic, count, []) }),

    seek: async ({ topic, time, count }) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, time);
      return {
        offsets: offsets.map(({ partition, offset }) => ({ partition, offset: Number(offset) })),
        records: await take(topic, count, offsets),
      };
    },

    join: async ({ member, group, topic }) => {
      const consumer = consumerOf(group);
      const positions = new Map();
      members.set(member, { consumer, positions, topic });
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => say({ member, owns: payload.memberAssignment[topic] ?? [] }));
      consumer.on(consumer.events.REBALANCING, () => say({ member, owns: [] }));
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async (met) => {
          positions.set(met.partition, String(Number(met.message.offset) + 1));
          say({ member, record: fromMessage(met) });
        },
      });
    },

    commit: ({ member }) => {
      const { consumer, positions, topic } = members.get(member);
      return consumer.commitOffsets([...positions].map(([partition, offset]) => ({ topic, partition, offset })));
    },

    transact: async () => {
      const producer = kafka.producer({ transactionalId: 'any', maxInFlightRequests: 1, idempotent: true });
      try {
        await producer.connect();
        await producer.transaction();
        return { refusal: null };
      } catch (error) {
        return { refusal: error.message };
      } finally {
        await producer.disconnect();
      }
    },

    leave: ({ member }) => members.get(member).consumer.disconnect(),
  });
}

start();
