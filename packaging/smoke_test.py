"""Try the built app as its users will: `python packaging/smoke_test.py`, on Linux, as root.

Needs xvfb, xdotool, x11-apps, imagemagick, strace, dbus, xdg-utils, libglib2.0-bin and
desktop-file-utils; with Chromium it opens an exported page, too. A virtual machine or container is
a good place for it: the package is installed and removed again. The Python that runs it, or that of
--reader, reads exported models and needs the libraries of the tests (`pip install '.[dev]'`). On a
busy machine the environment variable ICHDESK_SMOKE_PATIENCE is how many times as long to wait.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from smoke_checks import CHECKS, ROOT, Bench
from smoke_desktop import installed_package
from smoke_driver import Failed, end_all
from smoke_models import CHECKS as MODEL_CHECKS
from smoke_windows import CHECKS as WINDOW_CHECKS
from trim import size_bytes


def main() -> int:
    """Run the checks one after another and print what each found; 1 if one failed."""
    arguments = _arguments()
    if os.getuid() != 0:
        print("Run this as root: it installs the package and acts for several users.")
        return 2
    failed = []
    with tempfile.TemporaryDirectory(prefix="ichdesk-smoke-") as folder:
        Path(folder).chmod(0o755)
        given = (arguments.app, Path(folder), arguments.pictures)
        bench = Bench(*given, source=arguments.source, reader=arguments.reader)
        bench.pictures.mkdir(parents=True, exist_ok=True)
        _print_sizes(bench, arguments.package)
        for name, check in _checks(bench, arguments.package).items():
            if not arguments.only or name in arguments.only:
                failed += [] if _passes(bench, name, check) else [name]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    build = ROOT / "build"
    package = next(iter(sorted((ROOT / "dist").glob("*.deb"))), None)
    parser.add_argument("--app", type=Path, default=build / "cpu" / "dist" / "ichdesk")
    parser.add_argument("--package", type=Path, default=package, help="the .deb")
    parser.add_argument("--source", type=Path, default=build / "venv-cpu" / "bin" / "python")
    parser.add_argument("--reader", type=Path, default=Path(sys.executable))
    parser.add_argument("--pictures", type=Path, default=ROOT / "build" / "pictures")
    parser.add_argument("--only", nargs="*", help="names of checks")
    return parser.parse_args()


def _checks(bench: Bench, package: Path | None) -> dict[str, Callable[[], str]]:
    checks: dict[str, Callable[[], str]] = {
        check.__name__: lambda check=check: check(bench)  # type: ignore[misc]
        for check in (*CHECKS, *MODEL_CHECKS, *WINDOW_CHECKS)
    }
    if package:
        checks["installed_package"] = lambda: installed_package(bench, package)
    return checks


def _passes(bench: Bench, name: str, check: Callable[[], str]) -> bool:
    start_s = time.monotonic()
    try:
        found, passed = check(), True
    except (Failed, OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
        found, passed = str(error), False
        end_all(bench.program)
    mark = "ok  " if passed else "FAIL"
    print(f"{mark} {name} ({time.monotonic() - start_s:.0f} s): {found}", flush=True)
    return passed


def _print_sizes(bench: Bench, package: Path | None) -> None:
    print(f"installed: {size_bytes(bench.app) / 1e6:.0f} MB in {bench.app.name}")
    if package:
        for path in sorted(package.parent.glob("ichdesk*")):
            print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
