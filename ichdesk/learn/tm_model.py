"""Whole models from Teachable Machine's exports, and from ours in the same format."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ichdesk.core.model_facts import facts_text, parse_facts
from ichdesk.core.steps import DEFAULT_STEPS, parse_steps, steps_text
from ichdesk.imaging.pipeline import checked
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.backbones.imagenet import RANDOM
from ichdesk.learn.backbones.tm_import import NAME as TM_IMPORT
from ichdesk.learn.backbones.tm_import import head_and_labels, load_teachable_machine
from ichdesk.learn.model import MOST_CLASSES, Model, require_fingerprint
from ichdesk.learn.tm_files import read_tm_files, read_tm_metadata, unusable

_KEY = "ichdesk"  # of what is ours in userMetadata


def user_metadata(model: Model, card: Mapping[str, Any]) -> dict[str, Any]:
    """What our export says beyond Teachable Machine's: the card, and what `load_tm_model` needs.

    A path that the backbone was loaded from stays here; its fingerprint says which one it is.
    """
    name, _, argument = model.backbone.partition(":")
    needed = {
        "backbone": f"{name}:{RANDOM}" if argument == RANDOM else name,
        "fingerprint": model.fingerprint,
        "steps": steps_text(model.steps),
        "facts": facts_text(model.facts),
    }
    return {_KEY: {**card, **needed}}


def load_tm_model(path: Path) -> Model:
    """Read a model from a zip in Teachable Machine's format; nothing in it is executed.

    Args:
        path: With model.json, metadata.json and weights, from Teachable Machine or ICHDesk.

    Returns:
        The model; one from Teachable Machine stands on the backbone in the same zip, one from
        ICHDesk on the backbone that it was trained with.

    Raises:
        UserError: The file cannot be used, or the backbone is not on this computer.
    """
    said = read_tm_metadata(path).get("userMetadata")
    own = said.get(_KEY) if isinstance(said, dict) else None
    if own is None:
        return _theirs(path, {})
    if not isinstance(own, dict):
        raise unusable(path, "metadata.json says nothing that can be used of its network")
    return _theirs(path, own) if own.get("backbone") == TM_IMPORT else _ours(path, own)


def _theirs(path: Path, own: Mapping[str, Any]) -> Model:
    backbone, head, labels = load_teachable_machine(path)
    return _assembled(path, own, Model(head, tuple(labels), backbone.name, backbone.fingerprint))


def _ours(path: Path, own: Mapping[str, Any]) -> Model:
    """The head of the file on a backbone of this computer, which must be the same."""
    spec, fingerprint = own.get("backbone"), own.get("fingerprint")
    if not isinstance(spec, str) or not isinstance(fingerprint, str):
        raise unusable(path, "metadata.json does not name its network")
    name, _, argument = spec.partition(":")
    if argument not in {"", RANDOM} or name == TM_IMPORT:  # a file's word opens no other file
        raise unusable(path, "metadata.json names its network in an unknown way")
    backbone = load_backbone(spec)
    require_fingerprint(backbone, fingerprint)
    files = read_tm_files(path, only_head=True)
    head, labels = head_and_labels(files, files.weights())
    if len(head.mean) != backbone.dimension:
        raise unusable(path, "its dense layers do not fit the network that it names")
    return _assembled(path, own, Model(head, tuple(labels), spec, fingerprint))


def _assembled(path: Path, own: Mapping[str, Any], model: Model) -> Model:
    """The same with image steps and test results."""
    if not 2 <= len(model.labels) <= MOST_CLASSES:
        raise unusable(path, f"it has {len(model.labels)} classes")
    try:
        steps = checked(parse_steps(own["steps"])) if "steps" in own else DEFAULT_STEPS
        facts = parse_facts(own.get("facts", ""), len(model.labels))
    except (ValueError, TypeError) as error:
        raise unusable(path, "its image steps or test results cannot be read") from error
    return replace(model, steps=steps, facts=facts)
