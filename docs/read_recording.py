"""Prints the objects of a recording as they were at a time: see recording-format.md.

Usage: read_recording.py FILE [TIME]     TIME as in the file, such as 2026-01-02T03:04:05.000000Z
"""
import json, subprocess, sys

def lines(path):
    """Yields the lines of a recording, up to its last whole line."""
    with open(path, "rb") as file:
        is_zstd = file.read(4) in (b"\x28\xb5\x2f\xfd", b"\x5e\x2a\x4d\x18")
    zstd = ["zstd", "--decompress", "--stdout", "--quiet", path]
    file = subprocess.Popen(zstd, stdout=subprocess.PIPE).stdout if is_zstd else open(path, "rb")
    for line in file:
        if line.endswith(b"\n"):
            yield json.loads(line)

path, until = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "9999"
entries = lines(path)
header = next(entries)
assert header["format"] == "watchables-recording" and header["version"].split(".")[0] == "1"
objects, begins = {}, True
for entry in entries:
    if entry["type"] in ("ADDED", "MODIFIED", "DELETED", "STATE") and entry["time"] <= until:
        meta = entry["object"]["metadata"]
        key = (entry["source"], meta.get("namespace", ""), meta["name"])
        if entry["type"] == "DELETED":
            objects.pop(key, None)
        elif entry["type"] != "STATE" or begins:
            objects[key] = entry["object"]
        begins = begins and entry["type"] == "STATE"
for (source, namespace, name), obj in sorted(objects.items()):
    print(source, namespace or "-", name, obj["metadata"].get("resourceVersion", "-"))
