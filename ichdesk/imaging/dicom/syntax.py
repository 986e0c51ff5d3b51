"""Transfer syntaxes: which plug-in decodes which, and what to say of the others."""

from importlib.util import find_spec

from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID

from ichdesk.core.errors import UserError

_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})
_EXTENDED_JPEG = "1.2.840.10008.1.2.4.51"
# one plug-in for each, so that a file looks the same on every computer; all permissively licensed
_PLUGINS = {
    "1.2.840.10008.1.2.4.50": "pillow",
    _EXTENDED_JPEG: "pillow",
    "1.2.840.10008.1.2.4.57": "gdcm",
    "1.2.840.10008.1.2.4.70": "gdcm",
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
    "1.2.840.10008.1.2.4.201": "pylibjpeg",
    "1.2.840.10008.1.2.4.202": "pylibjpeg",
    "1.2.840.10008.1.2.4.203": "pylibjpeg",
    "1.2.840.10008.1.2.5": "pylibjpeg",
}
_MODULES = {"gdcm": "gdcm", "pyjpegls": "jpeg_ls", "pylibjpeg": "pylibjpeg", "pillow": "PIL"}
_CONVERT = "Convert the file to an uncompressed syntax, for example with"


def plugin_for(syntax: str, bits_stored: int) -> str:
    """The pydicom plug-in that decodes a transfer syntax; "" where none is needed.

    Raises:
        UserError: None can, with the name of the syntax and what would decode it.
    """
    if syntax in _NATIVE:
        return ""
    if syntax == _EXTENDED_JPEG and bits_stored != 8:
        raise UserError(
            f"It is compressed as {_name(syntax)} with more than 8 bits, which only the plug-in "
            f"pylibjpeg-libjpeg decodes, and that is not part of ICHDesk. {_CONVERT} dcmdjpeg of "
            "DCMTK, and add it again."
        )
    plugin = _PLUGINS.get(syntax)
    if plugin is None:
        raise UserError(
            f"It is compressed as {_name(syntax)}, which ICHDesk cannot decode. {_CONVERT} "
            f"{_converter(syntax)}, and add it again."
        )
    if find_spec(_MODULES[plugin]) is None:
        raise UserError(
            f"It is compressed as {_name(syntax)}, and the plug-in {plugin} that decodes it is "
            "not installed here; install it, or convert the file to an uncompressed syntax."
        )
    return plugin


def _name(syntax: str) -> str:
    """From the standard's list; any other value of the header is not repeated."""
    return f"{UID(syntax).name} ({syntax})" if syntax in UID_dictionary else "an unknown syntax"


def _converter(syntax: str) -> str:
    if syntax.startswith("1.2.840.10008.1.2.4.1"):  # MPEG-2, MPEG-4, HEVC, JPEG XL
        return "a DICOM viewer that plays it, saving single pictures"
    return "gdcmconv --raw of GDCM"
