// npm @platformatic/kafka. Usage: platformatic.mjs BOOTSTRAP; see contract.js.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { Admin, ConfigResourceTypes, Consumer, IncrementalAlterConfigOperationTypes, Producer } from '@platformatic/kafka';

const { say, toBytes, toBase64, serve } = createRequire(import.meta.url)('./contract.js');
const { version } = JSON.parse(readFileSync(new URL('../node_modules/@platformatic/kafka/package.json', import.meta.url)));
const base = { clientId: 'platformatic', bootstrapBrokers: [process.argv[2]] };
const admin = new Admin(base);
const members = new Map();

const fromMessage = (message) => ({
  partition: message.partition,
  offset: Number(message.offset),
  key: toBase64(message.key),
  value: toBase64(message.value),
  headers: message.headerEntries.map(([name, value]) => [name.toString('utf8'), toBase64(value)]),
  time: Number(message.timestamp),
});

const consumerOf = (groupId, settings) =>
  new Consumer({ ...base, groupId, autocommit: false, sessionTimeout: 10000, rebalanceTimeout: 10000, heartbeatInterval: 200, maxWaitTime: 100, ...settings });

// What an attempt at something is refused with.
const refusalOf = async (attempt) => {
  try {
    await attempt();
    return { refusal: null };
  } catch (error) {
    return { refusal: [error, ...(error.errors ?? []), error.cause].filter(Boolean).map(({ message }) => message).join(': ') };
  }
};

// A group of its own, until count records have come.
async function take(topic, count, start) {
  const consumer = consumerOf(`reader-${process.pid}-${process.hrtime.bigint()}`);
  const stream = await consumer.consume({ topics: [topic], ...(await start(consumer)) });
  const records = [];
  for await (const message of stream) {
    records.push(fromMessage(message));
    if (records.length === count) break;
  }
  await consumer.close(true);
  return records;
}

serve(version, {
  create: async ({ topic, partitions }) => {
    await admin.createTopics({ topics: [topic], partitions, replicas: -1 });
  },

  grow: ({ topic, partitions }) => admin.createPartitions({ topics: [{ name: topic, count: partitions }] }),

  drop: ({ topic }) => admin.deleteTopics({ topics: [topic] }),

  setting: async ({ topic, name }) => {
    const [{ configs }] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [name] }],
    });
    return { value: configs.find((one) => one.name === name).value };
  },

  alter: ({ topic, name, value }) => admin.incrementalAlterConfigs({
    resources: [{
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: topic,
      configs: [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }],
    }],
  }),

  look: async ({ group, topic, partitions }) => {
    if (!(await admin.listGroups()).has(group)) throw new Error(`${group} is not listed`);
    const described = (await admin.describeGroups({ groups: [group] })).get(group);
    const [{ topics }] = await admin.listConsumerGroupOffsets({
      groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: Array.from({ length: partitions }, (_, i) => i) }] }],
    });
    return { state: described.state, committed: topics[0].partitions.map(({ committedOffset }) => Number(committedOffset)) };
  },

  forget: ({ group }) => admin.deleteGroups({ groups: [group] }),

  truncate: async ({ topic, partition, before }) => {
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: BigInt(before) }] }] });
  },

  produce: async ({ topic, codec, idempotent, records }) => {
    const producer = new Producer({ ...base, autocreateTopics: false });
    await producer.send({
      acks: -1,
      idempotent,
      compression: codec,
      messages: records.map(({ partition, key, value, headers, time }) => ({
        topic,
        partition,
        key: toBytes(key),
        value: toBytes(value),
        // Names as buffers, which are never equal: so a map holds a name twice.
        headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), toBytes(bytes)])),
        timestamp: BigInt(time),
      })),
    });
    await producer.close();
  },

  read: async ({ topic, count }) => ({ records: await take(topic, count, () => ({ mode: 'earliest' })) }),

  seek: async ({ topic, time, count }) => {
    let offsets;
    const records = await take(topic, count, async (consumer) => {
      const found = (await consumer.listOffsets({ topics: [topic], timestamp: BigInt(time) })).get(topic);
      const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic);
      offsets = found.map((offset, partition) => ({ topic, partition, offset: offset < 0n ? ends[partition] : offset }));
      return { mode: 'manual', offsets };
    });
    return { offsets: offsets.map(({ partition, offset }) => ({ partition, offset: Number(offset) })), records };
  },

  join: async ({ member, group, topic, cooperative }) => {
    const consumer = consumerOf(group, cooperative ? { protocols: [{ name: 'cooperative-sticky', version: 1 }] } : {});
    const last = new Map();
    // A fetch that was under way when its assignment changed still brings records of partitions that it gave up. So an assignment is
    // told when the stream has its new offsets and the fetch after that is back.
    let joined = null;
    let refreshed = false;
    members.set(member, { consumer, last });
    consumer.on('consumer:group:join', ({ assignments }) => {
      joined = (assignments ?? []).filter((one) => one.topic === topic).flatMap((one) => one.partitions);
      refreshed = false;
    });
    consumer.on('consumer:group:rebalance', () => say({ member, owns: [] }));
    const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
    stream.on('offsets', () => { refreshed = true; });
    stream.on('fetch', () => {
      if (joined === null || !refreshed) return;
      say({ member, owns: joined });
      joined = null;
    });
    stream.on('error', (error) => say({ member, error: error.stack }));
    stream.on('data', (message) => {
      last.set(message.partition, message);
      say({ member, record: fromMessage(message) });
    });
  },

  commit: async ({ member }) => {
    for (const message of members.get(member).last.values()) await message.commit();
  },

  transact: () => refusalOf(async () => {
    const producer = new Producer({ ...base, idempotent: true, transactionalId: 'any' });
    await producer.beginTransaction();
  }),

  joinNew: ({ group, topic }) => refusalOf(async () => {
    const consumer = new Consumer({ ...base, groupId: group, groupProtocol: 'consumer' });
    await consumer.consume({ topics: [topic] });
  }),

  leave: ({ member }) => members.get(member).consumer.close(true),
});
