#!/usr/bin/env python3
# plain.py < LDIF: each record's lines as "name::base64" with lower-case names, sorted, one record a line, all sorted:
# the form in which two dumps of the same objects are equal.
import base64, sys

records, record, text = [], [], sys.stdin.buffer.read().replace(b"\n ", b"")
for line in text.split(b"\n") + [b""]:
    if line.startswith(b"#"):
        continue
    if line:
        name, _, value = line.partition(b":")
        b64 = value[1:].strip() if value[:1] == b":" else base64.b64encode(value.lstrip(b" "))
        record.append(name.lower().decode() + "::" + b64.decode())
    elif record:
        records.append(" ".join(sorted(record)))
        record = []
print("\n".join(sorted(records)))
