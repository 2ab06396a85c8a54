'use strict';
// @kafkajs/confluent-schema-registry at work. One job: {host, subject, id, records: [base64], count, seed, mine, schema, incompatible}.
// It reads our records of our subject, writes some of its own under our id, and registers a schema of its own under another subject.
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');
const { typeHook, spell, valuesOf } = require('./values');

// What went wrong, by name: the client wraps the registry's answer in errors of its own.
const refusal = async (call) => {
  try {
    await call();
    return null;
  } catch (error) {
    return { name: error.name, status: error.status ?? null, message: error.message };
  }
};

async function run(job) {
  const registry = new SchemaRegistry({ host: job.host, retry: { retries: 0 } }, { [SchemaType.AVRO]: { typeHook } });
  const type = await registry.getSchema(job.id);
  const values = [];
  for (const record of job.records) values.push(await registry.decode(Buffer.from(record, 'base64')));
  const made = valuesOf(type, JSON.parse(job.ours), job.count, job.seed);
  const encoded = [];
  for (const value of made) encoded.push(await registry.encode(job.id, value));

  const schema = { type: SchemaType.AVRO, schema: job.schema };
  const options = { subject: job.mine, compatibility: 'FULL_TRANSITIVE' };
  const first = await registry.register(schema, options);
  const again = await registry.register(schema, options);
  return {
    values: values.map((value) => spell(type, value)),
    made: made.map((value, i) => ({ record: encoded[i].toString('base64'), value: spell(type, value) })),
    found: await registry.getRegistryIdBySchema(job.subject, { type: SchemaType.AVRO, schema: job.ours }),
    latest: await registry.getLatestSchemaId(job.subject),
    registered: [first.id, again.id, await registry.getLatestSchemaId(job.mine), await registry.getRegistryId(job.mine, 1)],
    incompatible: await refusal(() => registry.register({ type: SchemaType.AVRO, schema: job.incompatible }, options)),
    otherLevel: await refusal(() => registry.register(schema, { ...options, compatibility: 'BACKWARD' })),
    noSubject: await refusal(() => registry.getLatestSchemaId(job.mine + '-none')),
    noSchema: await refusal(() => new SchemaRegistry({ host: job.host, retry: { retries: 0 } }).getSchema(1000000)),
  };
}

run(JSON.parse(require('fs').readFileSync(0, 'utf8'))).then((answer) => console.log(JSON.stringify(answer)));
