"""The manifest of a project file: settings, what only ICHDesk knows, and keys kept as they are."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from ichdesk.core.config import DEFAULT_BACKBONE, DEFAULT_HEAD, HEADS, TrainConfig
from ichdesk.core.limits import MAX_CLASSES
from ichdesk.core.notes import Notes, shown_name
from ichdesk.core.project import Project, name_problem

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

MANIFEST_NAME = "manifest.json"
OWN_KEY = "ichdesk"
OWN_VERSION = 1

_TEMPLATE = '{"type":"image","version":"2.4.1","appdata":{"publishResults":{}}}'
_SETTINGS = {
    "epochs": "trainEpochs",
    "batch_size": "trainBatchSize",
    "learning_rate": "trainLearningRate",
}
_OWN_KEYS = ("disabled", "empty", "test_set", "seed", "backbone", "head")
_DEEPEST = 50
_PLUGIN_NAME = re.compile(r"[\w.-]{1,100}(:random)?")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the entries of a project file cannot say about its classes.

    Attributes:
        disabled: Names of classes that training leaves out.
        empty: Position among all classes and name of each class without samples, ascending.
        test_set: Class and position in it of each sample in the fixed test set.
    """

    disabled: frozenset[str] = frozenset()
    empty: tuple[tuple[int, str], ...] = ()
    test_set: frozenset[tuple[str, int]] = frozenset()


def parse_manifest(text: str) -> JsonObject:
    """Parse a manifest from anywhere.

    Raises:
        ValueError: It is no JSON object, or has numbers or nesting that cannot be written again.
    """
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - wrong data, not a wrong argument
    _check_depth(value)
    return value


def read_config(manifest: JsonObject, notes: Notes) -> TrainConfig:
    """Training settings of a manifest; the default, with a note, for each that cannot be used."""
    config = TrainConfig()
    appdata = _object(manifest, "appdata")
    for field, key in _SETTINGS.items():
        if key in appdata:
            config = with_setting(config, field, as_number(appdata[key]), notes)
    own = _object(manifest, OWN_KEY)
    if "seed" in own:
        config = with_setting(config, "seed", as_number(own["seed"]), notes)
    if "backbone" in own:
        config = replace(config, backbone=known_backbone(own["backbone"], notes))
    if "head" in own:
        config = replace(config, head=known_head(own["head"], notes))
    return config


def read_layout(manifest: JsonObject, notes: Notes) -> Layout:
    """Disabled and empty classes, and the test set; what makes no sense in it is left out."""
    own = _object(manifest, OWN_KEY)
    version = own.get("version", OWN_VERSION)
    if isinstance(version, int) and version > OWN_VERSION:
        notes.add("The file comes from a newer version of ICHDesk; some settings may be missing.")
    disabled = {name for name in _list(own, "disabled") if isinstance(name, str)}
    empty = [pair for item in _list(own, "empty")[:MAX_CLASSES] if (pair := _empty_class(item))]
    tested = [place for item in _list(own, "test_set")[:MAX_CLASSES] for place in _tested(item)]
    return Layout(frozenset(disabled), tuple(sorted(empty)), frozenset(tested))


def manifest_text(project: Project) -> str:
    """The manifest to save: the text that was read, word for word, unless something has changed."""
    text = project.manifest or _TEMPLATE
    old = parse_manifest(text)
    new = _with_own(_with_settings(old, project.config, fill=not project.manifest), project)
    return text if new == old else json.dumps(new, separators=(",", ":"), allow_nan=False)


def _with_settings(manifest: JsonObject, config: TrainConfig, *, fill: bool) -> JsonObject:
    appdata = dict(_object(manifest, "appdata"))
    for field, key in _SETTINGS.items():
        wanted = getattr(config, field)
        said = appdata.get(key)
        absent_default = key not in appdata and wanted == getattr(TrainConfig(), field)
        if as_number(said) != wanted and (fill or not absent_default):
            appdata[key] = wanted
    return {**manifest, "appdata": appdata} if appdata else manifest


def _with_own(manifest: JsonObject, project: Project) -> JsonObject:
    """Renew the part that only ICHDesk writes; unknown keys in it stay, an empty one goes."""
    said = _object(manifest, OWN_KEY)
    own: JsonObject = {k: v for k, v in said.items() if k not in _OWN_KEYS and k != "version"}
    own.update(_deviations(project))
    if own:
        return {**manifest, OWN_KEY: {**own, "version": OWN_VERSION}}
    return {key: value for key, value in manifest.items() if key != OWN_KEY}


