"""Where the files that ship with the app lie, in the source tree and when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_SHIPPED = _PACKAGE / "_shipped"
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent


def resource_path(relative: str) -> Path:
    """Path of a shipped resource, such as "backbones/ct-phantom/weights.safetensors"."""
    return _ROOT / "resources" / relative


def project_path(name: str) -> Path:
    """Path of a ready-made class project, such as "experiment1.tm"."""
    return _ROOT / "projects" / name
