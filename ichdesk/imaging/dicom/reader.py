"""A DICOM file to its slices, or to one sentence that says why not."""

from collections.abc import Iterator

from pydicom.dataset import Dataset

from ichdesk.core.errors import UserError
from ichdesk.imaging.dicom.dataset import read_dataset
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.frames import Stored, is_color, pixel_keyword, stored_frames
from ichdesk.imaging.dicom.header import FrameHeader, frame_header
from ichdesk.imaging.dicom.hounsfield import hounsfield
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.dicom.shown import is_inverted, shown
from ichdesk.imaging.slices import HuImage, Place, ShownImage, Slice
from ichdesk.imaging.turns import LARGE_PIXELS, turn

# CT Image, Enhanced CT Image, Legacy Converted Enhanced CT Image (PS3.4 B.5)
_CT = frozenset(f"1.2.840.10008.5.1.4.1.1.2{part}" for part in ("", ".1", ".2"))
_DIRECTORY = "1.2.840.10008.1.3.10"
_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"


def read_slices(data: bytes, pseudonyms: Pseudonyms, decoders: Decoders) -> Iterator[Slice]:
    """Read the frames of a DICOM file in their order; CT is kept in Hounsfield units.

    Args:
        data: The file.
        pseudonyms: Gives keys for patient and series, the only trace that is kept of them.
        decoders: Decode what is compressed.

    Raises:
        UserError: The file cannot be used, in a sentence without anything from its header; frames
            before the damage may have come already.
    """
    try:
        dataset = read_dataset(data)
        patient = pseudonyms.patient(dataset)
        _refuse_what_is_no_slice(dataset)
        with turn(int(dataset.Rows) * int(dataset.Columns) > LARGE_PIXELS):
            for index, stored in enumerate(stored_frames(dataset, decoders)):
                header = frame_header(dataset, index)
                place = _place(dataset, index, header, patient, pseudonyms)
                yield _slice(stored, dataset, header, place)
    except UserError:
        raise
    except MemoryError as error:
        raise UserError("The image is too large for this computer's memory.") from error
    except Exception as error:  # parsers and decoders raise anything on broken data
        raise UserError("The DICOM file is damaged and cannot be read.") from error


def _slice(stored: Stored, dataset: Dataset, header: FrameHeader, place: Place) -> Slice:
    if _is_ct(dataset):
        hu = hounsfield(stored, dataset, header)
        return HuImage(hu, header.spacing_mm, place, is_inverted(dataset), header.slope)
    return ShownImage(shown(stored, dataset, header), header.spacing_mm, place)


def _refuse_what_is_no_slice(dataset: Dataset) -> None:
    if dataset.file_meta.get("MediaStorageSOPClassUID") == _DIRECTORY:
        raise UserError("It is the list of contents of a disc; add the folder that it lies in.")
    if dataset.get("Modality") == "CT" and "LOCALIZER" in (dataset.get("ImageType") or ()):
        raise UserError("It is the scout view of a CT scan, not a slice.")
    if pixel_keyword(dataset) is None:
        raise UserError("It holds no picture, but a report, a plan or the like.")


def _is_ct(dataset: Dataset) -> bool:
    """Whether the values mean Hounsfield units; screenshots and reports of CT are pictures."""
    if is_color(dataset):
        return False
    kind = str(dataset.get("SOPClassUID") or "")
    return kind in _CT or (dataset.get("Modality") == "CT" and not kind.startswith(_SECONDARY))


def _place(
    dataset: Dataset, index: int, header: FrameHeader, patient: str | None, pseudonyms: Pseudonyms
) -> Place:
    orientation = tuple(round(10 * cosine) for cosine in header.orientation)
    number = header.number
    return Place(
        pseudonyms.series(dataset, orientation),
        patient,
        header.position_mm,
        None if number is None else number + index,
        str(dataset.get("BurnedInAnnotation") or "").strip().upper() == "YES",
    )
