"""Collect the licenses of everything that is copied into the app, with pip-licenses."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

_TEXTS = Path(__file__).resolve().parent / "texts"
_TFJS_LICENSE = _TEXTS.parents[1] / "resources" / "tfjs" / "LICENSE.txt"
_TOOLS = (
    "altgraph",
    "pip-licenses",
    "prettytable",
    "pyinstaller",
    "pyinstaller-hooks-contrib",
    "wcwidth",
)
_HEAD = """\
THIRD-PARTY SOFTWARE IN ICHDESK

ICHDesk itself is free software under the Apache License 2.0. This copy also holds the software
below, each under its own license.

Qt and Qt for Python (PySide6, Shiboken6)
-----------------------------------------
They are used under the GNU Lesser General Public License, version 3. ICHDesk uses them unchanged,
as dynamic libraries in files of their own (in the folder {folder}), so that
you may replace them by other builds of the same version: exchange the files and start the app.
You may also study how ICHDesk works with them and change it; nothing in its terms forbids it.
Their sources: https://download.qt.io/official_releases/qt/ and
https://download.qt.io/official_releases/QtForPython/ in the version that is named below.

The bootloader of PyInstaller, which starts the app, is under the GPL 2 with an exception that
allows its use in programs of any license. Python is under the PSF License. The Material Design
Icons font (Pictogrammers) is under the Apache License 2.0. On Linux the app also holds some
libraries of the system that it was built on, such as libxcb and libX11 (MIT), GLib (LGPL 2.1), ICU
(Unicode License) and the runtime libraries of GCC (GPL 3 with the runtime exception); they, too,
lie in files of their own, and their sources are those of that Linux distribution.

TensorFlow.js (Google LLC and others, Apache License 2.0), which goes into exported pages, lies
unchanged in resources/tfjs. Its license and those of its parts are at the end, as are the texts of
LGPL 3 and GPL 3.
"""
_FOLDERS = {"win32": "_internal\\PySide6", "darwin": "ICHDesk.app/Contents/Frameworks/PySide6"}


def license_text(packages: list[dict[str, str]], platform: str = sys.platform) -> str:
    """One text with a section for each package, as pip-licenses describes it."""
    head = _HEAD.format(folder=_FOLDERS.get(platform, "_internal/PySide6/Qt/lib"))
    sections = map(_section, sorted(packages, key=lambda package: package["Name"].lower()))
    files = [*sorted(_TEXTS.glob("*.txt")), _TFJS_LICENSE]
    texts = (f"{'=' * 80}\n{path.read_text('utf-8')}" for path in files)
    return "\n".join([head, *sections, *texts])


def collect(python: Path) -> str:
    """Ask pip-licenses in the environment of the build."""
    command = [str(python), "-m", "piplicenses", "--format=json", "--from=mixed", "--with-urls"]
    command += ["--with-license-file", "--with-notice-file", "--no-license-path"]
    command += ["--ignore-packages", "ichdesk", *_TOOLS]
    found = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    return license_text([*json.loads(found.stdout), _python()])


def _python() -> dict[str, str]:
    """Python's own license, which lies beside its library."""
    version = ".".join(map(str, sys.version_info[:3]))
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{version.rpartition('.')[0]}/copyright"),
    )
    text = next((place.read_text("utf-8") for place in places if place.is_file()), "")
    url = "https://docs.python.org/3/license.html"
    return {"Name": "Python", "Version": version, "License": "PSF-2.0"} | {
        "URL": url,
        "LicenseText": text,
    }


def _section(package: dict[str, str]) -> str:
    title = f"{package['Name']} {package['Version']}"
    texts = [package.get(key, "") for key in ("LicenseText", "NoticeText")]
    body = "\n".join(text.strip() for text in texts if text and text != "UNKNOWN")
    url = "" if package.get("URL") in {None, "UNKNOWN"} else package["URL"]
    lines = ["=" * 80, title, f"License: {package['License']}", url, "", body, ""]
    return "\n".join(line for number, line in enumerate(lines) if line or number > 3)
