"""Bounds on what a hostile or broken file can make the app do."""

MAX_PIXELS = 64_000_000
MAX_IMAGE_BYTES = 128 * 2**20
MAX_VOLUME_BYTES = 512 * 2**20  # of a scan in one file, unpacked
MAX_SLICE_PIXELS = 32_000_000  # the largest mammograms have 27 million
MAX_SLICES = 10_000  # in one file
MAX_ENTRIES = 200_000
MAX_CLASSES = 500
MAX_NOTES = 100


def unpacked_limit(file_bytes: int) -> int:
    """Bytes that all entries of a zip of this size may unpack to; images hardly shrink in a zip."""
    return 256 * 2**20 + 10 * file_bytes
