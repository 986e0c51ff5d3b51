"""What the dialog that exports the model lists and says before it does anything."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui.export_dialog import ExportDialog
from tests.fakes.runs import end, set_classes, start, train
from tests.ui.export.conftest import (
    FORMATS,
    OWN,
    PAGE,
    contents,
    listed,
    select,
)


def test_it_lists_what_the_worker_offers(dialog: ExportDialog) -> None:
    rows = [dialog.tree.topLevelItem(row) for row in range(3)]
    assert [[row.text(0), row.text(1)] for row in rows] == [
        ["ICHDesk model", ".ichmodel"],
        ["ONNX", ".onnx"],
        ["Page to try", ".zip"],
    ]
    said = rows[2].data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Page to try, .zip. For everybody."
    assert dialog.selected is OWN
    assert dialog.focusWidget() is dialog.tree


def test_it_says_what_a_format_is_for_and_what_goes_in(
    dialog: ExportDialog, session: Session
) -> None:
    select(dialog, "onnx")
    assert dialog.pane.purpose_label.text() == "For many programs."
    rows = contents(dialog)
    assert list(rows) == ["Classes", "Test", "Network", "Pictures"]
    assert rows["Classes"] == "Hemorrhage, Normal"
    assert rows["Test"].splitlines() == [
        "Test accuracy 6 of 10 = 0.60, 95 % interval 0.31 to 0.83; single images held out; "
        "trained on 50 images.",
        "Hemorrhage: 3 of 5 = 0.60",
        "Normal: 3 of 5 = 0.60",
    ]
    assert rows["Network"] == "CT phantom (built in)"
    assert "Hounsfield" not in rows["Pictures"]
    assert dialog.pane.note_label.text() == "For teaching, not for diagnosis."
    session.rename_class(session.project.classes[0].id, "Bleed")
    assert contents(dialog)["Classes"] == "Bleed, Normal"


def test_image_steps_are_said_where_there_are_slices(
    opened: Callable[..., ExportDialog], session: Session
) -> None:
    slices = [
        ClassBin(bin_.name, tuple(replace(sample, is_hu=True) for sample in bin_.samples))
        for bin_ in session.project.classes
    ]
    session.project = Project(tuple(slices))
    train(session)
    dialog = opened(*FORMATS)
    assert contents(dialog)["Pictures"].endswith("become pictures by: Window 40/80.")


def test_many_classes_are_cut_short(opened: Callable[..., ExportDialog], session: Session) -> None:
    set_classes(session, *(f"C{number}" for number in range(15)))
    train(session)
    rows = contents(opened(*FORMATS))
    assert rows["Classes"].endswith("C10, C11, and 3 more")
    assert rows["Test"].endswith("and 3 more")


def test_its_own_format_tells_its_size(dialog: ExportDialog, session: Session) -> None:
    session.run.model = bytes(54_321)
    select(dialog, "onnx")
    select(dialog, "ichdesk")
    assert contents(dialog)["Size"] == "About 54 KB."
    select(dialog, "onnx")
    assert "Size" not in contents(dialog)


def test_a_stale_model_is_called_so(dialog: ExportDialog, session: Session) -> None:
    assert dialog.stale_chip.isHidden()
    session.set_config(replace(session.project.config, epochs=77))
    assert dialog.stale_chip.text().startswith("Out of date: images or settings have changed")
    assert dialog.export_button.isEnabled()


def test_only_several_files_ask_for_zip_or_folder(dialog: ExportDialog) -> None:
    assert dialog.pane.packing.isHidden()
    select(dialog, "page")
    assert not dialog.pane.packing.isHidden()
    assert [b.text() for b in dialog.pane.packing_buttons.values()] == ["One zip file", "A folder"]
    assert not dialog.pane.is_folder


def test_until_the_formats_come_it_says_so(
    opened: Callable[..., ExportDialog], session: Session
) -> None:
    session.handle(WorkerDied(True, "It ended."))
    session.run.model = b"a model"
    session._model_is_gone = False
    dialog = opened()
    assert "is starting" in dialog.empty_label.text()
    assert not dialog.export_button.isEnabled()
    assert dialog.empty_label.isVisible()
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ()))
    assert dialog.empty_label.text() == "Looking for formats…"
    listed(session, error="Something went wrong.")
    assert dialog.empty_label.text() == "Something went wrong."
    session.exports.ensure()
    listed(session, *FORMATS)
    assert not dialog.empty_label.isVisible()
    assert dialog.export_button.isEnabled()
    assert dialog.focusWidget() is dialog.tree


def test_the_next_worker_is_asked_again(dialog: ExportDialog, session: Session) -> None:
    session.run.model = b"a model"
    select(dialog, "page")
    session.handle(WorkerDied(True, "It ended."))
    assert len([r for r in session._worker.sent if isinstance(r, msg.ListFormats)]) == 2
    listed(session, OWN, PAGE)
    assert dialog.selected is PAGE
    assert dialog.tree.topLevelItemCount() == 2


def test_a_training_takes_the_formats_away_until_it_has_ended(
    dialog: ExportDialog, session: Session
) -> None:
    start(session)
    assert "A training is running" in dialog.empty_label.text()
    assert not dialog.export_button.isEnabled()
    end(session)
    assert not dialog.empty_label.isVisible()
    assert dialog.export_button.isEnabled()
