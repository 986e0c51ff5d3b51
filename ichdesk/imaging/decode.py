"""Any image file's bytes to a sample, and a sample's bytes to pixels."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_PIXELS
from ichdesk.imaging.gray import MODES as DEEP_GRAY
from ichdesk.imaging.gray import deep_to_float, float_to_rgb
from ichdesk.imaging.quiet import quiet
from ichdesk.imaging.turns import LARGE_PIXELS, turn

IMAGE_SIZE_PX = 224

_SQUARE = (IMAGE_SIZE_PX, IMAGE_SIZE_PX)
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
_KINDS = "JPEG, PNG, WebP, TIFF, BMP, GIF, DICOM or NIfTI"
_QUALITY = 92
_JPEG_END = b"\xff\xd9"
_PLAIN_SEGMENTS = {("APP0", 14), ("APP14", 12)}  # JFIF without a thumbnail, Adobe: how to decode
_AVERAGED = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_ORIENTATION_TAG = 0x0112
# TIFF 6.0, Orientation: how the stored picture must be turned to be seen upright
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def sample_jpeg(data: bytes) -> bytes:
    """Make a sample, a baseline RGB JPEG of 224 x 224 px, from an image file's bytes.

    The first picture of the file is turned upright (EXIF), put on black where it is transparent,
    cropped to its central square and resized with a Lanczos filter. Grayscale of 16 or 32 bits or
    float is first mapped from its own 0.1st to 99.9th percentile to black and white. Bytes that are
    such a JPEG already, and say nothing besides, are returned as they are.

    Raises:
        UserError: These are not the bytes of an image of a known kind, they are damaged, or the
            image is too large.
    """
    with quiet():
        image = _opened(data)
        try:
            if _is_sample(image, data):
                image.load()
                return data
            with turn(_takes_much_memory(image)):
                return jpeg_bytes(_sample_image(image))
        except UserError:
            raise
        except MemoryError as error:
            raise UserError("The image is too large for this computer's memory.") from error
        except Exception as error:  # decoders raise anything on broken data
            raise UserError("The image is damaged and cannot be read.") from error


def decode_sample(data: bytes) -> npt.NDArray[np.uint8]:
    """Pixels of a stored sample, RGB, shape (224, 224, 3); other sizes are cropped and resized.

    Raises:
        UserError: The bytes are damaged.
    """
    with quiet():
        image = _opened(data)
        try:
            if image.format != "JPEG" or not _is_upright_rgb(image):
                image = _sample_image(image)
            return np.array(image, dtype=np.uint8)
        except UserError:
            raise
        except Exception as error:  # decoders raise anything on broken data
            raise UserError("The image is damaged and cannot be read.") from error


def is_image_start(head: bytes) -> bool:
    """Whether a file that begins with these bytes, at least 16, may be an image of a known kind."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    signs = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"GIF8")
    return head.startswith(signs)


def unknown_kind() -> UserError:
    """The sentence for a file that is no image."""
    return UserError(f"This is not a {_KINDS} image.")


def _opened(data: bytes) -> Image.Image:
    if not is_image_start(data):
        raise unknown_kind()
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except Exception as error:  # decoders raise anything on broken data
        raise UserError("The image is damaged and cannot be read.") from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    return image


def _takes_much_memory(image: Image.Image) -> bool:
    """Whether many such pictures at once are too many; few bytes can hold many equal pixels."""
    is_scaled = image.format == "JPEG" and "progressive" not in image.info
    return image.width * image.height > LARGE_PIXELS and not is_scaled


def _too_large() -> UserError:
    return UserError(f"The image has more than {MAX_PIXELS // 1_000_000} million pixels.")


def _is_sample(image: Image.Image, data: bytes) -> bool:
    baseline = b"\xff\xc0" in data and "progressive" not in image.info
    if image.format != "JPEG" or not baseline or not _is_upright_rgb(image):
        return False
    return _says_nothing(image) and data.endswith(_JPEG_END)


def _says_nothing(image: Image.Image) -> bool:
    """Whether a JPEG has no comment, EXIF or the like, where names and places are written."""
    segments: list[tuple[str, bytes]] = getattr(image, "applist", [])
    return all((name, len(data)) in _PLAIN_SEGMENTS for name, data in segments)


def _is_upright_rgb(image: Image.Image) -> bool:
    return image.size == _SQUARE and image.mode == "RGB" and _orientation(image) == 1


def _sample_image(image: Image.Image) -> Image.Image:
    # a JPEG is decoded at the smallest scale that still has twice the pixels needed
    image.draft(None, (2 * IMAGE_SIZE_PX, 2 * IMAGE_SIZE_PX))
    image.load()  # turns a TIFF upright by itself
    orientation = _orientation(image)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    square = _square(image)
    if square.mode in DEEP_GRAY:
        return float_to_rgb(_resized(deep_to_float(square)))
    if square.mode == "L" and not square.has_transparency_data:
        return _resized(square).convert("RGB")  # a third of the work
    return _resized(_rgb(square))


def _orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 (upright) where it is missing or unreadable."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - metadata is broken in more ways than can be listed
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _square(image: Image.Image) -> Image.Image:
    """The central square; that of a huge picture with fewer pixels, as each step copies them."""
    box = _central_square(image.width, image.height)
    factor = (box[2] - box[0]) // (2 * IMAGE_SIZE_PX)
    is_huge = image.width * image.height > LARGE_PIXELS and "transparency" not in image.info
    if is_huge and factor > 1 and image.mode in _AVERAGED:
        return image.reduce(factor, box)
    return image if box == (0, 0, *image.size) else image.crop(box)


def _central_square(width: int, height: int) -> tuple[int, int, int, int]:
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _rgb(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    black = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, rgba).convert("RGB")


def _resized(image: Image.Image) -> Image.Image:
    if image.size == _SQUARE:
        return image
    return image.resize(_SQUARE, Image.Resampling.LANCZOS)


def jpeg_bytes(image: Image.Image, quality: int = _QUALITY) -> bytes:
    """Encode an RGB image as a baseline JPEG that holds nothing but the picture."""
    out, plain = io.BytesIO(), image.copy()
    plain.info = {}  # Pillow would write the comment of the file that it comes from
    # colors carry meaning in color-coded slices, so they keep their full resolution
    plain.save(out, "JPEG", quality=quality, subsampling=0)
    return out.getvalue()
