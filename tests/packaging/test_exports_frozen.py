"""The frozen app has what exporting a model takes, though much of torch is left out of it."""

import importlib
import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"

# finders that are blind to what the app leaves out, as its own are
EXPORTS = """
import sys

class Blind:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, *where):
        if any(name == each or name.startswith(f"{each}.") for each in sys.argv[1:]):
            return None
        return self.finder.find_spec(name, *where)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Blind, sys.meta_path)
from torch import nn
from ichdesk.learn.exported import picture_program
from ichdesk.learn.exporters import onnx, pytorch
program = picture_program(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()))
card = {"labels": ["a", "b", "c"], "notice": "n", "test": []}
print(len(pytorch._saved(program, card)), len(onnx._files(program, "image", card)["model.onnx"]))
"""


def test_models_are_exported_without_what_is_left_out(monkeypatch):
    monkeypatch.syspath_prepend(str(PACKAGING))
    contents = importlib.import_module("contents")
    monkeypatch.delitem(sys.modules, "contents")
    command = [sys.executable, "-c", EXPORTS, *contents.EXCLUDED_MODULES]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert all(int(size) > 1000 for size in done.stdout.split())
    assert not done.stderr  # nothing tells that modules are missing
