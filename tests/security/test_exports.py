"""Names of classes as names of folders: never outside the chosen one, never over what is there."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ichdesk.archive import SampleStore, export_samples
from ichdesk.core.names import usable_name
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from tests.fakes.projects import picture

HOSTILE = (
    *("..", "../..", "../../x", "/etc", "/", "\\", "..\\..\\x", "C:\\Windows", "C:", "\\\\host\\x"),
    *("con", "CON.txt", "nul", "com1", "LPT9.x", "aux ", "x.", "x ", "...", ".ssh", "~", "-rf"),
    *("a/b", "a|b", "a?b*", "a\u202eb", "é", "e\u0301", "ß", "SS", "ſ", "K", "\u212a", "$HOME"),
    *("x" * 200, "🩸" * 99, "train", "test", "0.jpg", "A", "a", "A ", "a."),
)
PLACES = st.lists(
    st.sampled_from(HOSTILE) | st.text(max_size=30), min_size=1, max_size=12, unique=True
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(names=PLACES, tested=st.booleans())
def test_everything_lands_in_the_chosen_folder(
    store: SampleStore, tmp_path_factory: pytest.TempPathFactory, names: list[str], tested: bool
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    chosen = outer / "a" / "chosen"
    chosen.mkdir(parents=True)
    project = project_of(store, names, tested=tested)
    assert export_samples(project, chosen) == len(names)
    files = [path for path in outer.rglob("*") if path.is_file()]
    assert len(files) == len(names)
    assert all(chosen in path.parents for path in files)
    assert len({path.parent.name.casefold() for path in files}) == len(names)
    for path in files:
        parts = path.relative_to(chosen).parts
        assert not any(part.startswith(".") or part.endswith((".", " ")) for part in parts)
        assert all(len(os.fsencode(part)) < 255 for part in parts)


def test_a_second_export_overwrites_nothing(store: SampleStore, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    project = project_of(store, list(HOSTILE[:12]))
    export_samples(project, chosen)
    before = {path: path.read_bytes() for path in chosen.rglob("*") if path.is_file()}
    for path in before:
        path.write_bytes(b"mine")
    export_samples(project, chosen)
    assert all(path.read_bytes() == b"mine" for path in before)
    assert sum(path.is_file() for path in chosen.rglob("*")) == 2 * len(before)


def test_links_in_the_chosen_folder_lead_nothing_out_of_it(
    store: SampleStore, tmp_path: Path
) -> None:
    chosen, outside = tmp_path / "chosen", tmp_path / "outside"
    chosen.mkdir()
    outside.mkdir()
    (chosen / "A").symlink_to(outside)
    (chosen / "B").symlink_to(tmp_path / "nothing")
    (chosen / "C").mkdir()
    (chosen / "C" / "0.jpg").symlink_to(outside / "new.jpg")
    export_samples(project_of(store, ["A", "B", "C"]), chosen)
    assert list(outside.iterdir()) == []
    assert not (tmp_path / "nothing").exists()
    assert (chosen / "A (2)" / "0.jpg").is_file()
    assert (chosen / "B (2)" / "0.jpg").is_file()
    assert (chosen / "C" / "0 (2).jpg").is_file()


def project_of(store: SampleStore, names: list[str], *, tested: bool = False) -> Project:
    """A class of one sample for each name, as far as a project may have it."""
    taken, bins = set[str](), []
    for number, name in enumerate(names):
        usable = usable_name(name, taken)
        taken.add(usable)
        sample = store.add(picture(number))
        bins.append(ClassBin(usable, (sample,)))
    project = Project(tuple(bins))
    return marked_as_test(project) if tested else project


def marked_as_test(project: Project) -> Project:
    """The first class is the fixed test set."""
    first, *rest = project.classes
    samples = tuple(replace(sample, is_test=True) for sample in first.samples)
    return replace(project, classes=(replace(first, samples=samples), *rest))
