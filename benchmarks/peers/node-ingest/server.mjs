// POST to any path answers 202 after Kafka's ack (acks=all); the JSON body is forwarded as it is, nothing of it is looked at.
// Environment: BOOTSTRAP, TOPIC, LINGER (ms). Prints its address; ends with its standard input, so with whoever started it.
import Fastify from 'fastify';
import { Producer, ProduceAcks } from '@platformatic/kafka';

const producer = new Producer({ clientId: 'peer', bootstrapBrokers: [process.env.BOOTSTRAP], autocreateTopics: false });
const topic = process.env.TOPIC;

// It batches as a Kafka producer does, so that it is not handicapped by a request a record.
const linger = Number(process.env.LINGER ?? 2);
const maxBatch = 1000;
let pending = [];
let timer = null;

function flush() {
  timer = null;
  const batch = pending;
  pending = [];
  producer.send({ messages: batch.map(one => ({ topic, key: one.key, value: one.value })), acks: ProduceAcks.ALL })
    .then(() => batch.forEach(one => one.resolve()), failure => batch.forEach(one => one.reject(failure)));
}

function append(key, value) {
  return new Promise((resolve, reject) => {
    pending.push({ key, value, resolve, reject });
    if (pending.length >= maxBatch) {
      clearTimeout(timer);
      flush();
    } else {
      timer ??= setTimeout(flush, linger);
    }
  });
}

let number = 0;
const app = Fastify({ logger: false });
app.post('/*', async (request, reply) => {
  await append(Buffer.from(String(number++)), Buffer.from(JSON.stringify(request.body)));
  return reply.code(202).send();
});

process.stdin.resume().on('end', () => process.exit());
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
