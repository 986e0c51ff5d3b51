"""The samples of one class as Qt's item views read them, and samples on their way by drag."""

import json
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.thumbnail_list import ThumbnailModel

MIME_TYPE = "application/x-ichdesk-samples"


class SampleModel(ThumbnailModel):
    """Rows are the samples of a class in the fixed test set, or all others.

    Attributes:
        is_test: Which of the two.
        positions: Of the rows among all samples of the class.
        samples: By row.
    """

    def __init__(self, bin_: ClassBin, *, is_test: bool = False) -> None:
        super().__init__()
        self._bin = bin_
        self.is_test = is_test
        self.positions, self.samples = _rows_of(bin_, is_test=is_test)
        self.show_others(len(self.samples))

    def set_bin(self, bin_: ClassBin) -> bool:
        """Show another state of the class; True if rows that were there may have moved."""
        if bin_.samples is self._bin.samples:
            self._bin = bin_
            return False
        old, count = self.samples, len(self.samples)
        self._bin = bin_
        self.positions, self.samples = _rows_of(bin_, is_test=self.is_test)
        if self.samples == old:
            return False
        if len(self.samples) > count and self.samples[:count] == old:
            self.insertRows(count, len(self.samples) - count)
            return False
        self.show_others(len(self.samples))
        return True

    def told(self, row: int) -> str:
        """What is read out for a sample, which keeps its number in either row."""
        number, of = self.positions[row] + 1, len(self._bin.samples)
        text = f"{self._bin.name}, image {number:,} of {of:,}"
        return f"{text}, in the test set" if self.is_test else text

    def mimeTypes(self) -> list[str]:
        """Samples travel inside the window only."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The rows as they are dragged."""
        return self.packed([index.row() for index in indexes])

    def packed(self, rows: Sequence[int]) -> QMimeData:
        """Likewise, of many rows without an index for each."""
        return pack_samples(self._bin.id, [self.positions[row] for row in rows])


def _rows_of(bin_: ClassBin, *, is_test: bool) -> tuple[tuple[int, ...], tuple[Sample, ...]]:
    """Positions and samples of one of the two sides."""
    positions = bin_.positions(is_test=is_test)
    if len(positions) == len(bin_.samples):
        return positions, bin_.samples
    return positions, tuple(bin_.samples[position] for position in positions)


def pack_samples(class_id: int, positions: Sequence[int]) -> QMimeData:
    """Samples of a class, ready to be dragged."""
    mime = QMimeData()
    payload = json.dumps({"class": class_id, "positions": sorted(positions)})
    mime.setData(MIME_TYPE, payload.encode())
    return mime


def unpack_samples(mime: QMimeData, project: Project) -> tuple[int, list[int]] | None:
    """Class and positions of dragged samples; None if the project has no such samples."""
    if not mime.hasFormat(MIME_TYPE):
        return None
    payload = json.loads(mime.data(MIME_TYPE).toStdString())
    class_id, positions = int(payload["class"]), [int(p) for p in payload["positions"]]
    sizes = {bin_.id: len(bin_.samples) for bin_ in project.classes}
    if not positions or not all(0 <= p < sizes.get(class_id, 0) for p in positions):
        return None
    return class_id, positions
