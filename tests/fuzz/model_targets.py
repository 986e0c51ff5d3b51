"""Models, weights, and the list of one's own backbones."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ichdesk.core.model_facts import ModelFacts, facts_text
from ichdesk.core.steps import DEFAULT_STEPS, steps_text
from tests.fuzz import mutations, seeds
from tests.fuzz.target import Target, scratch

_DAMAGED_HEADER = mutations.behind_length(8)
_FACTS = ModelFacts(50, 9, 7, (0.4, 0.97), ((3, 3), (2, 3), (2, 3)), "slice")


def _models() -> list[bytes]:
    import torch

    from ichdesk.learn.head import Head
    from ichdesk.learn.model import Model, model_bytes

    head = Head(8, 3, torch.Generator().manual_seed(1)).eval()
    model = Model(head, ("A", "B", "ü"), "ct-phantom", "f" * 64)
    return [model_bytes(model), model_bytes(replace(model, facts=_FACTS))]


def _damaged_model(data: bytes, chance: Any, others: Any) -> bytes:
    """The file, or one of the documents that its header holds as text."""
    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        said = header["__metadata__"]
        name = chance.choice([key for key in ("facts", "labels", "steps") if said[key]])
        text = mutations.damaged_json(said[name].encode(), chance, [b"{}"])
        said[name] = text.decode("utf-8", "surrogatepass")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        name = ""
    if not name or chance.random() < 0.5:
        return _DAMAGED_HEADER(data, chance, others)
    changed = json.dumps(header).encode()
    return len(changed).to_bytes(8, "little") + changed + data[8 + length :]


def _model(data: bytes, _: Path) -> str:
    from ichdesk.learn.exporters import Subject
    from ichdesk.learn.model import model_bytes, read_model

    model = read_model(data, "“m”")
    dimension = len(model.head.state_dict()["mean"])
    shares = model.classify(np.zeros((2, dimension), np.float32))
    assert shares.shape == (2, len(model.labels))
    json.dumps(Subject(model).card(), ensure_ascii=False).encode()
    again = read_model(model_bytes(model), "“again”")
    assert (again.labels, again.facts) == (model.labels, model.facts)
    return f"{len(model.labels)} classes, {'' if model.facts else 'no '}facts"


def _exports() -> list[bytes]:
    """A small network under Keras's names, as Teachable Machine exports it."""
    import torch

    from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2
    from tests.learn.backbones.conftest import LABELS, Export, keras_weights

    torch.manual_seed(0)
    net = MobileNetV2().eval()
    weights = keras_weights(net)
    weights["dense_Dense1/kernel"] = np.zeros((1280, 4))
    weights["dense_Dense1/bias"] = np.zeros(4)
    weights["dense_Dense2/kernel"] = np.zeros((4, len(LABELS)))
    with scratch() as folder:
        return [Export(net, weights, folder / "e.zip", "uint8").save().read_bytes()]


def _export(data: bytes, folder: Path) -> str:
    from ichdesk.learn.backbones.tm_import import load_teachable_machine

    path = folder / "case.zip"
    path.write_bytes(data)
    _, _, labels = load_teachable_machine(path)
    return f"{min(len(labels), 9)} classes"


def _own_exports() -> list[bytes]:
    """The format in which ICHDesk exports: with its own backbone, and with an imported one."""
    from ichdesk.learn.backbones import load_backbone
    from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2
    from tests.learn.backbones.conftest import LABELS, Export

    backbone = load_backbone("ct-phantom")
    weights = {
        "dense_Dense1/kernel": np.zeros((backbone.dimension, 4)),
        "dense_Dense1/bias": np.zeros(4),
        "dense_Dense2/kernel": np.zeros((4, len(LABELS))),
    }
    own = {"backbone": "ct-phantom", "fingerprint": backbone.fingerprint}
    own |= {"steps": steps_text(DEFAULT_STEPS), "facts": facts_text(_FACTS)}
    with scratch() as folder:
        ours = Export(MobileNetV2(), weights, folder / "e.zip").save().read_bytes()
    imported = {**own, "backbone": "tm-import"}
    return [_saying(ours, own), *(_saying(export, imported) for export in _exports())]


def _saying(export: bytes, own: dict[str, str]) -> bytes:
    """An export with what is ICHDesk's own in its metadata."""
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    metadata = {**json.loads(entries["metadata.json"]), "userMetadata": {"ichdesk": own}}
    entries["metadata.json"] = json.dumps(metadata).encode()
    return seeds.packed(entries, zipfile.ZIP_DEFLATED)


def _own_export(data: bytes, folder: Path) -> str:
    from ichdesk.learn.exporters import Subject
    from ichdesk.learn.tm_model import load_tm_model

    path = folder / "case.zip"
    path.write_bytes(data)
    model = load_tm_model(path)
    json.dumps(Subject(model).card(), ensure_ascii=False).encode()
    return f"{min(len(model.labels), 9)} classes, {'' if model.facts else 'no '}facts"


def _states() -> list[bytes]:
    import torch

    found = []
    state = {"a.weight": torch.ones(2, 3), "b.bias": torch.zeros(2), "fc.weight": torch.ones(1)}
    for content in (state, {"state_dict": {f"module.{k}": v for k, v in state.items()}}):
        for is_zip in (True, False):
            out = io.BytesIO()
            torch.save(content, out, _use_new_zipfile_serialization=is_zip)
            found.append(out.getvalue())
    return found


def _state(data: bytes, folder: Path) -> str:
    import torch

    from ichdesk.learn.backbones.state_file import read_state

    path = folder / "weights.pth"
    path.write_bytes(data)
    wanted = {"a.weight": torch.zeros(2, 3), "b.bias": torch.zeros(2)}
    assert read_state(path, wanted, "Net").keys() == wanted.keys()
    return "read"


def _backbone_lists() -> list[bytes]:
    import platform

    here = f"{platform.node()}, cpu"
    added = [{"spec": "a:/b.pth", "title": "B", "parameters": 9}]
    said = {"version": 1, "added": added, "speeds": {here: {"ct-phantom": 99.5, "x": 3}}}
    return [json.dumps(said).encode()]


def _backbone_list(data: bytes, folder: Path) -> str:
    from ichdesk.learn.own_backbones import OwnBackbones

    (folder / "backbones.json").write_bytes(data)
    own = OwnBackbones(folder)
    found = f"{min(len(own.added), 2)} added, {min(len(own.speeds('cpu')), 2)} speeds"
    own.remember_speed("cpu", "ct-phantom", 5.0)
    assert own.speeds("cpu")["ct-phantom"] == 5.0
    return found


TARGETS = {
    "model": Target(_models, _damaged_model, _model),
    "tm-export": Target(_exports, mutations.damaged_zip, _export),
    "tm-model": Target(_own_exports, mutations.damaged_zip, _own_export),
    "weights": Target(_states, mutations.damaged_zip, _state),
    "backbones": Target(_backbone_lists, mutations.damaged_json, _backbone_list),
}
