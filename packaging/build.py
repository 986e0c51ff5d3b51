"""Build the double-click app: environment, PyInstaller, trimming, packages, table of sizes."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import licenses
import linux
from trim import size_bytes, trim

ROOT = Path(__file__).resolve().parent.parent
_LIMIT_BYTES = 10**9
_TORCH = {"cpu": "torch==2.13.0", "cuda": "torch"}
_WHAT_ELSE_COULD_GO = """\
What else could go: torch's C++ library is one file of 345 MB, which only a build of torch without
its quantized and sparse parts would make smaller; NumPy and SciPy bring an OpenBLAS each (28 and
31 MB), and SciPy serves synthetic slices and t-SNE alone; torch's Python sources (40 MB)."""


def main() -> int:
    """Build what the arguments ask for; 1 if the app is larger than it may be."""
    arguments = _arguments()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    work = ROOT / "build" / arguments.variant
    python = _environment(arguments)
    _prepare(python, work, version)
    app = _freeze(python, work, version)
    if sys.platform == "linux":
        print(f"Trimmed {trim(app) / 1e6:.0f} MB")
    packages = [] if arguments.no_packages else _packages(app, work, version)
    total = _report(app, packages)
    if arguments.variant == "cpu" and total > _LIMIT_BYTES:
        print("The app is larger than 1.0 GB.", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", choices=list(_TORCH), default="cpu")
    parser.add_argument(
        "--pip-args",
        default=os.environ.get("ICHDESK_PIP_ARGS", ""),
        help="further arguments of pip install for torch, such as the index of its CPU builds; "
        "also from the environment variable ICHDESK_PIP_ARGS",
    )
    parser.add_argument("--no-packages", action="store_true", help="stop at the app folder")
    return parser.parse_args()


def _environment(arguments: argparse.Namespace) -> Path:
    """An environment of the variant's own, made once; return its Python."""
    folder = ROOT / "build" / f"venv-{arguments.variant}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    _run(*pip, _TORCH[arguments.variant], *shlex.split(arguments.pip_args))
    _run(*pip, "--editable", f"{ROOT}[freeze]")
    if arguments.variant == "cpu" and _has_cuda(python):
        raise SystemExit(
            "This is torch with CUDA, several GB. Choose its CPU build with --pip-args, "
            "for example an --index-url that has one."
        )
    return python


def _has_cuda(python: Path) -> bool:
    code = "import torch, sys; sys.exit(torch.version.cuda is not None)"
    return subprocess.run([str(python), "-c", code], check=False).returncode != 0


def _prepare(python: Path, work: Path, version: str) -> None:
    """Make what the spec puts into the app beside the code: icons, licenses, version."""
    _run(str(python), str(ROOT / "packaging" / "icons.py"), str(work / "icons"))
    (work / "THIRD_PARTY_LICENSES.txt").write_text(licenses.collect(python), "utf-8")
    (work / "version.txt").write_text(_windows_version(version), "utf-8")


def _freeze(python: Path, work: Path, version: str) -> Path:
    """Run PyInstaller and return the app's folder."""
    environment = {"ICHDESK_BUILD": str(work), "ICHDESK_VERSION": version}
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += ["--distpath", str(work / "dist"), "--workpath", str(work / "pyinstaller")]
    _run(*command, str(ROOT / "packaging" / "ichdesk.spec"), **environment)
    bundle = work / "dist" / "ICHDesk.app"
    return bundle if bundle.is_dir() else work / "dist" / "ichdesk"


def _packages(app: Path, work: Path, version: str) -> list[Path]:
    """The files that a teacher copies; on Windows the installer is compiled by Inno Setup."""
    out = ROOT / "dist"
    out.mkdir(exist_ok=True)
    if sys.platform == "linux":
        icons = work / "icons"
        return [build(app, icons, version, out) for build in (linux.build_deb, linux.build_tar)]
    if sys.platform == "darwin":
        target = out / f"ichdesk-{version}-macos.zip"
        _run("ditto", "-c", "-k", "--keepParent", str(app), str(target))
        return [target]
    compiler = shutil.which("iscc")
    if compiler is None:
        print("Inno Setup (iscc) is not installed, so there is no installer.", file=sys.stderr)
        return []
    script = ROOT / "packaging" / "windows" / "ichdesk.iss"
    _run(compiler, f"/DAppVersion={version}", f"/DSource={app}", f"/DOutput={out}", str(script))
    return [out / f"ichdesk-{version}-windows-setup.exe"]


def _report(app: Path, packages: list[Path]) -> int:
    """Print where the bytes go and return the size of the app."""
    internal = app / "_internal"
    inside = internal if internal.is_dir() else app / "Contents" / "Frameworks"
    parts = {path.name: size_bytes(path) for path in inside.iterdir() if path.is_dir()}
    total = size_bytes(app)
    largest = sorted(parts.items(), key=lambda part: -part[1])[:12]
    rest = total - sum(size for _, size in largest)
    for name, size in [*largest, ("everything else", rest), ("installed", total)]:
        print(f"{name:<28}{size / 1e6:>8.1f} MB")
    for path in packages:
        print(f"{path.name:<44}{path.stat().st_size / 1e6:>8.1f} MB")
    print(_WHAT_ELSE_COULD_GO)
    return total


def _windows_version(version: str) -> str:
    """What the Properties of the .exe say, in PyInstaller's notation."""
    numbers = (*map(int, version.split(".")[:3]), 0)
    strings = {"FileDescription": "ICHDesk", "ProductName": "ICHDesk", "ProductVersion": version}
    pairs = ", ".join(f"StringStruct({k!r}, {v!r})" for k, v in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('040904B0', [{pairs}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def _run(*command: str, **environment: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | environment)


if __name__ == "__main__":
    sys.exit(main())
