"""Run every check of the project: tests, ruff, mypy strict and the import contracts."""

import argparse
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
CHECKS = {
    "tests": [sys.executable, "-m", "pytest"],
    "ruff check": [str(SCRIPTS / "ruff"), "check", "."],
    "ruff format": [str(SCRIPTS / "ruff"), "format", "--check", "."],
    "mypy": [sys.executable, "-m", "mypy"],
    "import-linter": [str(SCRIPTS / "lint-imports")],
}


def main() -> int:
    """Run the checks one after another and say which failed; 0 if none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-tests", action="store_true", help="run the linters only")
    skip_tests = parser.parse_args().skip_tests
    failed = []
    for name, command in CHECKS.items():
        if skip_tests and name == "tests":
            continue
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
