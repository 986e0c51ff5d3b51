"""The name of a lesson lives in the manifest and harms nothing else there."""

import json

import pytest

from ichdesk.archive.lesson_key import lesson_name, with_lesson
from ichdesk.archive.manifest import manifest_text
from ichdesk.core.config import TrainConfig
from ichdesk.core.project import Project


def test_it_is_read_again_and_written_again_word_for_word() -> None:
    project = with_lesson(Project(config=TrainConfig(epochs=15, seed=3)), "experiment1")
    assert lesson_name(project) == "experiment1"
    assert manifest_text(project) == project.manifest
    manifest = json.loads(project.manifest)
    assert manifest["appdata"]["trainEpochs"] == 15
    assert manifest["ichdesk"] == {"seed": 3, "lesson": "experiment1", "version": 1}


def test_changed_settings_keep_it() -> None:
    project = with_lesson(Project(), "experiment1").with_config(TrainConfig(epochs=75))
    assert lesson_name(Project(manifest=manifest_text(project))) == "experiment1"


@pytest.mark.parametrize("manifest", ["", "{}", '{"ichdesk":3}', '{"ichdesk":{"lesson":["x"]}}'])
def test_without_a_name_there_is_none(manifest: str) -> None:
    assert lesson_name(Project(manifest=manifest)) == ""
