"""The script that lies beside the exported model, on files: FOLDER PICTURES."""

import json
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from answers import without_ichdesk


def said(pattern):
    """What the script says of files, in their order; four decimals."""
    files = sorted(Path(sys.argv[2]).glob(pattern))
    command = [sys.executable, Path(sys.argv[1]) / "classify.py", *files]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = defaultdict(list)
    for line in done.stdout.splitlines():
        path, _, probability = line.split("\t")
        rows[path].append(float(probability))
    return [rows[str(path)] for path in files]


without_ichdesk()
found = {"consumer": f"its own script, torch {version('torch')}", "latency_ms": None}
print(json.dumps(found | {"pixels": said("[0-9]*.png"), "jpeg": said("*.jpg")}))
