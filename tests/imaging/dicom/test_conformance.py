"""The files that these tests are about conform to the standard, by an independent validator."""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from ichdesk.imaging.slices import HuImage, Slice
from tests.fakes.scans import RAMP, conforming, ct, written

Read = Callable[[bytes], Iterator[Slice]]

DCIODVFY = shutil.which("dciodvfy")  # of dicom3tools
PLAIN = (
    *(ImplicitVRLittleEndian, ExplicitVRLittleEndian),
    *(ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian),
)
LARGE = np.kron(RAMP, np.ones((8, 8), RAMP.dtype))  # JPEG 2000 needs room
PACKED = (RLELossless, JPEGLSLossless, JPEG2000Lossless)


def file_of(syntax: str, kind: type = np.int16) -> bytes:
    elements = {"BitsStored": 16, "HighBit": 15, "RescaleIntercept": -1024, "RescaleType": "HU"}
    dataset = ct((LARGE + 1000).astype(kind), **conforming(**elements))
    if syntax not in PACKED:
        return written(dataset, syntax)
    packed = dcmread(io.BytesIO(written(dataset)))
    packed.compress(syntax, generate_instance_uid=False)
    return written(packed, syntax)


@pytest.mark.parametrize("syntax", [*PLAIN, *PACKED])
@pytest.mark.parametrize("kind", [np.int16, np.uint16])
def test_conforming_files_are_read(read: Read, syntax: str, kind: type) -> None:
    (image,) = read(file_of(syntax, kind))
    assert isinstance(image, HuImage)
    np.testing.assert_array_equal(image.hu, LARGE - 24)


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy is not installed")
@pytest.mark.parametrize("syntax", [*PLAIN[:3], *PACKED])
@pytest.mark.parametrize("kind", [np.int16, np.uint16])
def test_the_validator_finds_no_error(tmp_path: Path, syntax: str, kind: type) -> None:
    """It does not read deflated files."""
    assert errors_of(tmp_path, file_of(syntax, kind)) == []


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy is not installed")
def test_what_the_other_tests_use_only_lacks_elements(tmp_path: Path) -> None:
    errors = errors_of(tmp_path, written(ct()))
    assert errors
    lacking = ("Missing attribute", "A value is required for value 3")
    assert [error for error in errors if not any(words in error for words in lacking)] == []


def errors_of(folder: Path, data: bytes) -> list[str]:
    path = folder / "x.dcm"
    path.write_bytes(data)
    result = subprocess.run([DCIODVFY or "", path], capture_output=True, text=True, check=False)
    assert "CTImage" in result.stderr
    return [line for line in result.stderr.splitlines() if line.startswith("Error")]
