"""The one writer of state: edits, undo, files, training and what happens when things break."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore, open_project
from ichdesk.core.config import TrainConfig
from ichdesk.core.run import RunPhase
from ichdesk.core.split_facts import NearCopy, SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level, WorkerStatus
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.scans import axial, ct, written


class RecordingWorker:
    """Keeps requests instead of answering them."""

    def __init__(self) -> None:
        self.requests: list[msg.Request] = []

    def send(self, request: msg.Request) -> None:
        self.requests.append(request)


class Desk:
    """A session with a recording worker and a queue as its thread."""

    def __init__(self, folder: Path) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.store = SampleStore(folder / "store")
        self.worker = RecordingWorker()
        self.session = Session(self.worker, self.store, self.calls.put)
        self.changes: list[Change] = []
        self.session.subscribe(self.changes.append)

    def run_until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.calls.get(timeout=20)()

    def finish_jobs(self) -> None:
        """Run everything that the file thread reports, up to a job queued last."""
        ended: list[bool] = []
        self.session._jobs.start("end", lambda progress: True, ended.append)
        self.run_until(lambda: bool(ended))

    def image(self, folder: Path, name: str, shade: int = 90) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (shade, shade, shade)).save(folder / name)
        return folder / name

    def fill(self, folder: Path, per_class: int = 3) -> None:
        """Put images into both classes."""
        for number, bin_ in enumerate(self.session.project.classes):
            paths = [
                self.image(folder, f"{number}-{i}.png", 10 + 60 * number + i)
                for i in range(per_class)
            ]
            self.session.import_files(paths, bin_.id)
        self.finish_jobs()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.session.close()
    desk.store.close()


def epoch_ended(request_id: int, epoch: int = 0) -> msg.EpochEnded:
    confusion = np.array([[1, 0], [1, 0]], np.int64)
    return msg.EpochEnded(request_id, epoch, 0.75, 0.5, 0.4, 0.7, confusion)


def trained(desk: Desk, folder: Path, facts: SplitFacts | None = None) -> int:
    """Take a run to its end and return its request id."""
    desk.fill(folder)
    assert desk.session.train()
    run = desk.session.run
    assert run is not None
    train, test = ((0, 1), (1, 2)), ((2,), (0,))
    split = msg.SplitMade(run.request_id, train, test, "cpu", (), facts or SplitFacts())
    desk.session.handle(split)
    desk.session.handle(epoch_ended(run.request_id))
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4]], np.float32)
    desk.session.handle(
        msg.RunEnded(run.request_id, msg.Outcome.DONE, None, {"train": 0.1}, probabilities)
    )
    return run.request_id


def test_starts_with_two_empty_classes_and_nothing_to_save(desk: Desk) -> None:
    assert [bin_.name for bin_ in desk.session.project.classes] == ["Class 1", "Class 2"]
    assert not desk.session.is_modified
    assert desk.session.undo_label is None


def test_every_edit_can_be_undone_and_redone(desk: Desk, tmp_path: Path) -> None:
    session = desk.session
    desk.fill(tmp_path)
    first, second = (bin_.id for bin_ in session.project.classes)
    edits: list[Callable[[], object]] = [
        lambda: session.rename_class(first, "Bleed"),
        lambda: session.set_class_enabled(second, False),
        lambda: session.move_samples(first, [0, 2], second),
        lambda: session.remove_samples(first, [0]),
        lambda: session.move_from_classes({first: [0], second: [1]}, first),
        lambda: session.remove_from_classes({first: [0], second: [0]}),
        lambda: session.remove_all_samples(second),
        session.add_class,
        lambda: session.delete_class(first),
        lambda: session.set_config(TrainConfig(epochs=7)),
        session.reset_config,
    ]
    states = [session.project]
    for edit in edits:
        edit()
        assert session.project != states[-1]
        states.append(session.project)
    for state in reversed(states[:-1]):
        session.undo()
        assert session.project == state
    for state in states[1:]:
        session.redo()
        assert session.project == state


def test_steps_of_one_setting_are_one_edit(desk: Desk) -> None:
    for epochs in (51, 52, 53):
        desk.session.set_config(TrainConfig(epochs=epochs))
    assert desk.session.undo_label == "Change epochs"
    desk.session.undo()
    assert desk.session.project.config == TrainConfig()


def test_undo_back_to_the_saved_project_is_unmodified(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    desk.session.save(tmp_path / "a.tm")
    desk.finish_jobs()
    assert not desk.session.is_modified
    desk.session.add_class()
    assert desk.session.is_modified
    desk.session.undo()
    assert not desk.session.is_modified


def test_undo_after_a_save_brings_back_removed_samples(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    before = [sample.read() for sample in desk.session.project.classes[0].samples]
    desk.session.save(tmp_path / "a.tm")
    desk.session.remove_all_samples(desk.session.project.classes[0].id)
    desk.session.save(tmp_path / "a.tm")
    desk.finish_jobs()
    desk.session.undo()
    assert [sample.read() for sample in desk.session.project.classes[0].samples] == before


def test_a_refused_name_is_a_notice_and_changes_nothing(desk: Desk) -> None:
    before = desk.session.project
    assert not desk.session.rename_class(before.classes[0].id, " Class 2 ")
    assert desk.session.project is before
    assert desk.session.notices[-1].level is Level.ERROR


def test_open_replaces_the_project_and_failure_keeps_it(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    desk.session.save(tmp_path / "a.tm")
    desk.finish_jobs()
    kept = desk.session.project
    (tmp_path / "broken.tm").write_bytes(b"this is no zip")
    desk.session.open(tmp_path / "broken.tm")
    desk.finish_jobs()
    assert desk.session.project is kept
    assert "broken.tm" in desk.session.notices[-1].text
    desk.session.open(tmp_path / "a.tm")
    desk.finish_jobs()
    assert desk.session.project.sample_count == 6
    assert desk.session.name == "a.tm"


def test_folder_of_folders_becomes_classes(desk: Desk, tmp_path: Path) -> None:
    for name in ("Normal", "Class 1"):
        desk.image(tmp_path / "set" / name, "x.png", shade=len(name))
    desk.session.import_files([tmp_path / "set"])
    desk.finish_jobs()
    counts = {bin_.name: len(bin_.samples) for bin_ in desk.session.project.classes}
    assert counts == {"Class 1": 1, "Class 2": 0, "Normal": 1}
    assert desk.session.undo_label == "Add images"


def test_loose_images_on_the_canvas_become_a_class(desk: Desk, tmp_path: Path) -> None:
    desk.image(tmp_path / "Old bleeds", "x.png")
    desk.session.import_files([tmp_path / "Old bleeds"])
    desk.finish_jobs()
    assert desk.session.project.classes[-1].name == "Old bleeds"


def test_left_out_files_are_listed_by_name_only(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_bytes(b"no image")
    picture = desk.image(tmp_path, "x.png")
    desk.session.import_files([tmp_path / "notes.png", picture], None)
    desk.finish_jobs()
    notice = desk.session.notices[-1]
    assert any("notes.png" in detail for detail in notice.details)
    assert not any(str(tmp_path) in detail for detail in notice.details)


def test_what_holds_no_image_is_said(desk: Desk, tmp_path: Path) -> None:
    before = desk.session.project
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.png").write_bytes(b"no image")
    desk.session.import_files([tmp_path / "empty"])
    desk.session.import_files([tmp_path / "notes.png"])
    desk.finish_jobs()
    first, second = desk.session.notices
    assert "No image was found" in first.text
    assert "notes.png" in second.text
    assert str(tmp_path) not in second.text
    assert desk.session.project is before


def test_a_cancelled_job_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    before = desk.session.project
    desk.image(tmp_path, "x.png")
    desk.session._jobs._pool.submit(desk.session.cancel_job)  # between start and first progress

    def work(progress: Callable[[int, int], None]) -> None:
        desk.session.cancel_job()
        progress(1, 2)
        raise AssertionError("progress must stop a cancelled job")

    done: list[None] = []
    desk.session._jobs.start("Reading", work, done.append)
    desk.finish_jobs()
    assert not done
    assert desk.session.project is before
    assert desk.session.job is None


def test_training_needs_two_filled_classes(desk: Desk) -> None:
    assert not desk.session.train()
    assert not desk.worker.requests
    assert "two enabled classes" in desk.session.notices[-1].text


def test_training_leaves_out_disabled_and_empty_classes(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    third = desk.session.add_class()
    desk.session.import_files([desk.image(tmp_path, "third.png", 200)], third)
    desk.session.add_class()
    desk.finish_jobs()
    desk.session.set_class_enabled(desk.session.project.classes[1].id, False)
    desk.session.train()
    request = desk.worker.requests[-1]
    assert isinstance(request, msg.StartTraining)
    assert [entry.name for entry in request.classes] == ["Class 1", "Class 3"]


def test_a_finished_run_keeps_its_figures(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    run = desk.session.run
    assert run is not None
    assert run.phase is RunPhase.DONE
    assert run.test_correct == (1, 2)
    assert run.history[0].test_acc == 0.5
    assert desk.session.has_model
    assert not desk.session.is_stale


def test_events_of_another_run_are_dropped(desk: Desk, tmp_path: Path) -> None:
    request_id = trained(desk, tmp_path)
    desk.session.train()
    desk.session.handle(epoch_ended(request_id))
    assert desk.session.run is not None
    assert not desk.session.run.history


def test_a_change_of_data_makes_the_model_stale_but_a_rename_does_not(
    desk: Desk, tmp_path: Path
) -> None:
    trained(desk, tmp_path)
    first = desk.session.project.classes[0].id
    desk.session.rename_class(first, "Bleed")
    assert not desk.session.is_stale
    assert desk.session.run_classes[0] == (0, "Bleed")
    desk.session.remove_samples(first, [0])
    assert desk.session.is_stale
    desk.session.undo()
    assert not desk.session.is_stale
    desk.session.set_config(replace(desk.session.project.config, epochs=3))
    assert desk.session.is_stale


def test_cancel_is_sent_to_the_worker(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    desk.session.train()
    desk.session.cancel_training()
    run = desk.session.run
    assert run is not None
    assert desk.worker.requests[-1] == msg.Cancel(run.request_id)
    desk.session.handle(msg.RunEnded(run.request_id, msg.Outcome.CANCELLED))
    assert run.phase is RunPhase.CANCELLED
    assert not desk.session.has_model


def test_a_dead_worker_fails_the_run_and_leaves_the_project(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    desk.session.train()
    before = desk.session.project
    desk.session.handle(WorkerDied(will_restart=True, reason="Training stopped unexpectedly."))
    assert desk.session.run is not None
    assert desk.session.run.phase is RunPhase.FAILED
    assert desk.session.project is before
    assert desk.session.notices[-1].text == "Training stopped unexpectedly."
    desk.session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom",)))
    assert desk.session.worker.status is WorkerStatus.READY
    assert desk.session.train()


def test_a_worker_that_stays_dead_refuses_to_train(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    desk.session.handle(WorkerDied(will_restart=False, reason="Training keeps stopping."))
    assert not desk.session.train()
    assert desk.session.worker.status is WorkerStatus.FAILED


def test_preview_is_classified_when_a_model_is_there(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    good, bad = desk.image(tmp_path, "good.png"), tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    desk.session.preview_files([bad, good])
    desk.run_until(lambda: len(desk.session.preview) == 2)
    request = desk.worker.requests[-1]
    assert isinstance(request, msg.Predict)
    assert request.images.shape == (1, 224, 224, 3)
    rows = np.array([[0.25, 0.75]], np.float32)
    desk.session.handle(msg.PredictionEnded(request.request_id, msg.Outcome.DONE, None, rows))
    assert desk.session.preview[0].error
    assert desk.session.preview[0].probabilities is None
    assert desk.session.preview[1].probabilities == (0.25, 0.75)


def test_preview_before_training_is_classified_after_it(desk: Desk, tmp_path: Path) -> None:
    desk.session.preview_files([desk.image(tmp_path, "good.png")])
    desk.run_until(lambda: len(desk.session.preview) == 1)
    assert not desk.worker.requests
    trained(desk, tmp_path)
    assert isinstance(desk.worker.requests[-1], msg.Predict)


def test_model_is_saved_under_the_present_names(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    desk.session.rename_class(desk.session.project.classes[0].id, "Bleed")
    desk.session.export_model(tmp_path / "m.ichmodel")
    request = desk.worker.requests[-1]
    assert isinstance(request, msg.SaveModel)
    assert request.labels == ("Bleed", "Class 2")
    desk.session.handle(msg.ModelSaved(request.request_id, msg.Outcome.FAILED, "The disk is full."))
    assert desk.session.notices[-1].text == "The disk is full."


def test_opening_a_project_forgets_run_and_history(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    desk.session.save(tmp_path / "a.tm")
    desk.session.open(tmp_path / "a.tm")
    desk.finish_jobs()
    assert desk.session.run is None
    assert desk.session.undo_label is None
    with SampleStore(tmp_path / "other") as other:
        assert open_project(tmp_path / "a.tm", other).project.sample_count == 6


def test_scans_are_counted_and_go_to_the_class(desk: Desk, tmp_path: Path) -> None:
    for number in range(3):
        elements = axial(number, f"1.2.{number % 2}", PatientID="7")
        folder = tmp_path / "Smith John" / f"series {number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"IM{number}").write_bytes(written(ct(**elements)))
    first = desk.session.project.classes[0].id
    desk.session.import_files([tmp_path / "Smith John"], first)
    desk.finish_jobs()
    assert [len(bin_.samples) for bin_ in desk.session.project.classes] == [3, 0]
    notice = desk.session.notices[-1]
    assert notice.text == "Added 3 images. The slices are of 2 series of 1 patient."
    assert notice.level is Level.INFO


def test_a_folder_named_after_a_patient_names_no_class(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "Smith, John"
    folder.mkdir()
    data = written(ct(PatientName="SMITH^JOHN^A", BurnedInAnnotation="YES"))
    (folder / "IM1").write_bytes(data)
    desk.session.import_files([folder])
    desk.finish_jobs()
    assert [bin_.name for bin_ in desk.session.project.classes][-1] == "Class 3"
    notice = desk.session.notices[-1]
    assert "may have a name written on the picture" in notice.text
    assert notice.level is Level.WARNING


def test_what_a_split_by_slice_hides_is_a_warning(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path, SplitFacts("slice", 4, 3, 3, 0, (NearCopy(0, 2, 1, 1),), 1))
    shared, copies = desk.session.notices
    assert shared.level is copies.level is Level.WARNING
    assert shared.text.startswith("3 patients are on both sides of the split")
    assert shared.text.endswith("choose Split: By patient under Advanced and train again.")
    assert copies.details == ("Class 1, image 3 is nearly the same as Class 2, image 2.",)
    assert desk.session.run is not None
    assert desk.session.run.split == SplitFacts("slice", 4, 3, 3, 0, (NearCopy(0, 2, 1, 1),), 1)


def test_the_next_run_makes_these_warnings_old_news(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path, SplitFacts("slice", 4, 3, 3))
    assert desk.session.notices
    assert desk.session.train()
    assert not desk.session.notices


def test_a_good_split_is_no_news(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path, SplitFacts("patient", 4, 1))
    assert not desk.session.notices
