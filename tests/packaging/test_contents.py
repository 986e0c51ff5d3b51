"""What goes into the frozen app, and what the three systems are told about it."""

import configparser
import importlib
import importlib.metadata
import importlib.util
import plistlib
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from ichdesk.core.registry import module_names

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
MIME_TYPES = {"application/x-teachable-machine": "tm", "application/x-ichdesk": "ichdesk"}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch):
    """Imports a script of packaging/ as the scripts there import each other."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    known = set(sys.modules)

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield load
    names = {path.stem for path in PACKAGING.glob("*.py")}
    for name in (set(sys.modules) - known) & names:
        del sys.modules[name]


@pytest.mark.parametrize("package", ["ichdesk.ui.panels", "ichdesk.learn.backbones"])
def test_every_discovered_plugin_is_frozen(script, package):
    hidden = script("contents").hidden_imports()
    assert {package, *module_names(package)} <= set(hidden)
    assert not any(script("contents").is_left_out(name.replace(".", "/")) for name in hidden)


def test_decoders_of_scans_are_frozen(script):
    """PyInstaller passes over a name that is not there, so the names are checked here."""
    contents = script("contents")
    for name in contents.DECODER_MODULES:
        assert importlib.util.find_spec(name), name
    assert set(contents.DECODER_MODULES) <= set(contents.hidden_imports())
    for name in contents.DECODER_METADATA:
        assert importlib.metadata.version(name)
    plugins = importlib.import_module("ichdesk.imaging.dicom.syntax")._MODULES.values()
    assert set(plugins) - {"PIL"} <= set(contents.DECODER_MODULES)


def test_every_registry_of_the_source_is_known(script):
    """A new kind of plug-in must be named in PLUGIN_PACKAGES, or the frozen app misses it."""
    sources = [path for path in (ROOT / "ichdesk").rglob("*.py") if path.name != "registry.py"]
    users = [path for path in sources if " = Registry(" in path.read_text("utf-8")]
    assert len(users) >= 2
    packages = script("contents").PLUGIN_PACKAGES
    kinds = {package for package in packages if (ROOT / package.replace(".", "/")).is_dir()}
    assert len(kinds) == len(users)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("torch/lib/libtorch_cpu.so", False),
        ("torch/bin/torch_shm_manager", False),
        ("torch/bin/protoc", True),
        ("torch/include/ATen/ATen.h", True),
        ("torch/lib/libtorchbind_test.so", True),
        ("torch\\lib\\c10.lib", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", True),
        ("PySide6/plugins/platforms/qwindows.dll", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", True),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", False),
        ("PySide6/Qt/lib/libQt6Network.so.6", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("PySide6/Qt/translations/qt_de.qm", True),
        ("qtawesome/fonts/materialdesignicons6-webfont-6.9.96.ttf", False),
        ("_gdcm/_gdcmswig.so", False),
        ("_gdcm/gdcmconv", True),
        ("pydicom/data/palettes/hotiron.dcm", False),
        ("pydicom/data/urls.json", False),
        ("pydicom/data/test_files/CT_small.dcm", True),
        ("qtawesome/fonts/phosphor-1.3.0.ttf", True),
        ("PIL/_avif.cpython-311-x86_64-linux-gnu.so", True),
        ("PIL/_webp.cpython-311-x86_64-linux-gnu.so", False),
        ("pillow.libs/libavif-c6062d5f.so.16.4.2", True),
        ("scipy/io/_fast_matrix_market/_fmm_core.cpython-311-x86_64-linux-gnu.so", True),
        ("sklearn/manifold/_barnes_hut_tsne.cpython-311-x86_64-linux-gnu.so", False),
        ("sklearn/manifold/_barnes_hut_tsne.pyx", True),
        ("sklearn/utils/_seq_dataset.pyx.tp", True),
        ("sklearn/utils/meson.build", True),
        ("ichdesk/_shipped/projects/experiment1.tm", False),
        ("ichdesk/_shipped/resources/licenses/THIRD_PARTY_LICENSES.txt", False),
    ],
)
def test_files_left_out(script, name, left_out):
    assert script("contents").is_left_out(name) is left_out


def test_shipped_folders_exist(script):
    assert all(Path(source).exists() for source, _ in script("contents").data_files(None))


def test_spec_and_hook_are_python():
    for path in (PACKAGING / "ichdesk.spec", *PACKAGING.glob("hooks/*.py")):
        compile(path.read_text("utf-8"), str(path), "exec")


def test_desktop_entry_opens_the_types_of_the_mime_file():
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(PACKAGING / "linux" / "ichdesk.desktop", "utf-8")
    section = entry["Desktop Entry"]
    assert set(section["MimeType"].strip(";").split(";")) == set(MIME_TYPES)
    assert section["Exec"].split() == ["ichdesk", "%f"]


def test_mime_file_names_the_endings():
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    root = ElementTree.parse(PACKAGING / "linux" / "ichdesk-mime.xml").getroot()
    globs = {
        each.attrib["type"]: each.find(f"{space}glob").attrib["pattern"]
        for each in root.iter(f"{space}mime-type")
    }
    assert globs == {mime: f"*.{ending}" for mime, ending in MIME_TYPES.items()}


def test_property_list_declares_the_types_that_it_opens(script):
    plist = script("macos").info_plist("1.2.3")
    declared = {
        each["UTTypeIdentifier"]: each["UTTypeTagSpecification"]
        for each in plist["UTImportedTypeDeclarations"]
    }
    opened = [
        kind for each in plist["CFBundleDocumentTypes"] for kind in each["LSItemContentTypes"]
    ]
    assert sorted(declared) == sorted(opened)
    kinds = (
        (tag["public.mime-type"], tag["public.filename-extension"]) for tag in declared.values()
    )
    assert {mime: ending for (mime,), (ending,) in kinds} == MIME_TYPES
    assert plistlib.loads(plistlib.dumps(plist)) == plist


def test_windows_installer_needs_no_administrator_and_opens_both_endings():
    script = (PACKAGING / "windows" / "ichdesk.iss").read_text("utf-8")
    assert "PrivilegesRequired=lowest" in script
    for ending in MIME_TYPES.values():
        assert (
            f'"Software\\Classes\\.{ending}"; ValueType: string; ValueData: "ICHDesk.Pro' in script
        )


def test_icon_is_a_drawing():
    root = ElementTree.parse(ROOT / "resources" / "icons" / "ichdesk.svg").getroot()
    assert root.attrib["viewBox"] == "0 0 256 256"


def test_license_text_names_package_and_text(script):
    package = {"Name": "Thing", "Version": "1", "License": "MIT", "URL": "UNKNOWN"}
    text = script("licenses").license_text([package | {"LicenseText": "Be kind."}], "linux")
    assert "Thing 1\nLicense: MIT\n" in text
    assert "Be kind." in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "TensorFlow.js" in text
    assert "UNKNOWN" not in text


def test_freeze_extra_installs_what_the_build_runs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = " ".join(project["optional-dependencies"]["freeze"])
    assert "pyinstaller" in extra
    assert "pip-licenses" in extra
