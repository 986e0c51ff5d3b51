"""The samples of one class as Qt's item views read them, and samples on their way by drag."""

import json
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, Qt

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.ui.thumbnail_list import Index, ThumbnailModel

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
        self.positions = bin_.positions(is_test=is_test)
        self.samples = tuple(bin_.samples[position] for position in self.positions)

    def set_bin(self, bin_: ClassBin) -> bool:
        """Show another state of the class; True if rows that were there may have moved."""
        if bin_.samples is self._bin.samples:
            self._bin = bin_
            return False
        positions = bin_.positions(is_test=self.is_test)
        old, new = self.samples, tuple(bin_.samples[position] for position in positions)
        if len(new) > len(old) and new[: len(old)] == old:
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._bin, self.positions, self.samples = bin_, positions, new
            self.endInsertRows()
            return False
        self.beginResetModel()
        self._bin, self.positions, self.samples = bin_, positions, new
        self.endResetModel()
        return True

    @property
    def count(self) -> int:
        """Number of samples."""
        return len(self.samples)

    def told(self, row: int) -> str:
        """What is read out for a sample, which keeps its number in either row."""
        number, of = self.positions[row] + 1, len(self._bin.samples)
        text = f"{self._bin.name}, image {number:,} of {of:,}"
        return f"{text}, in the test set" if self.is_test else text

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Samples can be selected and dragged."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def mimeTypes(self) -> list[str]:
        """Samples travel inside the window only."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The rows as they are dragged."""
        return pack_samples(self._bin.id, [self.positions[index.row()] for index in indexes])


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