def _deviations(project: Project) -> JsonObject:
    own: JsonObject = {}
    if disabled := [bin_.name for bin_ in project.classes if not bin_.enabled]:
        own["disabled"] = list[Json](disabled)
    empty: list[Json] = [
        {"name": bin_.name, "position": position}
        for position, bin_ in enumerate(project.classes)
        if not bin_.samples
    ]
    if empty:
        own["empty"] = empty
    tested: list[Json] = [
        {"class": bin_.name, "images": list[Json](positions)}
        for bin_ in project.classes
        if (positions := bin_.positions(is_test=True))
    ]
    if tested:
        own["test_set"] = tested
    if project.config.seed:
        own["seed"] = project.config.seed
    if project.config.backbone != DEFAULT_BACKBONE:
        own["backbone"] = project.config.backbone
    if project.config.head != DEFAULT_HEAD:
        own["head"] = project.config.head
    return own


def with_setting(
    config: TrainConfig, field: str, value: int | float | None, notes: Notes
) -> TrainConfig:
    """The settings with a number from a file; without it, with a note, if it cannot be used."""
    typed = _typed(field, value)
    if typed is not None:
        changed = replace(config, **{field: typed})  # type: ignore[arg-type]
        if not changed.problem():
            return changed
    words = field.replace("_", " ")
    default = getattr(config, field)
    notes.add(f"The setting “{words}” in the file cannot be used; it was set to {default}.")
    return config


def _typed(field: str, value: int | float | None) -> int | float | None:
    try:
        number = float(value) if value is not None else math.nan
    except OverflowError:
        return None
    if field == "learning_rate":
        return number
    return int(number) if number.is_integer() else None


def known_backbone(value: Json, notes: Notes) -> str:
    """A backbone's name, or a local file with one that is still there; else the default."""
    if isinstance(value, str):
        if _PLUGIN_NAME.fullmatch(value):
            return value
        plugin, _, path = value.partition(":")
        if _PLUGIN_NAME.fullmatch(plugin) and _is_local_file(path):
            return value
        name = shown_name((path or value).replace("\\", "/").rsplit("/", 1)[-1])
        notes.add(f"The backbone {name} is not on this computer; the built-in one is used.")
    else:
        notes.add("The backbone in the file cannot be used; the built-in one is used.")
    return DEFAULT_BACKBONE


def known_head(value: Json, notes: Notes) -> str:
    """The head that a file names; else the default, with a note."""
    if isinstance(value, str) and value in HEADS:
        return value
    notes.add("The head in the file is unknown here; ICHDesk's own is used.")
    return DEFAULT_HEAD


def _is_local_file(path: str) -> bool:
    if path[:1] in {"/", "\\"} and path[1:2] in {"/", "\\"}:
        return False  # a network path in a foreign file would log in to a foreign server
    try:
        return Path(path).is_absolute() and Path(path).is_file()
    except (OSError, ValueError):
        return False


def _empty_class(item: Json) -> tuple[int, str] | None:
    if not isinstance(item, dict):
        return None
    name, position = item.get("name"), item.get("position")
    if not isinstance(name, str) or not isinstance(position, int) or name_problem(name):
        return None
    return min(max(0, position), MAX_CLASSES), name


def _tested(item: Json) -> Iterator[tuple[str, int]]:
    """Class and positions of some samples in the fixed test set."""
    if isinstance(item, dict) and isinstance(name := item.get("class"), str):
        yield from ((name, place) for place in _list(item, "images") if type(place) is int)


def as_number(value: Json) -> int | float | None:
    """A JSON number, or one that was saved as text."""
    if isinstance(value, str) and len(value) < 50:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _object(parent: Mapping[str, Json], key: str) -> JsonObject:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _list(parent: Mapping[str, Json], key: str) -> list[Json]:
    value = parent.get(key)
    return value if isinstance(value, list) else []


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number that JSON cannot hold")
    return value


def _check_depth(value: Json) -> None:
    level: list[Json] = [value]
    for _ in range(_DEEPEST):
        children: list[Json] = []
        for item in level:
            if isinstance(item, dict):
                children.extend(item.values())
            elif isinstance(item, list):
                children.extend(item)
        if not children:
            return
        level = children
    raise ValueError("nested too deeply")
