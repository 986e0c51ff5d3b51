"""What happens to every file of pydicom's own test data that is part of the installed package."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK

from ichdesk.core.errors import UserError
from ichdesk.imaging.dicom.dataset import read_dataset
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.frames import stored_frames
from ichdesk.imaging.kinds import HEAD_BYTES, Kind, kind_of
from ichdesk.imaging.pictures import slice_sample
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.quiet import quiet
from ichdesk.imaging.slices import AIR_HU, HuImage, Slice

Read = Callable[[bytes], Iterator[Slice]]

ROOT = Path(pydicom.__file__).parent / "data" / "test_files"
FILES = {
    path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*")) if path.is_file()
}

HU = {
    "693_J2KI.dcm": (512, 512),
    "CT_small.dcm": (128, 128),
    "J2K_pixelrep_mismatch.dcm": (512, 512),
    **{f"dicomdirtests/77654033/CT2/{n}": (16, 16) for n in (17106, 17136, 17166, 17196)},
    **{f"dicomdirtests/98892001/CT5N/{n}": (16, 16) for n in (2062, 2392, 2693, 3023, 3353)},
}
_MR = (15820, 4919, 5641), (15970, 4950, 4981, 5011, 6273, 6605, 6935)
_MR_700 = (4467, 4528, 4558, 4588, 4618, 4648, 4678)
GRAY = {
    "JPEG2000.dcm": (1024, 256),
    "JPEGLSNearLossless_08.dcm": (45, 10),
    "JPEGLSNearLossless_16.dcm": (50, 10),
    **{
        f"MR_small{kind}.dcm": (64, 64)
        for kind in (
            *("", "_RLE", "_bigendian", "_expb", "_implicit", "_jp2klossless"),
            *("_jpeg_ls_lossless", "_padded"),
        )
    },
    **{f"dicomdirtests/77654033/CR{n}": (16, 16) for n in ("1/6154", "2/6247", "3/6278")},
    **{f"dicomdirtests/98892003/MR1/{n}": (16, 16) for n in _MR[0]},
    **{f"dicomdirtests/98892003/MR2/{n}": (16, 16) for n in _MR[1]},
    **{f"dicomdirtests/98892003/MR700/{n}": (16, 16) for n in _MR_700},
    "examples_overlay.dcm": (300, 484),
    "image_dfl.dcm": (512, 512),
    "liver_1frame.dcm": (512, 512),
    "liver_expb_1frame.dcm": (512, 512),
    **{f"rtdose{kind}_1frame.dcm": (10, 10) for kind in ("", "_expb", "_rle")},
    **{f"rtdose{kind}.dcm": (15, 10, 10) for kind in ("", "_expb", "_rle")},
}
COLOR = {
    "ExplVR_BigEnd.dcm": (60, 80),
    "GDCMJ2K_TextGBR.dcm": (400, 400),
    "SC_jpeg_no_color_transform.dcm": (256, 256),
    "SC_jpeg_no_color_transform_2.dcm": (256, 256),
    **{f"SC_rgb_dcmtk_+eb+c{k}.dcm": (100, 100) for k in ("r", "y+n1", "y+n2", "y+np")},
    **{f"SC_rgb_dcmtk_+eb+cy+{k}.dcm": (100, 100) for k in ("s2", "s4")},
    **{f"SC_rgb_{k}.dcm": (100, 100) for k in ("gdcm_KY", "jls_lossy_line", "jls_lossy_sample")},
    **{f"SC_rgb_jpeg{k}.dcm": (256, 256) for k in ("", "_app14_dcmd", "_dcmd")},
    **{f"SC_rgb_jpeg_{k}.dcm": (100, 100) for k in ("dcmtk", "gdcm", "lossy_gdcm")},
    **{f"SC_rgb_rle{k}.dcm": (100, 100) for k in ("", "_16bit", "_32bit")},
    **{f"SC_rgb_rle{k}_2frame.dcm": (2, 100, 100) for k in ("_16bit", "_32bit")},
    "SC_rgb_rle_2frame.dcm": (2, 100, 100),
    **{f"SC_rgb_small_odd{k}.dcm": (3, 3) for k in ("", "_big_endian", "_jpeg")},
    "SC_ybr_full_422_uncompressed.dcm": (100, 100),
    "examples_jpeg2k.dcm": (480, 640),
    "examples_palette.dcm": (350, 800),
    "examples_rgb_color.dcm": (240, 320),
    "examples_ybr_color.dcm": (30, 240, 320),
}
SENTENCES = {
    "no picture": (
        *("ExplVR_BigEndNoMeta.dcm", "ExplVR_LitEndNoMeta.dcm", "UN_sequence.dcm"),
        *("empty_charset_LEI.dcm", "no_meta_group_length.dcm", "priv_SQ.dcm", "reportsi.dcm"),
        *("reportsi_with_empty_number_tags.dcm", "rtplan.dcm", "rtplan_truncated.dcm"),
        *("rtstruct.dcm", "test-SR.dcm", "waveform_ecg.dcm"),
    ),
    "scout view": tuple(f"dicomdirtests/98892001/CT2N/{n}" for n in (6293, 6924)),
    "list of contents": (
        *("dicomdirtests/DICOMDIR", "dicomdirtests/TINY_ALPHA/DICOMDIR"),
        *(f"dicomdirtests/DICOMDIR-{k}" for k in ("bigEnd", "empty.dcm", "implicit")),
        *(f"dicomdirtests/DICOMDIR-{k}" for k in ("nooffset", "nopatient", "reordered")),
    ),
    "JPEG Extended": ("JPEG-lossy.dcm", "JPGExtended.dcm"),
    "cut off": ("MR_truncated.dcm",),
    "how many pictures": ("badVR.dcm",),
    "damaged": (  # the first tells of 4 billion rows, the others of a picture without a size
        *("JPEG2000-embedded-sequence-delimiter.dcm", "meta_missing_tsyntax.dcm"),
        "nested_priv_SQ.dcm",
    ),
}
SHOWN = {name: words for words, names in SENTENCES.items() for name in names}
TINY = "dicomdirtests/TINY_ALPHA/PT000000/"  # slices without pixels
NO_DICOM = {
    *("README.txt", "crayons.icc", "no_meta.dcm", "rtplan.dump", "rtstruct.dump", "test1.json"),
    *("test_PN.json", "dicomdirtests/README.txt", "dicomdirtests/TINY_ALPHA/README"),
}
# files that later versions of pydicom add are not known to fail
KNOWN = sorted(FILES.keys() & {*HU, *GRAY, *COLOR, *SHOWN})


def test_the_table_is_about_the_files_that_are_there() -> None:
    unknown = FILES.keys() - {*HU, *GRAY, *COLOR, *SHOWN, *NO_DICOM, "zipMR.gz"}
    assert {name for name in unknown if not name.startswith(TINY)} == set()
    assert len(KNOWN) > 100


@pytest.mark.parametrize("name", KNOWN)
def test_file(read: Read, name: str) -> None:
    data = FILES[name].read_bytes()
    assert kind_of(data[:HEAD_BYTES]) is Kind.DICOM
    if name in SHOWN:
        with pytest.raises(UserError, match=SHOWN[name]):
            list(read(data))
        return
    images = list(read(data))
    shape = (HU.get(name) or GRAY.get(name) or COLOR[name])[-2:]
    assert len(images) == (
        (HU | GRAY | COLOR)[name][0] if len((HU | GRAY | COLOR)[name]) > 2 else 1
    )
    for image in images:
        assert isinstance(image, HuImage) == (name in HU)
        pixels = image.hu if isinstance(image, HuImage) else image.pixels
        assert pixels.shape == ((*shape, 3) if name in COLOR else shape)
        assert np.isfinite(pixels).all()
        assert model_pixels(slice_sample(image)).shape == (224, 224, 3)


@pytest.mark.parametrize("name", sorted(NO_DICOM & FILES.keys()))
def test_other_files_are_not_taken_for_images(name: str) -> None:
    assert kind_of(FILES[name].read_bytes()[:HEAD_BYTES]) is None


def test_slices_without_pixels(read: Read) -> None:
    names = [name for name in FILES if name.startswith(TINY)]
    assert len(names) == 50
    for name in names:
        with pytest.raises(UserError, match="no picture"):
            list(read(FILES[name].read_bytes()))


# what SimpleITK 2.5 does not read, or in a way of its own: it inverts MONOCHROME1, spreads single
# bits to 255, resolves the palette, and gets deep RLE colors and 32-bit big endian wrong
_NOT_COMPARED = re.compile(
    r".*/CR./.*|liver.*|examples_palette|rtdose(_expb|.*_1frame).*|.*rle_..bit"
)
COMPARED = [name for name in KNOWN if name not in SHOWN and not _NOT_COMPARED.match(name)]


@pytest.mark.parametrize("name", COMPARED)
def test_values_are_those_of_an_independent_reader(decoders: Decoders, name: str) -> None:
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(FILES[name])))
    with quiet():
        dataset = read_dataset(FILES[name].read_bytes())
        slope, intercept = dataset.get("RescaleSlope") or 1, dataset.get("RescaleIntercept") or 0
        ours = np.stack(list(stored_frames(dataset, decoders))) * float(slope) + float(intercept)
    np.testing.assert_array_equal(ours, theirs)


def test_most_files_are_compared() -> None:
    assert len(COMPARED) >= 70


@pytest.mark.parametrize("name", sorted(HU))
def test_hounsfield_units_are_those_of_an_independent_reader(read: Read, name: str) -> None:
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(FILES[name])))[0]
    (image,) = read(FILES[name].read_bytes())
    assert isinstance(image, HuImage)
    padding = theirs == -3024  # -2000 stored, less 1024
    np.testing.assert_array_equal(image.hu, np.where(padding, AIR_HU, theirs))


def test_deep_colors_are_those_of_the_shallow_file(read: Read) -> None:
    (shallow,) = read(FILES["SC_rgb_rle.dcm"].read_bytes())
    for bits in (16, 32):
        (deep,) = read(FILES[f"SC_rgb_rle_{bits}bit.dcm"].read_bytes())
        np.testing.assert_array_equal(deep.pixels, shallow.pixels)


def test_rtdose_in_big_endian_is_that_in_little(read: Read) -> None:
    for frames in ("", "_1frame"):
        pairs = (f"rtdose{frames}.dcm", f"rtdose_expb{frames}.dcm")
        little, big = ([i.pixels for i in read(FILES[name].read_bytes())] for name in pairs)
        np.testing.assert_array_equal(little, big)
