"""What a person would do while something goes wrong, as generators that wait for conditions."""

import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from ichdesk.core.run import RunPhase
from ichdesk.session.session import Session
from ichdesk.session.state import WorkerStatus
from ichdesk.session.worker_client import WorkerClient
from tests.faults.record import BEGIN, SAVED, SAVING, TOLD, Record, content

Script = Iterator[Callable[[], object]]
_EPOCHS = 4


@dataclass(slots=True)
class Scene:
    """Where a script plays.

    Attributes:
        project: The file that is open.
        images: A folder of images to import.
        junk: A file that fills a disk; None where none is full.
    """

    session: Session
    client: WorkerClient
    record: Record
    chance: random.Random
    project: Path
    images: Path
    junk: Path | None = None
    restore: Callable[[], Script] | None = None


def editing(scene: Scene) -> Script:
    """Edits without end, at the pace of a fast hand."""
    scene.record.add(BEGIN)
    while True:
        _edit(scene)
        yield _pause(scene.chance.uniform(0.0, 0.3))


def importing(scene: Scene) -> Script:
    """Images come in, class after class."""
    session = scene.session
    scene.record.add(BEGIN)
    while True:
        before = session.project
        session.import_files([scene.images], session.add_class())
        yield (
            lambda before=before: (
                session.project.sample_count > before.sample_count
                or (session.notices and not session.job)
            )
        )
        for bin_ in session.project.classes[2:]:
            session.delete_class(bin_.id)


def training(scene: Scene) -> Script:
    """One training after another."""
    yield lambda: scene.session.worker.status is WorkerStatus.READY
    scene.record.add(BEGIN)
    while True:
        yield from _train(scene)


def saving(scene: Scene) -> Script:
    """An edit, a save, an edit, a save."""
    scene.record.add(BEGIN)
    while True:
        _edit(scene)
        yield from _save(scene)


def restoring(scene: Scene) -> Script:
    """Take over what a crash left, then edit."""
    assert scene.restore is not None
    yield from scene.restore()
    yield from editing(scene)


def worker_killed(scene: Scene) -> Script:
    """The training process is killed in the middle; the next one trains."""
    yield from _start_training(scene)
    yield _pause(scene.chance.uniform(0.0, 0.4))
    os.kill(_worker_pid(scene), signal.SIGKILL)
    yield from _goes_on(scene)


def worker_hangs(scene: Scene) -> Script:
    """The training process stops where it is; it is noticed, cancelled, and the next one trains."""
    session = scene.session
    scene.session.set_config(replace(session.project.config, epochs=5000))
    yield from _start_training(scene)
    yield _pause(scene.chance.uniform(0.0, 0.4))
    os.kill(_worker_pid(scene), signal.SIGSTOP)
    yield lambda: any("no progress" in notice.text for notice in session.notices)
    session.cancel_training()
    scene.record.add(TOLD)
    yield from _goes_on(scene)


def answers_twice(scene: Scene) -> Script:
    """Every event comes twice; two trainings give two runs."""
    session = scene.session
    yield lambda: session.worker.status is WorkerStatus.READY
    scene.record.add(BEGIN)
    yield from _train(scene)
    yield from _train(scene)
    assert len(session.runs) == 2
    yield from _finish(scene)


def refused_save(scene: Scene) -> Script:
    """A save that cannot be done says so; edits go on."""
    session = scene.session
    _edit(scene)
    scene.record.add(BEGIN)
    session.save(scene.project)
    yield lambda: session.notices and not session.is_writing
    assert session.is_modified
    scene.record.add(TOLD)
    yield from editing(scene)


def small_quota(scene: Scene) -> Script:
    """No file may grow beyond what the open one has."""
    most = scene.project.stat().st_size // 2
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield from refused_save(scene)


def folder_locked(scene: Scene) -> Script:
    """The right to write to the folder is lost while the project is open."""
    scene.project.parent.chmod(0o500)
    yield from refused_save(scene)


def file_locked(scene: Scene) -> Script:
    """The file becomes read-only while it is open."""
    scene.project.chmod(0o400)
    yield from refused_save(scene)


