"""Settings in and out of a manifest."""

import json

import pytest

from ichdesk.archive.manifest import Layout, manifest_text, parse_manifest, read_config, read_layout
from ichdesk.core.config import DEFAULT_BACKBONE, DEFAULT_HEAD, TrainConfig
from ichdesk.core.notes import Notes
from ichdesk.core.project import Project


@pytest.mark.parametrize("value", [0, -1, 11.5, "x", "nan", None, True, [], {}, 10**400, 1e300])
@pytest.mark.parametrize("key", ["trainEpochs", "trainBatchSize", "trainLearningRate"])
def test_unusable_settings_become_the_default_aloud(key: str, value: object) -> None:
    notes = Notes()
    assert read_config({"appdata": {key: value}}, notes) == TrainConfig()  # type: ignore[dict-item]
    assert len(notes.sentences()) == 1


def test_numbers_as_text_and_whole_floats_are_understood() -> None:
    notes = Notes()
    said = {"trainEpochs": "15", "trainBatchSize": 32.0, "trainLearningRate": "0.00003"}
    assert read_config({"appdata": said}, notes) == TrainConfig(15, 32, 0.00003)
    assert notes.sentences() == ()


def test_an_unusable_setting_is_mended_by_saving() -> None:
    project = Project(manifest='{"type":"image","appdata":{"trainEpochs":-1,"x":2}}')
    assert json.loads(manifest_text(project))["appdata"] == {"trainEpochs": 50, "x": 2}


def test_text_is_kept_word_for_word_when_nothing_changed() -> None:
    text = ' {"type" : "image", "appdata":{"trainLearningRate":0.00003,"n":1.0e2}}'
    project = Project(config=TrainConfig(learning_rate=0.00003), manifest=text)
    assert manifest_text(project) == text


@pytest.mark.parametrize(
    "backbone",
    [
        *(5, "", "a b", "../x", "x" * 101, "tm-import:", "tm-import:/no/such/file.zip"),
        *("tm-import:x.zip", "tm-import:/a\0", "tm-import://evil/x.zip"),
        *("tm-import:\\\\evil\\share\\x.zip", "resnet18:x.pth", "resnet18:/no/such.pth"),
        *("a b:random", "resnet18:random:x"),
    ],
)
def test_a_backbone_that_is_not_here_is_the_built_in_one(backbone: object) -> None:
    notes = Notes()
    config = read_config({"ichdesk": {"backbone": backbone}}, notes)  # type: ignore[dict-item]
    assert config.backbone == DEFAULT_BACKBONE
    assert len(notes.sentences()) == 1
    assert "/no/" not in notes.sentences()[0]


@pytest.mark.parametrize(
    "value",
    [f"tm-import:{__file__}", f"resnet18:{__file__}", "resnet18", "resnet18:random"],
)
def test_a_backbone_that_is_here(value: str) -> None:
    assert read_config({"ichdesk": {"backbone": value}}, Notes()).backbone == value


def test_the_head_is_written_only_if_it_is_not_the_default() -> None:
    text = manifest_text(Project(config=TrainConfig(head="teachable-machine")))
    assert json.loads(text)["ichdesk"] == {"head": "teachable-machine", "version": 1}
    assert read_config(parse_manifest(text), Notes()).head == "teachable-machine"
    assert "ichdesk" not in json.loads(manifest_text(Project()))


@pytest.mark.parametrize("head", [5, "", "other", None, ["ichdesk"]])
def test_an_unknown_head_is_our_own(head: object) -> None:
    notes = Notes()
    assert read_config({"ichdesk": {"head": head}}, notes).head == DEFAULT_HEAD  # type: ignore[dict-item]
    assert len(notes.sentences()) == 1


def test_hostile_layouts() -> None:
    bad = [None, {}, {"name": "", "position": 0}, {"name": "a"}, {"name": "a", "position": "0"}]
    good = {"name": "b", "position": -4}
    layout = read_layout({"ichdesk": {"disabled": [1, "x"], "empty": [*bad, good]}}, Notes())
    assert layout == Layout(frozenset({"x"}), ((0, "b"),))
    assert read_layout({"ichdesk": {"disabled": "x", "empty": {}}}, Notes()) == Layout()
    assert read_layout({"ichdesk": 7}, Notes()) == Layout()


def test_a_newer_version_is_told() -> None:
    notes = Notes()
    read_layout({"ichdesk": {"version": 2}}, notes)
    assert "newer version" in notes.sentences()[0]
