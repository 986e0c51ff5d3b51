"""The demonstration: open the embedded example, train on it, try a new image, keep the result."""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import platformdirs
from PySide6.QtCore import QTimer

from ichdesk.app import Desk, execute, has_display
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason
from ichdesk.core.resources import project_path
from ichdesk.core.results import accuracy_text, run_result, write_json
from ichdesk.core.run import RunPhase
from ichdesk.phantom import phantom_jpegs
from ichdesk.phantom.class_projects import CLASS_PROJECTS
from ichdesk.session.state import Change, Level, WorkerStatus
from ichdesk.ui.panel_image import save_image

PROJECT = "experiment1.tm"
_NEW_IMAGE_SEED = 2021
_SIZE_PX = (1600, 940)
_SETTLE_MS = 400  # layout, thumbnails and plots reach their final state


def run_demo(
    screenshot: Path | None = None, project: Path | None = None, copy: Path | None = None
) -> int:
    """Run the demonstration and return the exit code.

    On a display the window stays open, unless a screenshot was asked for. Without one it ends by
    itself and prints where picture and results are.

    Args:
        screenshot: Where to put the picture, results beside it.
        project: What to open; None for the embedded example, which is then trained with default
            settings instead of those of its lesson, which are poor on purpose.
        copy: Where to save the project at the end, if anywhere.
    """
    picture = screenshot
    if picture is None and not has_display():
        picture = _default_picture()
    with tempfile.TemporaryDirectory(prefix="ichdesk-") as folder:
        new_image = _new_image(Path(folder))
        example = project_path(PROJECT)
        files = DemoFiles(project or example, new_image, picture, copy, project is None)
        return execute(lambda desk: Demo(desk, files).start(), unattended=picture is not None)


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What the demonstration reads and writes.

    Args:
        project: What it opens.
        new_image: An image that is not in the project.
        picture: Where to put the picture, results beside it; None to leave the window open.
        copy: Where to save the project, if anywhere.
        default_settings: Train with these instead of the project's.
    """

    project: Path
    new_image: Path
    picture: Path | None
    copy: Path | None
    default_settings: bool = False


class Demo:
    """Steps through the main job as the session reports progress.

    Args:
        desk: The parts of the app.
        files: What it opens and writes.
    """

    def __init__(self, desk: Desk, files: DemoFiles) -> None:
        self._desk = desk
        self._files = files
        self._trained = self._saved = self._finished = False
        self._started_s = self._opened_s = monotonic()

    def start(self) -> None:
        """Show the window and open the example; the rest follows by itself."""
        window = self._desk.window
        window.resize(*_SIZE_PX)
        window.show()
        self._desk.session.subscribe(self._on_change)
        self._desk.session.open(self._files.project)

    def _on_change(self, change: Change) -> None:
        session = self._desk.session
        if session.notices and session.notices[-1].level is Level.ERROR:
            self._end(lambda: _say(session.notices[-1].text, error=True), 1)
        elif session.path and not self._trained and session.worker.status is WorkerStatus.READY:
            self._trained = True
            self._opened_s = monotonic()
            QTimer.singleShot(0, self._train)
        elif change & Change.PREVIEW and self._is_complete() and not self._saved:
            self._saved = True
            QTimer.singleShot(0, self._save)

    def _train(self) -> None:
        self._desk.window.show_under_the_hood(True)
        if self._files.default_settings:
            self._desk.session.reset_config()
        self._desk.session.preview_files([self._files.new_image])
        self._desk.session.train()

    def _save(self) -> None:
        def then() -> None:
            self._end(self._keep, 0)

        if self._files.copy is None:
            then()
        else:
            self._desk.session.save(self._files.copy.absolute(), then)

    def _is_complete(self) -> bool:
        session = self._desk.session
        done = session.run is not None and session.run.phase is RunPhase.DONE
        return done and bool(session.preview) and session.preview[0].probabilities is not None

    def _end(self, last: Callable[[], None], code: int) -> None:
        if self._files.picture is None or self._finished:
            return
        self._finished = True

        def finish() -> None:
            if not self._desk.window.thumbnails.is_idle:
                QTimer.singleShot(_SETTLE_MS, finish)
                return
            try:
                last()
            except UserError as error:
                _say(str(error), error=True)
                self._desk.app.exit(1)
            else:
                self._desk.app.exit(code)

        QTimer.singleShot(_SETTLE_MS, finish)

    def _keep(self) -> None:
        """Save picture and results, and say where they are."""
        run, picture = self._desk.session.run, self._files.picture
        assert run is not None
        assert picture is not None
        names = [name for _, name in self._desk.session.run_classes]
        seconds = {
            "open": self._opened_s - self._started_s,
            "total": monotonic() - self._started_s,
        }
        save_image(self._desk.window.grab().toImage(), picture)
        results = picture.with_suffix(".json")
        write_json(run_result(run, names, seconds), results)
        _say(f"Trained on {self._files.project.name}: test accuracy {accuracy_text(run)}.")
        _say(f"Picture: {picture.absolute()}")
        _say(f"Results: {results.absolute()}")


def _default_picture() -> Path:
    folder = platformdirs.user_data_path("ichdesk", appauthor=False) / "demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder for the picture cannot be made ({os_reason(error)}); "
            "name a file with --screenshot."
        ) from error
    return folder / "demo.png"


def _new_image(folder: Path) -> Path:
    path = folder / "new slice.jpg"
    style = CLASS_PROJECTS[1].style  # shown as the slices of the example are
    path.write_bytes(next(phantom_jpegs("Hemorrhage", 1, _NEW_IMAGE_SEED, style)))
    return path


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout, flush=True)
