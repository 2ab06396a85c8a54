"""Reads an answer of /metrics with the parsers of prometheus_client, as Prometheus' own would, and prints its families as JSON.

usage: metrics.py text|openmetrics < answer
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

families = {}
seen = set()
for family in {"text": text, "openmetrics": openmetrics}[sys.argv[1]](sys.stdin.read()):
    if family.name in families:
        sys.exit(f"family {family.name} has two heads")
    if family.type == "unknown":
        sys.exit(f"family {family.name} has no type")
    buckets = {}
    for sample in family.samples:
        series = (sample.name, tuple(sorted(sample.labels.items())))
        if series in seen:
            sys.exit(f"series {series} is told twice")
        seen.add(series)
        if family.type == "histogram":
            labels = tuple(sorted(pair for pair in sample.labels.items() if pair[0] != "le"))
            parts = buckets.setdefault(labels, {"le": [], "count": None})
            if sample.name == family.name + "_bucket":
                parts["le"].append((float(sample.labels["le"]), sample.value))
            elif sample.name == family.name + "_count":
                parts["count"] = sample.value
    for labels, parts in buckets.items():
        edges = [edge for edge, _ in parts["le"]]
        counts = [count for _, count in parts["le"]]
        if edges != sorted(edges) or edges[-1] != float("inf") or counts != sorted(counts) or counts[-1] != parts["count"]:
            sys.exit(f"histogram {family.name}{dict(labels)} does not add up")
    families[family.name] = {
        "type": family.type,
        "help": family.documentation,
        "samples": [{"name": s.name, "labels": s.labels, "value": str(s.value)} for s in family.samples],
    }
json.dump(families, sys.stdout)
