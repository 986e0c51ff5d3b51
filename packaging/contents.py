"""What the frozen app holds and what is left out; the spec asks, the tests check."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the checkout decides which plug-ins there are

from ichdesk.core.registry import module_names  # noqa: E402 - needs the path above

Entry = tuple[str, str, str]  # name in the app, file it is copied from, kind, as in PyInstaller

# packages whose modules are imported by name; one that does not exist yet is no mistake
PLUGIN_PACKAGES = (
    "ichdesk.ui.panels",
    "ichdesk.learn.backbones",
    "ichdesk.learn.exporters",
    "ichdesk.learn.observers",
    "ichdesk.imaging.steps",
)
# decoders of DICOM, which pydicom and pylibjpeg look up by name and by metadata
DECODER_MODULES = (
    *(f"pydicom.pixels.decoders.{name}" for name in ("gdcm", "pillow", "pyjpegls", "pylibjpeg")),
    *("gdcm", "_gdcm.gdcmswig", "jpeg_ls", "_CharLS", "pylibjpeg"),
    *("openjpeg", "openjpeg.utils", "_openjpeg", "rle", "rle.utils", "rle.rle"),
)
DECODER_METADATA = ("pylibjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle")
LAZY_MODULES = ("ichdesk.cli", "ichdesk.demo", "ichdesk.worker.handlers")
NAMED_MODULES = ("qtawesome", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")  # by libraries

EXCLUDED_MODULES = (
    # torch's test suite and what only its compiler, run on a model, needs; exporting needs the rest
    "torch.testing._internal.common_utils",
    "torch.testing._internal.common_distributed",
    "torch.testing._internal.distributed",
    "torch.testing._internal.opinfo",
    "torch.utils.tensorboard",
    "torchvision",
    "triton",
    "jinja2",
    "fsspec",
    # what libraries offer beside what is used of them
    "qtpy",  # QtAwesome is here for its font alone
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pyqtgraph.jupyter",
    "matplotlib",
    "IPython",
    "pandas",
    "tkinter",
    "PIL.ImageTk",
    "PIL.ImageQt",
    "readline",  # its library is under the GPL, and there is no prompt
    "SimpleITK",  # the tests compare with it
    "setuptools",
    "pkg_resources",
    "pip",
    "wheel",
    "pytest",
    # Qt modules without a use here
    *(
        f"PySide6.Qt{name}"
        for name in (
            "Concurrent",
            "Designer",
            "Help",
            "PrintSupport",
            "Qml",
            "Quick",
            "QuickControls2",
            "QuickTest",
            "QuickWidgets",
            "Sql",
            "Svg",
            "SvgWidgets",
            "Test",
            "UiTools",
            "Xml",
        )
    ),
)

_PLUGIN_KINDS = (
    "platforms",
    "platformthemes",
    "platforminputcontexts",
    "styles",
    "imageformats",
    "xcbglintegrations",
    "wayland-shell-integration",
    "wayland-decoration-client",
)
_LEFT_OUT = (
    r"PySide6/(Qt/)?plugins/(?!(" + "|".join(_PLUGIN_KINDS) + r")/)",
    r"/plugins/platforms/\D*(eglfs|linuxfb|minimalegl|vkkhrdisplay|vnc)",
    r"/plugins/platforminputcontexts/\D*virtualkeyboard",
    r"/plugins/imageformats/\D*(icns|pdf|svg|tga|tiff|wbmp|webp)",
    r"/plugins/platformthemes/\D*gtk3",  # would bring GTK and all it needs
    r"PySide6/(Qt/)?translations/",
    r"PySide6/(Qt/)?qml/",
    r"(lib)?Qt6?(Pdf|Qml|Quick|Svg|Sql|Test|VirtualKeyboard|Labs|EglFS)\w*\.(so|dll)",
    r"opengl32sw\.dll$|d3dcompiler_\d+\.dll$",
    r"lib(gtk|gdk)-3|libgdk_pixbuf|libcairo|libpango|libatk",
    r"^torch/(include|test|share|utils/benchmark)/",
    r"^torch/bin/(?!torch_shm_manager)",
    r"^torch/lib/.*(_test|torchbind_test|backend_with_compiler|aoti_custom_ops)\.",
    r"\.(c|h|hpp|cuh|cpp|lib|a|pyi|pyx|pyx\.tp|pxd|pxd\.tp|pxi|cmake|pdb)$|/meson\.build$",
    r"^qtawesome/fonts/(?!materialdesignicons6)",
    r"^(pyqtgraph|numpy|scipy|sklearn|joblib|torch|nibabel)/(.*/)?tests?/",
    r"^sklearn/datasets/(data|descr|images)/",
    r"^scipy/io/_fast_matrix_market/_fmm_core",  # imported when someone reads a Matrix Market file
    r"^PIL/_avif\.|^pillow\.libs/libavif-|^libavif-",  # no kind of image that the app reads
    r"^pydicom/data/(?!palettes|\w+\.json$)",  # files to try it on; it reads the lists at import
    r"^_gdcm/(XML/|gdcm(?!swig)\w+$)",  # dictionaries and programs
    r"^pyqtgraph/(examples|colors|icons/.*\.svg)",
)
_left_out = re.compile("|".join(f"(?:{pattern})" for pattern in _LEFT_OUT))


def hidden_imports() -> list[str]:
    """Modules that no import statement names: plug-ins, as the running app discovers them."""
    plugins = [
        module
        for package in PLUGIN_PACKAGES
        if (ROOT / package.replace(".", "/")).is_dir()
        for module in plugin_modules(package)
    ]
    return sorted({*LAZY_MODULES, *NAMED_MODULES, *DECODER_MODULES, *plugins})


def plugin_modules(package: str) -> list[str]:
    """The package and its modules; the package is imported to ask it, as the app does."""
    return [package, *module_names(package)]


def data_files(licenses: Path | None) -> list[tuple[str, str]]:
    """(file or folder, folder in the app) of what ships beside the code.

    Args:
        licenses: The text with the licenses of all libraries; None if it was not made.
    """
    files = [
        (str(ROOT / "resources"), "ichdesk/_shipped/resources"),
        (str(ROOT / "projects"), "ichdesk/_shipped/projects"),
    ]
    if licenses:
        files.append((str(licenses), "ichdesk/_shipped/resources/licenses"))
    return files


def is_left_out(name: str) -> bool:
    """Whether a file that the analysis found stays out of the app; `name` is its place in it."""
    return bool(_left_out.search(name.replace("\\", "/")))


def keep(entries: Iterable[Entry]) -> list[Entry]:
    """The files that go into the app."""
    return [entry for entry in entries if not is_left_out(entry[0])]
