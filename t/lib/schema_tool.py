# Judges documents by JSON Schema 2020-12 with python3-jsonschema, a line of
# JSON in, one out:
#   {"schema": SCHEMA} -> {"faults": [what the meta-schema finds]}
#   {"document": TEXT} -> {"faults": [what the last schema finds]}

import json
import sys

from jsonschema import Draft202012Validator

meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
validator = None

for line in sys.stdin:
    ask = json.loads(line)
    if "schema" in ask:
        faults = meta.iter_errors(ask["schema"])
        validator = Draft202012Validator(ask["schema"])
    else:
        faults = validator.iter_errors(json.loads(ask["document"]))
    print(json.dumps({"faults": [
        "/" + "/".join(map(str, f.absolute_path)) + ": " + f.message[:80]
        for f in faults]}), flush=True)
