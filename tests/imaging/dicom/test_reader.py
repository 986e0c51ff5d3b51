"""Every rule by which stored values become what is shown, on files made for it."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    RLELossless,
)

from ichdesk.core.errors import UserError
from ichdesk.imaging.slices import AIR_HU, HuImage, ShownImage, Slice
from tests.fakes.scans import RAMP, SIDE, axial, ct, sequence, written

_UNKNOWN = "1.2.3.4.5.6.7.8.9.10.1"  # as long as the one it takes the place of
Read = Callable[[bytes], Iterator[Slice]]


def hu_of(read: Read, data: bytes) -> np.ndarray:
    (image,) = read(data)
    assert isinstance(image, HuImage)
    assert image.hu.dtype == np.float32
    return image.hu


def pixels_of(read: Read, data: bytes) -> np.ndarray:
    (image,) = read(data)
    assert isinstance(image, ShownImage)
    return image.pixels


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ],
)
@pytest.mark.parametrize("kind", [np.int16, np.uint16])
def test_hounsfield_units_of_every_plain_syntax(read: Read, syntax: str, kind: type) -> None:
    data = written(ct(RAMP.astype(kind), RescaleSlope=2, RescaleIntercept=-1024.5), syntax)
    np.testing.assert_array_equal(hu_of(read, data), RAMP * 2.0 - 1024.5)


def test_rle(read: Read) -> None:
    dataset = dcmread(io.BytesIO(written(ct())))
    dataset.compress(RLELossless)
    np.testing.assert_array_equal(hu_of(read, written(dataset, RLELossless)), RAMP)


def test_twelve_signed_bits_in_sixteen(read: Read) -> None:
    stored = np.where(RAMP % 2, RAMP - 1024, RAMP).astype(np.int16)
    garbage = (stored.astype(np.uint16) & 0x0FFF) | 0x5000  # overlays were kept there
    data = written(ct(garbage.astype(np.int16), BitsStored=12, HighBit=11))
    np.testing.assert_array_equal(hu_of(read, data), stored)


def test_the_rsna_files_are_unwrapped(read: Read) -> None:
    hu = np.linspace(-1000, 2000, SIDE * SIDE).astype(np.int16).reshape(SIDE, SIDE)
    stored = (hu.astype(np.int32) % 4096).astype(np.uint16)
    data = written(ct(stored, BitsStored=12, HighBit=11, RescaleIntercept=0))
    np.testing.assert_array_equal(hu_of(read, data), hu)


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleIntercept": -1024},
        {"BitsStored": 16, "HighBit": 15},
    ],
)
def test_other_files_are_not(read: Read, elements: dict[str, Any]) -> None:
    stored = np.full((SIDE, SIDE), 3500, np.uint16)
    merged = {"BitsStored": 12, "HighBit": 11, "RescaleIntercept": 0, **elements}
    expected = 3500 + merged["RescaleIntercept"]
    np.testing.assert_array_equal(hu_of(read, written(ct(stored, **merged))), expected)


@pytest.mark.parametrize("limit", [None, -1990, -2010])
def test_padding_is_air_before_the_rescale(read: Read, limit: int | None) -> None:
    stored = RAMP.copy()
    stored[0] = -2000
    stored[1] = -1995 if limit == -1990 else -2005
    elements: dict[str, Any] = {"PixelPaddingValue": -2000, "RescaleIntercept": 5}
    if limit is not None:
        elements["PixelPaddingRangeLimit"] = limit
    hu = hu_of(read, written(ct(stored, **elements)))
    assert (hu[0] == AIR_HU).all()
    assert (hu[1] == (stored[1] + 5 if limit is None else AIR_HU)).all()
    np.testing.assert_array_equal(hu[2:], RAMP[2:] + 5)


def test_padding_of_the_other_sign(read: Read) -> None:
    stored = RAMP.astype(np.uint16)
    stored[0] = 63536
    dataset = ct(stored)
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    assert (hu_of(read, written(dataset))[0] == AIR_HU).all()


def test_padding_does_not_meet_the_wrapped_values(read: Read) -> None:
    stored = np.full((SIDE, SIDE), 40, np.uint16)
    stored[0] = 3000
    elements = {"BitsStored": 12, "HighBit": 11, "PixelPaddingValue": 3000}
    hu = hu_of(read, written(ct(stored, **elements)))
    assert (hu[0] == AIR_HU).all()
    assert (hu[1:] == 40).all()


def test_inverted_ct_keeps_its_hounsfield_units(read: Read) -> None:
    (image,) = read(written(ct(PhotometricInterpretation="MONOCHROME1")))
    assert isinstance(image, HuImage)
    assert image.is_inverted
    np.testing.assert_array_equal(image.hu, RAMP)


def mr(stored: np.ndarray = RAMP, **elements: Any) -> Dataset:
    elements = {"RescaleSlope": None, "RescaleIntercept": None, **elements}
    return ct(stored, Modality="MR", SOPClassUID=MRImageStorage, **elements)


WINDOW = {"WindowCenter": 100, "WindowWidth": 51}


def test_other_scans_use_the_first_of_their_windows(read: Read) -> None:
    data = written(mr(WindowCenter=[100, 7], WindowWidth=[51, 3]))
    # PS3.3 C.11.2.1.2.1: black up to c - 0.5 - (w - 1)/2, white from c - 0.5 + (w - 1)/2 on
    expected = np.clip((RAMP - 99.5) / 50 + 0.5, 0, 1)
    np.testing.assert_allclose(pixels_of(read, data), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("LINEAR_EXACT", np.clip((RAMP - 100) / 51 + 0.5, 0, 1)),
        ("SIGMOID", 1 / (1 + np.exp(-4 * (RAMP - 100) / 51))),
    ],
)
def test_other_window_functions(read: Read, function: str, expected: np.ndarray) -> None:
    data = written(mr(**WINDOW, VOILUTFunction=function))
    np.testing.assert_allclose(pixels_of(read, data), expected, atol=1e-5)


def test_inverted_last_with_dark_padding(read: Read) -> None:
    dataset = mr(**WINDOW, PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=0)
    pixels = pixels_of(read, written(dataset))
    expected = 1 - np.clip((RAMP - 99.5) / 50 + 0.5, 0, 1)
    expected[0, 0] = 0
    np.testing.assert_allclose(pixels, expected, atol=1e-5)


@pytest.mark.parametrize("width", [0, -5, "nan"])
def test_windows_that_make_no_sense_are_passed_over(read: Read, width: object) -> None:
    pixels = pixels_of(read, written(mr(WindowCenter=100, WindowWidth=width)))
    assert pixels.min() == 0
    assert pixels.max() == 1


def test_frames_of_an_enhanced_scan(read: Read) -> None:
    stored = np.stack([RAMP, RAMP + 1, RAMP + 2])
    dataset = ct(stored, SOPClassUID=EnhancedCTImageStorage, NumberOfFrames=3)
    dataset.RescaleSlope = dataset.RescaleIntercept = None
    dataset.SeriesInstanceUID = "1.2.3"
    shared = Dataset()
    shared.PixelMeasuresSequence = sequence(PixelSpacing=[0.5, 0.4])
    shared.PlaneOrientationSequence = sequence(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared.PixelValueTransformationSequence = sequence(RescaleSlope=1, RescaleIntercept=-1000)
    frames = []
    for number, height_mm in enumerate((20, 0, 10)):
        item = Dataset()
        item.PlanePositionSequence = sequence(ImagePositionPatient=[1, 2, height_mm])
        if number == 1:
            item.PixelValueTransformationSequence = sequence(RescaleSlope=2, RescaleIntercept=-7)
        frames.append(item)
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    images = list(read(written(dataset)))
    assert [image.place.position_mm for image in images] == [20, 0, 10]
    assert {image.spacing_mm for image in images} == {(0.5, 0.4)}
    assert len({image.place.series for image in images}) == 1
    for image, slope, intercept, plus in zip(
        images, (1, 2, 1), (-1000, -7, -1000), range(3), strict=True
    ):
        assert isinstance(image, HuImage)
        np.testing.assert_array_equal(image.hu, (RAMP + plus) * slope + intercept)


def test_a_window_of_the_functional_groups(read: Read) -> None:
    dataset = mr(np.stack([RAMP, RAMP]), NumberOfFrames=2)
    shared = Dataset()
    shared.FrameVOILUTSequence = sequence(**WINDOW)
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    expected = np.clip((RAMP - 99.5) / 50 + 0.5, 0, 1)
    for image in read(written(dataset)):
        np.testing.assert_allclose(image.pixels, expected, atol=1e-5)


def test_no_frames_means_one(read: Read) -> None:
    assert len(list(read(written(ct(NumberOfFrames=0))))) == 1


def test_missing_elements(read: Read) -> None:
    data = written(ct(RescaleSlope=None, RescaleIntercept=None))
    (image,) = read(data)
    assert isinstance(image, HuImage)
    np.testing.assert_array_equal(image.hu, RAMP)
    assert image.spacing_mm == (1.0, 1.0)
    place = image.place
    assert (place.series, place.patient, place.position_mm, place.number) == (None,) * 4


def test_a_file_without_preamble_and_meta(read: Read) -> None:
    data = written(ct(), ImplicitVRLittleEndian)
    start = data.index(b"\x08\x00\x16\x00")  # SOPClassUID, the first element
    np.testing.assert_array_equal(hu_of(read, data[start:]), RAMP)


def test_position_is_along_the_normal(read: Read) -> None:
    tilted = [1, 0, 0, 0, 0.8, -0.6]
    elements = {"ImagePositionPatient": [5, 3, 4], "ImageOrientationPatient": tilted}
    (image,) = read(written(ct(**elements)))
    assert image.place.position_mm == pytest.approx(0.6 * 3 + 0.8 * 4)


def test_keys_are_the_same_for_the_same_patient_only(read: Read) -> None:
    def place(patient: str, series: str, orientation: list[int]) -> tuple[object, object]:
        elements = {**axial(0, series), "ImageOrientationPatient": orientation}
        (image,) = read(written(ct(PatientID=patient, **elements)))
        return image.place.patient, image.place.series

    axes, side = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]
    first = place("A 1", "1.2", axes)
    assert place("A 1 ", "1.2", axes) == first
    assert place("A 1", "1.3", axes)[0] == first[0]
    assert place("A 1", "1.3", axes)[1] != first[1]
    assert place("A 1", "1.2", side)[1] != first[1]
    assert place("A 2", "1.2", axes)[0] != first[0]
    assert "A 1" not in str(first)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "scout view"),
        ({"PixelData": None}, "no picture"),
        ({"Rows": 60_000, "Columns": 60_000}, "million pixels"),
        ({"Rows": 0}, "no pixels"),
        ({"NumberOfFrames": 10**9}, "more than 10,000 pictures"),
        ({"NumberOfFrames": 9}, "cut off"),
        ({"RescaleSlope": 0}, "bad rescale"),
        ({"BitsAllocated": 24}, "does not allow"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    read: Read, elements: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        list(read(written(ct(**elements))))


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("1.2.840.10008.1.2.4.51", "pylibjpeg-libjpeg"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile"),
        ("1.2.840.10008.1.2.4.94", "JPIP Referenced"),
        (_UNKNOWN, "an unknown syntax"),
    ],
)
def test_a_syntax_that_nothing_decodes_is_named(read: Read, syntax: str, words: str) -> None:
    dataset = ct()
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    dataset["PixelData"].is_undefined_length = True
    known = syntax if syntax != _UNKNOWN else "1.2.840.10008.1.2.4.94"
    data = written(dataset, known).replace(known.encode(), syntax.encode())
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        list(read(data))
    assert _UNKNOWN not in str(caught.value)


def test_a_deflated_bomb_stops(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ichdesk.imaging.dicom.dataset.MAX_VOLUME_BYTES", 2**16)
    data = written(ct(np.zeros((512, 512), np.int16)), DeflatedExplicitVRLittleEndian)
    assert len(data) < 2**14
    with pytest.raises(UserError, match="unpacks to more"):
        list(read(data))
