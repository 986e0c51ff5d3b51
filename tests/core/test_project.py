"""Edits of a project: values in, values out, rules kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.project import MAX_NAME_LENGTH, Project, name_problem
from ichdesk.core.samples import Sample


def samples(*offsets: int) -> list[Sample]:
    return [Sample(Path("spool"), offset, 1, str(offset)) for offset in offsets]


def offsets(project: Project) -> dict[str, list[int]]:
    return {b.name: [s.offset for s in b.samples] for b in project.classes}


@pytest.fixture
def project() -> Project:
    return Project().add_class("A", samples(0, 1, 2)).add_class("B", samples(3, 4))


def test_edits_leave_the_old_value_alone(project: Project) -> None:
    a, b = project.classes
    edited = (
        project.rename_class(a.id, "Bleed")
        .move_samples(a.id, [2, 0], b.id)
        .add_samples(a.id, samples(9))
        .remove_samples(b.id, {0})
        .set_enabled(b.id, False)
    )
    assert offsets(edited) == {"Bleed": [1, 9], "B": [4, 0, 2]}
    assert [bin_.enabled for bin_ in edited.classes] == [True, False]
    assert [bin_.id for bin_ in edited.classes] == [a.id, b.id]
    assert offsets(project) == {"A": [0, 1, 2], "B": [3, 4]}
    assert edited.sample_count == 5
    assert [bin_.name for bin_ in edited.enabled_classes] == ["Bleed"]


def test_moving_to_the_same_class_changes_nothing(project: Project) -> None:
    a = project.classes[0]
    assert project.move_samples(a.id, [0], a.id) is project


def test_deleting_and_unknown_ids(project: Project) -> None:
    a, b = project.classes
    assert project.delete_class(a.id).classes == (b,)
    with pytest.raises(KeyError):
        project.delete_class(a.id).rename_class(a.id, "x")
    with pytest.raises(KeyError):
        project.class_by_id(-1)


def test_new_classes_take_the_first_free_name(project: Project) -> None:
    names = [b.name for b in project.add_class("Class 4").add_class().classes]
    assert names == ["A", "B", "Class 4", "Class 5"]
    assert [b.name for b in Project().add_class().add_class().classes] == ["Class 1", "Class 2"]


@pytest.mark.parametrize("name", ["", "  ", "x" * (MAX_NAME_LENGTH + 1), "a\0", "a\nb", "\ud800"])
def test_names_that_cannot_be_used(project: Project, name: str) -> None:
    with pytest.raises(UserError):
        project.add_class(name)
    with pytest.raises(UserError):
        project.rename_class(project.classes[0].id, name)


@pytest.mark.parametrize("name", ["B", " B ", "B\t"])
def test_a_name_is_used_once_whatever_the_spaces(project: Project, name: str) -> None:
    with pytest.raises(UserError, match="already a class"):
        project.rename_class(project.classes[0].id, name)


@pytest.mark.parametrize("name", ["a-!-b", "🧠" * MAX_NAME_LENGTH, "a/b\\c", " A "])
def test_names_that_can_be_used(project: Project, name: str) -> None:
    renamed = project.rename_class(project.classes[0].id, name)
    assert renamed.classes[0].name == name.strip()
    assert name_problem(name) is None


def test_settings_are_checked(project: Project) -> None:
    assert project.with_config(TrainConfig(epochs=7)).config.epochs == 7
    with pytest.raises(UserError, match="Epochs"):
        project.with_config(TrainConfig(epochs=0))


def test_what_training_needs(project: Project) -> None:
    b = project.classes[1]
    assert project.training_problem() is None
    for lacking in (
        Project(),
        project.delete_class(b.id),
        project.set_enabled(b.id, False),
        project.remove_samples(b.id, [0, 1]),
    ):
        assert "two enabled classes" in str(lacking.training_problem())
    wrong = replace(project, config=TrainConfig(seed=-1))
    assert "Seed" in str(wrong.training_problem())