def full_target(scene: Scene) -> Script:
    """The disk with the project fills up while it is open."""
    _fill(scene)
    yield from refused_save(scene)


def full_cache(scene: Scene) -> Script:
    """The disk with samples and journal fills up: one sentence, and saving works."""
    session = scene.session
    _fill(scene)
    scene.record.add(BEGIN)
    session.import_files([scene.images], session.project.classes[0].id)
    yield lambda: session.notices and not session.job
    _edit(scene)
    yield from _save(scene)
    scene.record.add(TOLD)
    yield from _finish(scene)


def removed(scene: Scene) -> Script:
    """Somebody deletes the file; a save makes it again."""
    scene.project.unlink()
    _edit(scene)
    scene.record.add(BEGIN)
    yield from _save(scene)
    yield from editing(scene)


def overwritten(scene: Scene) -> Script:
    """Another program writes into the file; what is open does not care."""
    size = scene.project.stat().st_size
    with scene.project.open("r+b") as file:
        file.seek(scene.chance.randrange(size))
        file.write(scene.chance.randbytes(1000))
        file.truncate(scene.chance.randrange(size))
    _edit(scene)
    scene.record.add(BEGIN)
    yield from _save(scene)
    yield from editing(scene)


SCRIPTS: dict[str, Callable[[Scene], Script]] = {
    script.__name__: script
    for script in (
        *(editing, importing, training, saving, restoring),
        *(worker_killed, worker_hangs, answers_twice),
        *(small_quota, folder_locked, file_locked, full_target, full_cache),
        *(removed, overwritten),
    )
}


def _edit(scene: Scene) -> None:
    session, chance = scene.session, scene.chance
    bin_ = chance.choice(session.project.classes[:2])
    kind = chance.randrange(4)
    if kind == 0 and len(bin_.samples) > 3:
        session.remove_samples(bin_.id, [chance.randrange(len(bin_.samples))])
    elif kind == 1 and bin_.samples:
        others = session.project.classes[:2]
        target = others[0] if bin_ is others[1] else others[1]
        if len(bin_.samples) > 3:
            session.move_samples(bin_.id, [0], target.id)
    elif kind == 2:
        session.set_config(replace(session.project.config, seed=chance.randrange(10**6)))
    session.rename_class(bin_.id, f"Class {chance.randrange(10**9)}")


def _save(scene: Scene) -> Script:
    session = scene.session
    said = content(session.project)
    scene.record.add(SAVING, said)
    session.save(scene.project)
    yield lambda: not session.is_writing
    assert not session.is_modified, session.notices
    scene.record.add(SAVED, said)


def _start_training(scene: Scene) -> Script:
    session = scene.session
    yield lambda: session.worker.status is WorkerStatus.READY
    assert session.train(), session.notices
    scene.record.add(BEGIN)


def _train(scene: Scene) -> Script:
    session = scene.session
    seed = session.project.config.seed + 1
    session.set_config(replace(session.project.config, seed=seed, epochs=_EPOCHS))
    assert session.train(), session.notices
    yield lambda: not session.is_training
    assert session.run is not None
    assert session.run.phase is RunPhase.DONE, session.run


def _goes_on(scene: Scene) -> Script:
    session = scene.session
    yield lambda: session.worker.status is WorkerStatus.STARTING
    yield lambda: session.worker.status is WorkerStatus.READY
    yield from _train(scene)
    yield from _finish(scene)


def _finish(scene: Scene) -> Script:
    _edit(scene)
    yield from _save(scene)


def _fill(scene: Scene) -> None:
    """Take all room on the disk of the junk but a few bytes."""
    assert scene.junk is not None
    room = shutil.disk_usage(scene.junk.parent).free
    with scene.junk.open("wb") as file:
        file.write(bytes(max(0, room - 4096 * scene.chance.randrange(3))))


def _worker_pid(scene: Scene) -> int:
    worker = scene.client._worker
    assert worker is not None
    assert worker._process.pid is not None
    return worker._process.pid


def _pause(seconds: float) -> Callable[[], bool]:
    until = monotonic() + seconds
    return lambda: monotonic() >= until
