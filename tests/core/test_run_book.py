"""The book of runs: numbers, names, bounds, and what has to go when it is full."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ichdesk.core import run_book
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.run_book import MAX_NOTE_LENGTH, MAX_RUNS, MAX_TITLE_LENGTH, NO_RUNS, RunBook
from ichdesk.core.samples import Sample

WHEN = datetime(2026, 11, 21, 18, 0, 5, 123, tzinfo=UTC)


def run(*names: str, model: bytes = b"", epochs: int = 50) -> TrainingRun:
    samples = tuple(Sample(Path("x"), 0, 1, name) for name in names or ("a", "b"))
    config = TrainConfig(epochs=epochs)
    key = (((1, samples[:1]), (2, samples[1:])), config)
    return TrainingRun(1, (1, 2), config, key, RunPhase.DONE, names=("A", "B"), model=model)


def book(count: int) -> RunBook:
    runs = NO_RUNS
    for _ in range(count):
        runs, _ = runs.add(run(), WHEN)
    return runs


def numbers(runs: RunBook) -> list[int]:
    return [kept.number for kept in runs]


def test_runs_are_numbered_and_the_last_one_is_in_use() -> None:
    runs = book(3)
    assert numbers(runs) == [1, 2, 3]
    assert runs.present == 3
    assert runs.present_run is runs[3].run
    assert runs.before(3) is runs[2].run
    assert runs.before(1) is None
    assert runs[1].trained == WHEN.replace(microsecond=0)
    assert not NO_RUNS
    assert NO_RUNS.present_run is None
    with pytest.raises(KeyError):
        runs[4]


def test_times_are_kept_in_utc_whatever_the_clock_says() -> None:
    there = WHEN.astimezone(timezone(timedelta(hours=-7)))
    kept = RunBook.of(run(), there)[1]
    assert kept.trained is not None
    assert (kept.trained.hour, kept.trained.tzinfo) == (18, UTC)


def test_a_number_is_not_given_again() -> None:
    runs = book(3).use(1).remove(3)
    added, _ = runs.add(run(), WHEN)
    assert numbers(added) == [1, 2, 4]
    assert numbers(added.remove(2).put_back(runs[2])) == [1, 2, 4]


def test_the_run_in_use_cannot_be_removed() -> None:
    with pytest.raises(UserError, match="in use cannot be removed"):
        book(2).remove(2)
    assert numbers(book(2).use(1).remove(2)) == [1]


def test_names_and_notes() -> None:
    runs = book(2).rename(1, "  Bone window ").annotate(1, "two\nlines ")
    kept = runs[1]
    assert (kept.name, kept.note) == ("Bone window", "two\nlines")
    assert kept.title == "run 1, “Bone window”"
    assert runs[2].title == "run 2"
    assert kept.is_marked
    assert runs.rename(1, "Bone window") is runs
    assert not runs.rename(1, "").annotate(1, " ")[1].is_marked


@pytest.mark.parametrize("name", ["x" * (MAX_TITLE_LENGTH + 1), "a\nb", "a\0", "\ud800"])
def test_names_that_cannot_be_kept(name: str) -> None:
    with pytest.raises(UserError):
        book(1).rename(1, name)


@pytest.mark.parametrize("note", ["x" * (MAX_NOTE_LENGTH + 1), "a\0", "\x7f", "\ud800"])
def test_notes_that_cannot_be_kept(note: str) -> None:
    with pytest.raises(UserError):
        book(1).annotate(1, note)


def test_the_oldest_run_without_name_or_note_goes_first() -> None:
    runs = book(MAX_RUNS).rename(1, "keep").annotate(2, "keep")
    runs, gone = runs.add(run(), WHEN)
    assert [kept.number for kept in gone] == [3]
    assert len(runs) == MAX_RUNS
    assert numbers(runs)[:3] == [1, 2, 4]


def test_where_all_are_marked_the_oldest_goes_and_never_the_one_in_use() -> None:
    runs = book(MAX_RUNS)
    for number in numbers(runs):
        runs = runs.rename(number, f"n{number}")
    runs, gone = runs.add(run(), WHEN)
    assert [kept.number for kept in gone] == [1]
    assert runs.present == MAX_RUNS + 1
    assert not runs[MAX_RUNS + 1].is_marked


def test_models_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_book, "MAX_MODELS_BYTES", 100)
    runs = NO_RUNS
    for _ in range(3):
        runs, gone = runs.add(run(model=b"x" * 40), WHEN)
    assert numbers(runs) == [2, 3]
    assert [kept.number for kept in gone] == [1]
    runs, gone = runs.add(run(model=b"x" * 101), WHEN)
    assert numbers(runs) == [4]
    assert len(gone) == 2


def test_the_fingerprint_is_of_the_images_alone() -> None:
    first = RunBook.of(run())[1].data
    assert len(first) == 8
    assert int(first, 16) >= 0
    renamed = replace(run(epochs=3), names=("X", "Y"), class_ids=(8, 9))
    assert RunBook.of(renamed)[1].data == first
    assert RunBook.of(run("a", "c"))[1].data != first
    assert RunBook.of(run("b", "a"))[1].data != first
