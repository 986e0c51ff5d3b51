"""What PyInstaller takes of torch: its libraries, and the modules that import statements reach.

The hook that comes with PyInstaller takes every module with its source text, tests included.
"""

from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, collect_submodules

binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
module_collection_mode = "pyz+py"  # some of its modules read their own source when imported
warn_on_missing_hiddenimports = False


def _cuda_modules() -> list[str]:
    """The packages in which torch's CUDA libraries lie on Linux; none for a CPU build."""
    from _pyinstaller_hooks_contrib.utils import nvidia_cuda  # noqa: PLC0415 - a build tool's own

    needed = [Requirement(text) for text in requires("torch") or []]
    names = [each.name for each in needed if each.marker is None or each.marker.evaluate()]
    return list(nvidia_cuda.infer_hiddenimports_from_requirements(names))


def _programs() -> list[tuple[str, str]]:
    """The program for shared memory, without which torch does not start on Linux and macOS."""
    spec = find_spec("torch")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "bin" / "torch_shm_manager"
    return [(str(program), "torch/bin")] if program.is_file() else []


hiddenimports = [
    *_cuda_modules(),
    *("torch.onnx.operators", *collect_submodules("torch._dynamo.polyfills")),  # for exporting
]
binaries += _programs()
