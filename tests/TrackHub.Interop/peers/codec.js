'use strict';
// Reads one job a line: {schema, records: [base64], count, seed}. Answers one line each: how avsc spells the records, how it writes
// them again, and records of its own making: {values, rewritten, made: [{avro, value}]}.
const avro = require('avsc');
const { typeHook, spell, valuesOf } = require('./values');

for (const line of require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { schema, records, count, seed } = JSON.parse(line);
  const parsed = JSON.parse(schema);
  const type = avro.Type.forSchema(parsed, { typeHook });
  const values = records.map((record) => type.fromBuffer(Buffer.from(record, 'base64')));
  const made = valuesOf(type, parsed, count, seed);
  console.log(JSON.stringify({
    values: values.map((value) => spell(type, value)),
    rewritten: values.map((value) => type.toBuffer(value).toString('base64')),
    made: made.map((value) => ({ avro: type.toBuffer(value).toString('base64'), value: spell(type, value) })),
  }));
}
