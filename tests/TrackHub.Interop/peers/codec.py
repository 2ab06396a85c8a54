"""Does for python3-avro what codec.js does for avsc: the same jobs, the same answers."""
import base64
import datetime
import io
import json
import random
import struct
import sys

import avro.io
import avro.schema

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)
TEXTS = ["", "a", "\0", "Pagão & Cia", "日本語", "😀👩‍👩‍👧", "\U0010ffff", "\ufffd", "x" * 300]
INTS = [0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31)]
LONGS = [0, 1, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
TIMES = [0, -62135596800000, 253402300799999, 1700000000123, -1]
DOUBLES = [0.0, -0.0, 1 / 3, -2.5, sys.float_info.max, 5e-324, float("inf"), float("-inf")]


def spell(schema, value):
    """A value as anybody may spell it: see values.js."""
    kind = schema.type
    if isinstance(value, datetime.datetime):
        return str((value - EPOCH) // MILLISECOND)
    if kind in ("int", "long"):
        return str(value)
    if kind in ("float", "double"):
        return struct.pack(">d", value).hex()
    if kind in ("bytes", "fixed"):
        return base64.b64encode(value).decode()
    if kind == "array":
        return [spell(schema.items, item) for item in value]
    if kind in ("record", "error"):
        return {field.name: spell(field.type, value[field.name]) for field in schema.fields}
    if kind == "union":
        return spell(next(branch for branch in schema.schemas if branch.validate(value) is not None), value)
    return value  # null, boolean, string, enum


def value_of(schema, rng):
    """Any value, edge values often."""
    kind = schema.type
    if schema.props.get("logicalType") == "timestamp-millis":
        return EPOCH + rng.choice(TIMES) * MILLISECOND
    if kind == "null":
        return None
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "int":
        return rng.choice(INTS + [rng.randrange(-(2**31), 2**31)])
    if kind == "long":
        return rng.choice(LONGS + [rng.randrange(-(2**63), 2**63)])
    if kind == "double":
        return rng.choice(DOUBLES + [rng.uniform(-1e6, 1e6)])
    if kind == "bytes":
        return rng.randbytes(rng.choice([0, 1, 40]))
    if kind == "string":
        return rng.choice(TEXTS)
    if kind == "enum":
        return rng.choice(schema.symbols)
    if kind == "array":
        return [value_of(schema.items, rng) for _ in range(rng.choice([0, 1, 5]))]
    if kind == "union":
        return value_of(rng.choice(schema.schemas), rng)
    if kind in ("record", "error"):
        return {field.name: value_of(field.type, rng) for field in schema.fields}
    raise ValueError(f"no value for {kind}")


def read(schema, record):
    source = io.BytesIO(record)
    value = avro.io.DatumReader(schema).read(avro.io.BinaryDecoder(source))
    if source.read():
        raise ValueError("bytes left over")
    return value


def write(schema, value):
    sink = io.BytesIO()
    avro.io.DatumWriter(schema).write(value, avro.io.BinaryEncoder(sink))
    return base64.b64encode(sink.getvalue()).decode()


for line in sys.stdin.buffer:
    job = json.loads(line)
    parsed = avro.schema.parse(job["schema"])
    values = [read(parsed, base64.b64decode(record)) for record in job["records"]]
    rng = random.Random(job["seed"])
    made = [value_of(parsed, rng) for _ in range(job["count"])]
    print(json.dumps({
        "values": [spell(parsed, value) for value in values],
        "rewritten": [write(parsed, value) for value in values],
        "made": [{"avro": write(parsed, value), "value": spell(parsed, value)} for value in made],
    }))
