"""Export samples: a folder is asked for, then the form; it is said what is written."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun, training_key
from ichdesk.core.sample_manifest import FILES
from ichdesk.ui import export_samples_dialog, file_commands
from ichdesk.ui.export_samples_dialog import ExportSamplesDialog, own_folder
from tests.fakes.projects import full_project


@pytest.fixture
def dialog(window, live_session, fill, tmp_path):
    """Two classes of 20 images, to be exported to "out"."""
    fill(Hemorrhage=20, Normal=20)
    dialog = ExportSamplesDialog(live_session.project, None, tmp_path / "out", window)
    yield dialog
    dialog.deleteLater()


def opened(window, project: Project, run: TrainingRun | None = None) -> ExportSamplesDialog:
    return ExportSamplesDialog(project, run, Path("out"), window)


def test_it_says_what_is_written(dialog) -> None:
    assert dialog.images_label.text() == "40 images of 2 classes"
    assert dialog.split_label.text() == (
        "34 train, 6 test: split by slice, as a training would now."
    )
    tree = dialog.tree_label.text().replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert tree == ["out/", "    Hemorrhage/, Normal/", f"    {', '.join(FILES)}"]
    dialog.sides_button.click()
    assert "train/ with Hemorrhage/, Normal/" in dialog.tree_label.text()


def test_without_manifest_and_sides_nothing_is_said_of_a_split(qtbot, dialog) -> None:
    dialog.show()
    height_px = dialog.height()
    qtbot.keyClick(dialog.manifest_box, Qt.Key.Key_Space)
    assert dialog.split_label.isHidden()
    assert dialog.height() < height_px
    assert not dialog.form.has_manifest
    dialog.sides_button.click()
    assert not dialog.split_label.isHidden()


def test_a_fixed_test_set_proposes_two_folders(window, dialog, live_session) -> None:
    assert dialog.classes_button.isChecked()
    project = live_session.project
    project = project.mark_samples(project.classes[0].id, [1, 2])
    with_test_set = opened(window, project)
    assert with_test_set.sides_button.isChecked()
    assert with_test_set.split_label.text() == "38 train, 2 test, which is the fixed test set."


def test_the_split_of_the_last_training_counts(window, dialog, live_session) -> None:
    project = live_session.project
    key = training_key(project)
    ids = tuple(class_id for class_id, _ in key[0])
    run = TrainingRun(1, ids, project.config, key, RunPhase.DONE, test=((0,), (0, 1)))
    text = opened(window, project, run).split_label.text()
    assert text == "37 train, 3 test: split by slice, as in the last training."


def test_hounsfield_units_are_offered_where_there_are_some(window, dialog, store) -> None:
    assert dialog.hu_box.isHidden()
    assert dialog.hu_label.isHidden()
    slices = opened(window, full_project(store))
    assert not slices.hu_box.isHidden()
    slices.hu_box.click()
    assert slices.form.keeps_hu
    assert "16-bit" in slices.hu_label.text()


def test_a_large_project_is_split_while_it_is_written(window, dialog, live_session) -> None:
    bin_ = live_session.project.classes[0]
    many = replace(bin_, samples=bin_.samples * 300)
    large = opened(window, Project((many,)))
    assert large.split_label.text() == "Split into train and test as a training would now."
    assert large.form.sides is None


def test_only_an_empty_folder_is_filled_itself(tmp_path) -> None:
    assert own_folder(tmp_path, "a/b") == tmp_path
    (tmp_path / "a_b images").write_bytes(b"mine")
    assert own_folder(tmp_path, "a/b") == tmp_path / "a_b images (2)"


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """Chooses a folder with a file in it, and Save."""
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    (chosen / "mine.txt").write_bytes(b"x")
    monkeypatch.setattr(file_commands, "ask_folder", lambda *_: chosen)
    code = QDialog.DialogCode.Accepted
    monkeypatch.setattr(ExportSamplesDialog, "exec", lambda _: code)
    return chosen


def test_the_menu_writes_what_was_chosen(qtbot, window, live_session, fill, answers) -> None:
    fill(A=2, B=1)
    window.export_samples()
    qtbot.waitUntil(lambda: bool(live_session.notices))
    assert live_session.notices[-1].text == "Saved 3 images to Project images."
    folder = answers / "Project images"
    assert {path.name for path in folder.iterdir()} == {"A", "B", *FILES}
    assert (answers / "mine.txt").read_bytes() == b"x"


def test_thinking_better_of_it_writes_nothing(
    window, live_session, fill, answers, monkeypatch
) -> None:
    fill(A=2, B=1)
    monkeypatch.setattr(ExportSamplesDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    window.export_samples()
    monkeypatch.setattr(file_commands, "ask_folder", lambda *_: None)
    monkeypatch.setattr(export_samples_dialog, "ask_form", pytest.fail)
    window.export_samples()
    assert live_session.job is None
    assert [path.name for path in answers.iterdir()] == ["mine.txt"]
