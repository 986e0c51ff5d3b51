"""What the decoding process does: a compressed frame to pixels, with pydicom's plug-ins."""

import warnings
from typing import Any

import numpy.typing as npt
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from ichdesk.imaging.dicom.decoders import Compressed

warnings.simplefilter("ignore")  # nobody reads them there


def decoded(frame: Compressed) -> npt.NDArray[Any]:
    """The pixels of a frame, (H, W) or (H, W, 3) RGB.

    Raises:
        Exception: Whatever a decoder meets in damaged data.
    """
    pixels, _ = get_decoder(UID(frame.syntax)).as_array(
        encapsulate([frame.data], has_bot=False),
        index=0,
        decoding_plugin=frame.plugin,
        **dict(frame.options),
    )
    return pixels
