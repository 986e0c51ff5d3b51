"""The samples of one class as Qt's item views read them, and samples on their way by drag."""

import json
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, Qt

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.thumbnail_list import Index, ThumbnailModel

MIME_TYPE = "application/x-ichdesk-samples"


class SampleModel(ThumbnailModel):
    """Rows are samples."""

    def __init__(self, bin_: ClassBin) -> None:
        super().__init__()
        self._bin = bin_

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All samples, by row."""
        return self._bin.samples

    def set_bin(self, bin_: ClassBin) -> bool:
        """Show another state of the class; True if rows that were there may have moved."""
        old, new = self._bin.samples, bin_.samples
        if old is new:
            self._bin = bin_
            return False
        if len(new) > len(old) and new[: len(old)] == old:
            self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
            self._bin = bin_
            self.endInsertRows()
            return False
        self.beginResetModel()
        self._bin = bin_
        self.endResetModel()
        return True

    @property
    def count(self) -> int:
        """Number of samples."""
        return len(self._bin.samples)

    def told(self, row: int) -> str:
        """What is read out for a sample."""
        return f"{self._bin.name}, image {row + 1:,} of {self.count:,}"

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
        return pack_samples(self._bin.id, [index.row() for index in indexes])


def pack_samples(class_id: int, rows: Sequence[int]) -> QMimeData:
    """Samples of a class, ready to be dragged."""
    mime = QMimeData()
    payload = json.dumps({"class": class_id, "rows": sorted(rows)})
    mime.setData(MIME_TYPE, payload.encode())
    return mime


def unpack_samples(mime: QMimeData, project: Project) -> tuple[int, list[int]] | None:
    """Class and rows of dragged samples; None if the project has no such samples."""
    if not mime.hasFormat(MIME_TYPE):
        return None
    payload = json.loads(mime.data(MIME_TYPE).toStdString())
    class_id, rows = int(payload["class"]), [int(row) for row in payload["rows"]]
    sizes = {bin_.id: len(bin_.samples) for bin_ in project.classes}
    if not rows or not all(0 <= row < sizes.get(class_id, 0) for row in rows):
        return None
    return class_id, rows
