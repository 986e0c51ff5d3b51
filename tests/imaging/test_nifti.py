"""NIfTI volumes as slices: orientation, values, and what is refused."""

import io
from collections.abc import Iterator

import nibabel as nib
import numpy as np
import pytest

from ichdesk.core.errors import UserError
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.kinds import Kind, kind_of
from ichdesk.imaging.nifti import read_slices as read_slices_of
from ichdesk.imaging.pictures import read_one
from ichdesk.imaging.slices import HuImage, ShownImage, Slice

RAS = np.arange(4 * 5 * 6).reshape(4, 5, 6) - 1000  # x to the right, y to the front, z up


def read_slices(data: bytes) -> Iterator[Slice]:
    return read_slices_of(data, Pseudonyms(b"salt"))


def nifti(volume: np.ndarray, affine: np.ndarray | None = None, **scale: float) -> bytes:
    image = nib.Nifti1Image(volume, np.diag([2.0, 3.0, 4.0, 1.0]) if affine is None else affine)
    if scale:
        image.header.set_slope_inter(scale["slope"], scale["inter"])
    return image.to_bytes()


def test_slices_are_shown_as_radiologists_look_at_them() -> None:
    data = nifti(RAS.astype(np.int16))
    assert kind_of(data[:132]) is Kind.NIFTI
    images = list(read_slices(data))
    assert len(images) == 6
    for z, image in enumerate(images):
        assert isinstance(image, HuImage)
        # first row is in front, first column on the patient's right
        np.testing.assert_array_equal(image.hu, RAS[::-1, ::-1, z].T)
        assert image.spacing_mm == (3.0, 2.0)
        assert image.place.position_mm == 4.0 * z
    assert len({image.place.series for image in images}) == 1


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0), (0, 1, 2)])
@pytest.mark.parametrize("flip", [0, 1, 2])
def test_stored_in_any_orientation(order: tuple[int, int, int], flip: int) -> None:
    reference = list(read_slices(nifti(RAS.astype(np.int16))))
    image = nib.Nifti1Image(RAS.astype(np.int16), np.diag([2.0, 3.0, 4.0, 1.0]))
    axes = np.array([[axis, -1 if axis == flip else 1] for axis in order])
    turned = image.as_reoriented(axes)
    for ours, theirs in zip(read_slices(turned.to_bytes()), reference, strict=True):
        np.testing.assert_array_equal(ours.hu, theirs.hu)
        assert ours.spacing_mm == theirs.spacing_mm


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_rescale_and_types(kind: type) -> None:
    stored = (np.arange(60).reshape(3, 4, 5) * 4).astype(kind)
    data = nifti(stored, slope=10.0, inter=-1024.0)
    values = np.stack([image.hu for image in read_slices(data)])
    np.testing.assert_allclose(values, (stored * 10.0 - 1024.0)[::-1, ::-1].transpose(2, 1, 0))


def test_other_scans_are_gray() -> None:
    images = list(read_slices(nifti(np.arange(60).reshape(3, 4, 5).astype(np.int16))))
    assert all(isinstance(image, ShownImage) for image in images)
    pixels = np.stack([image.pixels for image in images])
    assert (pixels.min(), pixels.max()) == (0, 1)


def test_nifti_2_and_big_endian() -> None:
    volume = RAS.astype(np.int16)
    second = nib.Nifti2Image(volume, np.eye(4)).to_bytes()
    header = nib.Nifti1Header(endianness=">")
    big = nib.Nifti1Image(volume.astype(">i2"), np.eye(4), header).to_bytes()
    for data in (second, big):
        assert kind_of(data[:132]) is Kind.NIFTI
        images = list(read_slices(data))
        np.testing.assert_array_equal(images[2].hu, RAS[::-1, ::-1, 2].T)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (nifti(np.zeros((2, 2, 2, 1, 3), np.int16)), "several values at each point"),
        (nifti(np.zeros((2, 2, 2), np.complex64)), "colors or complex"),
        (nifti(np.zeros((4, 4, 4), np.int16))[:-10], "cut off"),
        (nifti(np.full((2, 2, 2), np.nan, np.float32)), "no numbers"),
        (nifti(np.zeros((2, 2, 2), np.int16))[:300], "NIfTI"),
    ],
)
def test_what_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        list(read_slices(data))


def test_of_volumes_over_time_the_first_is_taken() -> None:
    volumes = np.stack([RAS, RAS + 5, RAS + 9], axis=-1).astype(np.int16)
    found = []
    with pytest.raises(UserError, match="3 volumes of the same place, and only the first"):
        for image in read_slices(nifti(volumes)):
            found.append(image)
    for image, alone in zip(found, read_slices(nifti(RAS.astype(np.int16))), strict=True):
        np.testing.assert_array_equal(image.hu, alone.hu)
    read_one(nifti(volumes))  # shows one of those


def test_one_volume_over_time_is_a_volume() -> None:
    assert len(list(read_slices(nifti(RAS.astype(np.int16)[..., None])))) == 6


def test_the_same_file_is_the_same_series() -> None:
    one, other = RAS.astype(np.int16), RAS.astype(np.int16) + 1
    series = [next(read_slices(nifti(volume))).place.series for volume in (one, one, other)]
    assert series[0] == series[1] != series[2]


def test_the_slices_of_a_volume_stay_together() -> None:
    """Files do not say whose they are, and slices of one volume must not be on both sides."""
    one, other = (nifti(RAS.astype(np.int16) + n) for n in (0, 1))
    patients = [{image.place.patient for image in read_slices(data)} for data in (one, other)]
    assert [len(found) for found in patients] == [1, 1]
    assert None not in patients[0] | patients[1]
    assert patients[0] != patients[1]


def test_a_header_that_claims_too_much_allocates_nothing() -> None:
    data = bytearray(nifti(np.zeros((2, 2, 2), np.int16)))
    data[42:48] = (32_000).to_bytes(2, "little") * 3  # dim[1..3]
    with pytest.raises(UserError, match="cut off"):
        list(read_slices(bytes(data)))


def test_damage_ends_in_a_sentence() -> None:
    data, chance = nifti(RAS.astype(np.int16)), np.random.default_rng(1)
    for _ in range(400):
        broken = np.frombuffer(data, np.uint8).copy()
        broken[chance.integers(0, 352, 4)] = chance.integers(0, 256, 4)
        try:
            assert all(
                np.isfinite(getattr(i, "hu", getattr(i, "pixels", None))).all()
                for i in read_slices(io.BytesIO(broken).getvalue())
            )
        except UserError:
            continue
