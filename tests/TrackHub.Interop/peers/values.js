'use strict';
// Values of Avro schemas for avsc: longs as BigInt, so that none is rounded; any value at random; and a spelling of values that
// does not depend on a language: numbers and enums as text, doubles as their bits, bytes in base64, records by field name.
const avro = require('avsc');

const longs = avro.types.LongType.__with({
  fromBuffer: (buffer) => buffer.readBigInt64LE(),
  toBuffer: (value) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value) => typeof value === 'bigint',
  compare: (x, y) => (x < y ? -1 : x > y ? 1 : 0),
});

// Also for longs with a logical type, which stay longs.
const typeHook = (schema) => (schema === 'long' || (schema && schema.type === 'long') ? longs : undefined);

const bits = (number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(number);
  return buffer.toString('hex');
};

// A value as anybody may spell it.
function spell(type, value) {
  switch (type.typeName) {
    case 'null': return null;
    case 'boolean': return value;
    case 'int': case 'abstract:long': return String(value);
    case 'float': case 'double': return bits(value);
    case 'bytes': case 'fixed': return Buffer.from(value).toString('base64');
    case 'array': return value.map((item) => spell(type.itemsType, item));
    case 'record': return Object.fromEntries(type.fields.map((field) => [field.name, spell(field.type, value[field.name])]));
    case 'union:unwrapped': {
      const branch = type.types.find((candidate) => candidate.isValid(value));
      return spell(branch, value);
    }
    case 'string': case 'enum': return value;
    default: throw new Error(`no spelling for ${type.typeName}`);
  }
}

// mulberry32: a run is repeated by its seed.
function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (limit) => next() % limit;
  return { next, below, one: (options) => options[below(options.length)] };
}

const TEXTS = ['', 'a', '\0', 'Pagão & Cia', '日本語', '😀👩‍👩‍👧', '\u{10FFFF}', '\ufffd', 'x'.repeat(300)];
const INTS = [0, 1, -1, 63, 64, -64, -65, 2147483647, -2147483648];
const LONGS = [0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const TIMES = [0n, -62135596800000n, 253402300799999n, 1700000000123n, -1n];   // years 1 to 9999: what a calendar date can hold
const DOUBLES = [0, -0, 1 / 3, -2.5, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity];

function valueOf(type, schema, random) {
  switch (type.typeName) {
    case 'null': return null;
    case 'boolean': return random.below(2) === 1;
    case 'int': return random.below(2) ? random.one(INTS) : random.next() | 0;
    case 'abstract:long': {
      if (schema && schema.logicalType === 'timestamp-millis') return random.one(TIMES);
      return random.below(2) ? random.one(LONGS) : BigInt.asIntN(64, (BigInt(random.next()) << 32n) | BigInt(random.next()));
    }
    case 'double': return random.below(2) ? random.one(DOUBLES) : random.next() / 1000;
    case 'bytes': return Buffer.from(Array.from({ length: random.one([0, 1, 40]) }, () => random.below(256)));
    case 'string': return random.one(TEXTS);
    case 'enum': return random.one(type.symbols);
    case 'array': return Array.from({ length: random.one([0, 1, 5]) }, () => valueOf(type.itemsType, schema.items, random));
    case 'union:unwrapped': {
      const branch = random.below(type.types.length);
      return valueOf(type.types[branch], schema[branch], random);
    }
    case 'record': return Object.fromEntries(
      type.fields.map((field, i) => [field.name, valueOf(field.type, schema.fields ? schema.fields[i].type : undefined, random)]));
    default: throw new Error(`no value for ${type.typeName}`);
  }
}

// So many values of a schema, edge values among them.
const valuesOf = (type, schema, count, seed) => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => valueOf(type, schema, random));
};

module.exports = { typeHook, spell, valuesOf };
