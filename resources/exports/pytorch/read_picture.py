"""Reads PNG with Python and torch alone; other pictures if Pillow is installed."""

import struct
import sys
import zlib
from pathlib import Path

import torch

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGBA: 4}


def read_picture(path):
    """Pixels of a picture, (H, W, 3) uint8 RGB; black where it is transparent."""
    data = Path(path).read_bytes()
    if not data.startswith(_SIGNATURE):
        return _read_with_pillow(path)
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if depth == 16:
        sys.exit(f"{path} has 16 bits per channel; save it with 8 bits.")
    if depth != 8 or interlaced:
        return _read_with_pillow(path)
    chunks = _chunks(data)
    stored = _unfiltered(zlib.decompress(chunks[b"IDAT"]), width, _CHANNELS[kind])
    pixels = torch.frombuffer(stored, dtype=torch.uint8).view(height, width, _CHANNELS[kind])
    return _rgb(pixels, kind, chunks)


def _chunks(data):
    """Contents of the file by kind, those of one kind joined."""
    chunks, start = {}, len(_SIGNATURE)
    while start < len(data):
        length, kind = struct.unpack(">I4s", data[start : start + 8])
        chunks[kind] = chunks.get(kind, b"") + data[start + 8 : start + 8 + length]
        start += length + 12
    return chunks


def _unfiltered(data, width, step):
    """Rows of bytes; each was stored as the difference from a guess (PNG specification, 9)."""
    length, rows, above = width * step, bytearray(), bytes(width * step)
    for start in range(0, len(data), length + 1):
        guess, row = _GUESSES[data[start]], bytearray(data[start + 1 : start + 1 + length])
        for i in range(length) if guess else ():
            left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
            row[i] = (row[i] + guess(left, above[i], corner)) & 255
        rows += row
        above = row
    return rows


def _paeth(left, up, corner):
    """Whichever is nearest to left + up - corner."""
    to_left, to_up = abs(up - corner), abs(left - corner)
    to_corner = abs(left + up - 2 * corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


_GUESSES = (
    None,
    lambda left, up, corner: left,
    lambda left, up, corner: up,
    lambda left, up, corner: (left + up) // 2,
    _paeth,
)


def _rgb(pixels, kind, chunks):
    """(H, W, 1 to 4) as stored to (H, W, 3)."""
    transparent = torch.frombuffer(bytearray(chunks.get(b"tRNS", b"") + b"\0"), dtype=torch.uint8)
    alpha = None
    if kind == _PALETTE:
        index = pixels[..., 0].long()
        opacity = torch.full((256,), 255, dtype=torch.uint8)
        opacity[: len(transparent) - 1] = transparent[:-1]
        palette = torch.frombuffer(bytearray(chunks[b"PLTE"]), dtype=torch.uint8).view(-1, 3)
        pixels, alpha = palette[index], opacity[index][..., None]
    elif kind in (_GRAY_ALPHA, _RGBA):
        pixels, alpha = pixels[..., :-1], pixels[..., -1:]
    elif len(transparent) > 1:  # one color is transparent
        alpha = (pixels != transparent[1:-1:2]).any(-1, keepdim=True) * 255
    if alpha is not None:
        pixels = (pixels * (alpha / 255.0) + 0.5).to(torch.uint8)
    return pixels.expand(-1, -1, 3)


def _read_with_pillow(path):
    try:
        from PIL import Image, ImageOps
    except ImportError:
        sys.exit(f"{path} is no plain PNG; save it as one, or install Pillow (pip install pillow).")
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image).convert("RGB")
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.view(image.height, image.width, 3)
