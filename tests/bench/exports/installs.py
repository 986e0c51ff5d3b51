"""Environments in which models are tried: none of them has ICHDesk."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_S = 1_200
PACKAGES = {
    "runtimes": ("onnxruntime==1.31.1", "ai-edge-litert==2.3.0", "numpy", "pillow"),
    "keras": ("tensorflow==2.21.0", "pillow"),
    "torch": ("litert-torch==0.10.0", "pillow"),  # brings its own torch, another than the app's
}


def python_of(folder: Path, name: str) -> Path:
    """The interpreter of an environment, which is made if it is missing."""
    place = folder / "venvs" / name
    done, wanted = place / "installed.json", json.dumps(PACKAGES[name])
    if not (done.is_file() and done.read_text() == wanted):
        print(f"Installing {', '.join(PACKAGES[name])}", file=sys.stderr)
        run([sys.executable, "-m", "venv", place])
        run([place / "bin" / "pip", "install", "--quiet", *PACKAGES[name]])
        done.write_text(wanted)
    return place / "bin" / "python"


def node_folder(folder: Path) -> Path:
    """The folder with the pages and the packages that they use, installed if need be."""
    place, listed = folder / "node", HERE / "package.json"
    place.mkdir(parents=True, exist_ok=True)
    is_new = not (place / "node_modules").is_dir()
    if is_new or (place / "package.json").read_bytes() != listed.read_bytes():
        shutil.copy(listed, place)
        # the library of 2019 asks for a version of its day; the instructions for it load the latest
        run(["npm", "install", "--ignore-scripts", "--legacy-peer-deps", "--no-audit"], place)
    shutil.copytree(HERE / "pages", place / "pages", dirs_exist_ok=True)
    shutil.copy(HERE / "browser.mjs", place)
    return place


def run(command: Sequence[str | Path], where: Path | None = None) -> str:
    """What a command prints; RuntimeError with its last words if it fails or hangs."""
    # what is on the path here must not be found by programs that are to do without
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    settings = {"cwd": where, "env": environment, "timeout": LONGEST_S}
    try:
        done = subprocess.run(command, **settings, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"not done after {LONGEST_S} s") from error
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        told = [line for line in lines if "Error" in line]
        raise RuntimeError((told or lines)[-1].strip())
    return done.stdout
