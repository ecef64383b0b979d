"""Checks documents against a JSON schema: `schema.py SCHEMA`, then requests like those of lab.py."""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())

for line in sys.stdin:
    request = json.loads(line)
    try:
        document = json.loads(request["with"])
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(document)]
    except ValueError as error:
        faults = [f"not JSON: {error}"]
    print(json.dumps({"id": request["id"], "result": faults}), flush=True)
