"""Training settings as an .ichdesk file says them: all but the device, which is the computer's."""

import json
from dataclasses import replace

from ichdesk.archive.manifest import (
    Json,
    JsonObject,
    as_number,
    known_backbone,
    known_head,
    with_setting,
)
from ichdesk.archive.opened import CheckSteps
from ichdesk.core.config import SPLITS, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.notes import Notes
from ichdesk.core.steps import parse_steps, steps_text

_NUMBERS = ("epochs", "batch_size", "learning_rate", "seed")


def settings_document(config: TrainConfig) -> JsonObject:
    """The settings, ready for JSON."""
    said: JsonObject = {name: getattr(config, name) for name in _NUMBERS}
    said["backbone"], said["head"], said["split"] = config.backbone, config.head, config.split
    said["steps"] = json.loads(steps_text(config.steps))
    return said


def read_settings(said: Json, notes: Notes, check_steps: CheckSteps) -> TrainConfig:
    """Settings of a file; the default, with a note, for each that cannot be used."""
    config = TrainConfig()
    if not isinstance(said, dict):
        notes.add("The settings in the file are damaged; the default settings are used.")
        return config
    for name in _NUMBERS:
        config = with_setting(config, name, as_number(said.get(name)), notes)
    config = replace(
        config,
        backbone=known_backbone(said.get("backbone"), notes),
        head=known_head(said.get("head"), notes),
    )
    split = said.get("split")
    if isinstance(split, str) and split in SPLITS:
        config = replace(config, split=split)
    else:
        notes.add(f"The split in the file is unknown here; it was set to {config.split}.")
    try:
        return replace(config, steps=check_steps(parse_steps(json.dumps(said.get("steps")))))
    except (ValueError, UserError):
        notes.add("The image steps in the file cannot be used here; they were set to the default.")
        return config
