"""A few cases of the fault test; `python tests/faults/run.py` runs hundreds."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.cases import CASES, Result, allowed, check, furnished, lost
from tests.faults.place import start
from tests.faults.record import SAVED, SAVING, STATE, Entry
from tests.faults.run import Outcome, chosen, run_case, table

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are killed by signals")

SHORT = (
    "killed while editing",
    "killed while importing",
    "killed while saving",
    "killed while migrating",
    "killed again after restoring",
    "two windows killed",
    "disk of the project full",
    "disk of the cache full",
    "file becomes read-only",
    "file overwritten while open",
    "cache damaged after a crash",
    "clock set back or forward",
)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, "Future[Outcome]"]]:
    """All of them at once: most of their time is spent waiting."""
    with ThreadPoolExecutor(4) as pool:
        runs = {
            name: pool.submit(run_case, name, seed, trains_in_app=False)
            for seed, name in enumerate(SHORT)
        }
        yield runs


@pytest.mark.parametrize("name", SHORT)
def test_the_project_is_whole_and_the_app_works_after(
    name: str, outcomes: dict[str, "Future[Outcome]"]
) -> None:
    outcome = outcomes[name].result()
    if outcome.skipped:
        pytest.skip(outcome.skipped)
    assert outcome.problem == ""


# --- the test can fail ---------------------------------------------------------------------------


class Ended:
    """A process that has written these entries and was killed at 10 s."""

    ended_s = 10.0

    def __init__(self, *states: tuple[float, str]) -> None:
        self.states = states

    def entries(self) -> list[Entry]:
        return [Entry(at_s, STATE, content) for at_s, content in self.states]


@pytest.mark.parametrize(
    ("kept", "result"),
    [
        (["a", "b"], Result()),
        (["b"], Result()),
        (["a"], Result(1, 7.0)),
        (["other"], Result(2, 9.0)),
    ],
)
def test_lost_edits_are_counted_from_the_first_that_is_gone(
    kept: list[str], result: Result
) -> None:
    assert lost(Ended((1.0, "a"), (3.0, "b")), kept) == result  # type: ignore[arg-type]


def test_a_file_may_be_what_was_saved_last_or_what_was_being_saved() -> None:
    started = [Entry(1, SAVING, "a")]
    assert allowed("old", []) == {"old"}
    assert allowed("old", started) == {"old", "a"}
    done = [*started, Entry(2, SAVED, "a")]
    assert allowed("old", done) == {"a"}
    assert allowed("old", [*done, Entry(3, SAVING, "b")]) == {"a", "b"}


def test_a_project_that_is_not_what_was_saved_is_noticed(tmp_path: Path) -> None:
    with furnished(tmp_path, 0, trains_in_app=False) as place:
        other = Path(__file__).parents[1] / "archive" / "old" / "version_1.ichdesk"
        shutil.copyfile(other, place.project)
        with pytest.raises(AssertionError):
            check(place, told="is not a model")


def test_a_script_that_does_not_get_there_is_noticed(tmp_path: Path) -> None:
    with furnished(tmp_path, 0) as place:
        life = start(place, place.orders("no such script"))
        with pytest.raises(AssertionError, match="no begin"):
            life.wait_for("begin")


def test_every_case_is_chosen_and_the_table_tells_what_was_not_whole() -> None:
    names = [name for name, _ in chosen(3 * len(CASES), 0)]
    assert all(names.count(name) == 3 for name in CASES)
    assert chosen(9, 4) == chosen(9, 4)
    good = Outcome("worker hangs", 1, 2.0, Result(3, 1.5))
    bad = Outcome("worker hangs", 2, 4.0, Result(), problem="lost")
    missing = Outcome("quota used up", 3, 0.1, Result(), skipped="no quota here")
    text = table([good, bad, missing])
    assert "| worker hangs | 2 | 1 | 3 | 1.5 | 3.0 |" in text
    assert "| quota used up | 0 | skipped: no quota here |" in text
    assert "1 of 2 cases whole." in text
