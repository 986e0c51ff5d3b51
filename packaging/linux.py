"""The Linux packages: a .deb that installs under /opt and a .tar.xz that runs from anywhere."""

import shutil
import subprocess
from pathlib import Path

from trim import size_bytes

HERE = Path(__file__).resolve().parent / "linux"
_ICON_SIZES_PX = (16, 24, 32, 48, 64, 128, 256, 512)
_DEPENDS = (
    "libc6 (>= {glibc})",
    "libegl1",
    "libgl1",
    "libfontconfig1",
    "libdbus-1-3",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "zlib1g",
)
_CONTROL = """\
Package: ichdesk
Version: {version}
Architecture: amd64
Maintainer: ICHDesk developers
Installed-Size: {kib}
Depends: {depends}
Recommends: shared-mime-info, desktop-file-utils, hicolor-icon-theme
Section: education
Priority: optional
Description: Teachable Machine for head CT, on the desktop and offline
 Sort CT slices into classes, train a classifier and see what it has learned
 and where it errs. Goes online only to download another network, and only
 when told to. For teaching, not for diagnosis.
"""


def build_deb(app: Path, icons: Path, version: str, out: Path) -> Path:
    """Make the Debian package and return its path.

    Args:
        app: The folder that PyInstaller made.
        icons: `ichdesk-SIZE.png`.
        version: As in pyproject.toml.
        out: The folder for the package.
    """
    root = out / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(app, root / "opt" / "ichdesk", symlinks=True, copy_function=_link)
    _copy(HERE / "launcher.sh", root / "usr/bin/ichdesk", mode=0o755)
    _desktop_files(root / "usr" / "share", icons)
    _copy(HERE.parent.parent / "LICENSE", root / "usr/share/doc/ichdesk/copyright")
    for script in ("postinst", "postrm"):
        _copy(HERE / "maintainer.sh", root / "DEBIAN" / script, mode=0o755)
    depends = ", ".join(_DEPENDS).format(glibc=".".join(map(str, newest_glibc(app))))
    control = _CONTROL.format(version=version, kib=size_bytes(root) // 1024, depends=depends)
    (root / "DEBIAN" / "control").write_text(control, "utf-8")
    _open_to_all(root)
    target = out / f"ichdesk_{version}_amd64.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(root), str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(root)
    return target


def build_tar(app: Path, icons: Path, version: str, out: Path) -> Path:
    """Make the archive that runs from any folder and return its path."""
    name = f"ichdesk-{version}-linux-x86_64"
    root = out / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(app, root, symlinks=True, copy_function=_link)
    _desktop_files(root / "share", icons)
    _copy(HERE / "install-for-me.sh", root / "install-for-me.sh", mode=0o755)
    _copy(HERE.parent.parent / "LICENSE", root / "LICENSE")
    _open_to_all(root)
    target = out / f"{name}.tar.xz"
    command = ["tar", "--owner=0", "--group=0", "-I", "xz -T0 -1", "-cf", str(target), name]
    subprocess.run(command, check=True, cwd=out)
    shutil.rmtree(root)
    return target


def newest_glibc(app: Path) -> tuple[int, ...]:
    """The C library that the app asks for: the newest symbol version among its files."""
    libraries = [*app.rglob("*.so*"), app / "ichdesk"]
    command = ["objdump", "-p", *(str(path) for path in libraries if path.is_file())]
    text = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    words = {word for word in text.split() if word.startswith("GLIBC_2.")}
    return max(tuple(map(int, word.removeprefix("GLIBC_").split("."))) for word in words)


def _desktop_files(share: Path, icons: Path) -> None:
    """Menu entry, file types and icons."""
    _copy(HERE / "ichdesk.desktop", share / "applications" / "ichdesk.desktop")
    _copy(HERE / "ichdesk-mime.xml", share / "mime" / "packages" / "ichdesk.xml")
    theme = share / "icons" / "hicolor"
    for px in _ICON_SIZES_PX:
        _copy(icons / f"ichdesk-{px}.png", theme / f"{px}x{px}" / "apps" / "ichdesk.png")
    drawing = HERE.parent.parent / "resources" / "icons" / "ichdesk.svg"
    _copy(drawing, theme / "scalable" / "apps" / "ichdesk.svg")


def _copy(source: Path, target: Path, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _link(source: str, target: str) -> None:
    """A second name for a file instead of a second copy: the app has several hundred MB."""
    Path(target).hardlink_to(source)


def _open_to_all(root: Path) -> None:
    """Readable for every user, whatever the umask of the build was."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
