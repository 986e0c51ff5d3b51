"""What a project costs in the real window with the real worker: seconds, blocks, frames, memory.

`python big_window.py PROJECT MORE [WHAT...]` prints one JSON object; MORE is a folder of images to
add. With PROFILE=NAME in the environment, the step of that name is profiled, with PROFILE=* all
that have a long block.
"""

import gc
import json
import os
import shutil
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

from big_pretend import pretend
from big_steps import FRAMES, Steps, frames, memory, worker_s
from PySide6.QtCore import QItemSelectionModel

from ichdesk.app import build
from ichdesk.core.run import RunPhase
from ichdesk.session.session import Session
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings

_COPIES = 3
_RUNS = 20
COMPANIONS = ("gallery", "similarity", "health", "heat-maps", "runs")


def open_it(steps: Steps, project: Path) -> None:
    """Open the project."""
    session = steps.desk.session
    steps.do("open", lambda: session.open(project), lambda: session.path == project)
    memory(steps, "open")


def scroll_and_select(steps: Steps) -> None:
    """Scroll a strip from end to end, and extend a selection in it."""
    strip = next(iter(steps.desk.window.canvas.surface.class_cards.values())).strip
    bar, count = strip.horizontalScrollBar(), strip.model().rowCount()
    frames(steps, "scroll by a little", lambda n: bar.setValue(24 * n))
    frames(steps, "scroll from end to end", lambda n: bar.setValue(bar.maximum() * n // FRAMES))
    bar.setValue(0)
    flags, rows = QItemSelectionModel.SelectionFlag, strip.selectionModel()

    def select(number: int) -> None:
        index = strip.model().index(number * (count - 1) // FRAMES)
        strip.setCurrentIndex(index)
        rows.select(index, flags.Toggle)

    frames(steps, "select", select)
    steps.do("select all", strip.selectAll)
    steps.do("menu of all", lambda: strip.parent().context_menu().deleteLater())
    strip.clearSelection()


def edit(steps: Steps, when: str = "") -> None:
    """Move a whole class, remove an image, make a test set, and take all back."""
    session = steps.desk.session
    first, second = (bin_.id for bin_ in session.project.classes[:2])
    every = range(len(session.project.classes[0].samples))
    some = range(0, len(every), 7)
    steps.do(f"remove an image{when}", lambda: session.remove_samples(first, [len(every) // 2]))
    steps.do(f"undo that{when}", session.undo)
    steps.do(f"move a class{when}", lambda: session.move_samples(first, every, second))
    steps.do(f"undo the move{when}", session.undo)
    steps.do(f"test set{when}", lambda: session.move_samples(first, some, first, is_test=True))
    steps.do(f"undo the test set{when}", session.undo)
    rate = session.project.config.learning_rate
    config = session.project.config
    changed = type(config)(**{**_fields(config), "learning_rate": rate / 2})
    steps.do(f"a setting{when}", lambda: session.set_config(changed))
    steps.do(f"undo the setting{when}", session.undo)


def _fields(config: object) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__dataclass_fields__}  # type: ignore[attr-defined]


def add_more(steps: Steps, more: Path) -> None:
    """Add a folder of images and take them back."""
    session = steps.desk.session
    before, first = session.project.sample_count, session.project.classes[0].id
    steps.do(
        "add 1,000 images",
        lambda: session.import_files([more], first),
        lambda: session.project.sample_count > before,
    )
    steps.do("undo the adding", session.undo)


def save(steps: Steps, folder: Path, suffix: str, name: str = "save") -> None:
    """Save under another name, and copy the file as a system does, in turns."""
    session, saves, copies = steps.desk.session, [], []
    for turn in range(_COPIES):
        target = folder / f"saved{turn}{suffix}"
        steps.do(
            f"{name} {suffix}",
            partial(session.save, target),
            partial(_is_saved, session, target),
        )
        saves.append(steps.figures[f"{name} {suffix}: s"])
        copies.append(_copied_s(target, folder / "copy"))
        if turn:
            target.unlink()
    steps.figures[f"{name} {suffix}: s"] = statistics.median(saves)
    steps.figures[f"copy {suffix}: s"] = statistics.median(copies)
    print(f"saves {saves} copies {copies}", file=sys.stderr, flush=True)


def _is_saved(session: Session, target: Path) -> bool:
    return session.path == target and not session.is_writing


def _copied_s(source: Path, target: Path) -> float:
    start_s = perf_counter()
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, 2**20)
        written.flush()
        os.fsync(written.fileno())
    seconds = perf_counter() - start_s
    target.unlink()
    return seconds


def train(steps: Steps, name: str) -> None:
    """Click on Train and wait for the end."""
    session = steps.desk.session
    before_s = worker_s()
    steps.do(f"{name}: click", session.train)
    steps.do(name, lambda: None, lambda: not session.is_training)
    steps.figures[f"{name}: worker processor s"] = worker_s() - before_s
    assert session.run is not None
    assert session.run.phase is RunPhase.DONE, session.run.error
    for phase, seconds in session.run.seconds.items():
        steps.figures[f"{name}, {phase}: s"] = seconds
    spent_s = steps.figures[f"{name}: worker processor s"]
    said = session.run.seconds, spent_s, session.run.test_correct
    print(name, *said, file=sys.stderr, flush=True)
    memory(steps, name)


def hood(steps: Steps) -> None:
    """Open Under the hood, make every panel, edit beneath it."""
    window, session = steps.desk.window, steps.desk.session
    steps.do("open Under the hood", lambda: window.show_under_the_hood(True))
    panel = window._under_the_hood
    assert panel is not None
    for place, frame in enumerate(panel.frames):
        steps.do(f"panel {frame.panel.title}", lambda place=place: panel._go_to(place))
    edit(steps, ", hood")
    bin_ = session.project.classes[0]
    steps.do("rename a class, hood", lambda: session.rename_class(bin_.id, f"{bin_.name} 2"))
    session.undo()


def companions(steps: Steps) -> None:
    """Open each companion and wait until it rests, with what the worker computes for it."""
    window, session = steps.desk.window, steps.desk.session

    def is_seen() -> bool:
        sights = session.observations._sights.values()
        return steps.is_silent or not any(sight.is_going for sight in sights)

    first = session.project.classes[0].id
    for name in COMPANIONS:
        steps.do(f"open {name}", lambda name=name: window.companions.show(name), is_seen)
        shown = window.companions.get(name)
        steps.do(f"remove an image, {name}", lambda: session.remove_samples(first, [5]), is_seen)
        steps.do(f"undo that, {name}", session.undo, is_seen)
        memory(steps, name)
        assert shown is not None
        shown.close()
    steps.do("images of a cell", lambda: window.companions.show_cell_images(None))
    steps.do("close images", lambda: window.companions.get("cell-images").close())  # type: ignore[union-attr]
    steps.do("viewer", lambda: window.companions.show_sample(session.project.classes[1].id, 7))
    steps.do("remove an image, viewer", lambda: session.remove_samples(first, [5]))
    steps.do("undo that, viewer", session.undo)
    steps.do("close viewer", lambda: window.companions.get("viewer").close())  # type: ignore[union-attr]


def many_runs(steps: Steps) -> None:
    """Train until as many runs are kept as a file keeps."""
    session = steps.desk.session
    while len(session.runs) < _RUNS:
        session.undo() if session.undo_label else None
        config = session.project.config
        seeded = type(config)(**{**_fields(config), "seed": len(session.runs) + 1, "epochs": 1})
        session.set_config(seeded)
        steps.do("a run", session.train, lambda: not session.is_training)
    memory(steps, f"{_RUNS} runs")


def main() -> None:
    """Do what is wanted, all that takes seconds if nothing is named, and print the figures."""
    project, more = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = set(sys.argv[3:])

    def wants(name: str) -> bool:
        return not wanted or name in wanted

    with tempfile.TemporaryDirectory(dir=project.parent) as name:
        folder = Path(name)
        desk = build(Settings(folder / "window.json"), store_folder=folder / "store")
        gc.freeze()  # as the app does
        desk.window.resize(1600, 940)
        desk.window.show()
        steps = Steps(desk)
        ready = lambda: desk.session.worker.status is WorkerStatus.READY  # noqa: E731
        steps.do("start", lambda: None, ready)
        memory(steps, "start")
        open_it(steps, project)
        if wants("scroll"):
            scroll_and_select(steps)
        if wants("edit"):
            edit(steps)
        if wants("add"):
            add_more(steps, more)
        if wants("save"):
            save(steps, folder, project.suffix)
        if wants("pretend"):
            pretend(steps)
        if "train" in wanted:
            train(steps, "first Train")
            train_again(steps)
        if wants("hood"):
            hood(steps)
        if wants("companions"):
            companions(steps)
        if "runs" in wanted:
            many_runs(steps)
            edit(steps, ", 20 runs")
            save(steps, folder, ".ichdesk", "save 20 runs")
        for notice in desk.session.notices:
            print(notice.text, file=sys.stderr)
        memory(steps, "end")
        desk.close()
    print(json.dumps(steps.figures), flush=True)


def train_again(steps: Steps) -> None:
    """Train with the same images once more, as a new seed."""
    session = steps.desk.session
    config = session.project.config
    session.set_config(type(config)(**{**_fields(config), "seed": config.seed + 1}))
    train(steps, "second Train")


if __name__ == "__main__":
    main()
