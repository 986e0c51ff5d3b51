"""The section on the model: what it is, how it was trained, what it takes to do so again."""

from collections.abc import Iterator
from pathlib import PurePath, PureWindowsPath

from numpy import format_float_positional

from ichdesk.core.config import DEFAULT_BACKBONE
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE, BY_TEST_SET
from ichdesk.report.document import Block, Paragraph, Section, Table, Tone
from ichdesk.report.source import Findings
from ichdesk.report.words import DASH, isolated, quoted, shown

_IMPORT, _RANDOM = "tm-import", "random"
_DEVICES = {"cpu": "Processor (CPU)", "cuda": "Graphics card (CUDA)", "mps": "Apple graphics (MPS)"}
_HEADS = {
    "ichdesk": (
        "ICHDesk: features on one scale, half of them hidden in each step (dropout 0.5), "
        "weights kept small (weight decay)"
    ),
    "teachable-machine": "As Teachable Machine: features as they are, nothing hidden",
}
_SPLITS = {
    BY_SLICE: "Single images of each class, by chance",
    BY_PATIENT: "Whole patients, by chance",
    BY_TEST_SET: "Nothing: the images of the fixed test set were never trained on",
}


def model(found: Findings) -> Section:
    """Everything that was set or chosen."""
    config = found.run.config
    rate = format_float_positional(config.learning_rate, trim="-")
    network, origin = backbone_words(config.backbone)
    rows = (
        *_kept(found),
        ("Kind of model", "Deep learning: a frozen network turns a picture into numbers "
         "(features), and a small part learns to tell the classes by them (transfer learning)"),
        ("Network", network),
        ("Its weights", origin),
        ("Part that learned", "Two dense layers: 100 units (ReLU), then one output per class; "
         "softmax turns the outputs into probabilities"),
        ("How it learned", _HEADS.get(config.head, config.head)),
        ("Starting weights", f"Random, from the seed {config.seed}"),
        ("Epochs", f"{config.epochs:,} passes over the training images"),
        ("Batch size", f"{config.batch_size:,} images per step"),
        ("Learning rate", f"{rate} (Adam, cross-entropy loss)"),
        ("Held out", _SPLITS.get(found.run.split.by, DASH) if found.run.split else DASH),
        ("Augmentation", "None"),
        ("Final model", "The one after the last epoch; a single model, no ensemble"),
        ("Computed on", _computed_on(found)),
        ("Software", f"Report by ICHDesk {found.source.version}; training with PyTorch"),
    )  # fmt: skip
    again = (
        "The project file keeps the images and these settings, and an .ichdesk file also the "
        "trained model; with the same images, settings and seed, ICHDesk trains the same model "
        "on the same kind of computer."
    )
    caption = "The model and its settings."
    blocks: tuple[Block, ...] = (
        Table(caption, (), rows, (0.24, 0.76)),
        Paragraph(again, Tone.SOFT),
    )
    return Section("model", "Model and training", blocks)


def _kept(found: Findings) -> Iterator[tuple[str, str]]:
    """What the project keeps of this training besides its results."""
    kept = found.source.kept
    if kept is None:
        return
    when = f", {kept.trained:%Y-%m-%d %H:%M} UTC" if kept.trained else ""
    title = shown(kept.title)
    yield "This training", f"{title[:1].upper()}{title[1:]}{when}"
    if kept.note:
        yield "Note", shown(kept.note)
    yield "Images", f"Fingerprint {kept.data}, the same for the same images in the same classes"


def backbone_words(spec: str) -> tuple[str, str]:
    """What the network is and where its weights come from; of a file only the name is told."""
    name, _, file = spec.partition(":")
    last = PureWindowsPath(PurePath(file).name).name
    if spec == DEFAULT_BACKBONE:
        return (
            "CT phantom, part of ICHDesk: a convolutional network with 1.2 million weights",
            "Trained by the makers of ICHDesk on synthetic head-CT slices only, no patient's",
        )
    if name == _IMPORT:
        network = "MobileNet of Teachable Machine" if file else isolated(name)
        return network, f"From the export {quoted(PurePath(last).stem)}, made by Teachable Machine"
    if file == _RANDOM:
        return isolated(name), "Random, always the same: it was never trained on anything"
    if file:
        return isolated(name), f"From the file {quoted(last)}"
    return isolated(name), "Trained on ImageNet, which are photographs of everyday things"


def _computed_on(found: Findings) -> str:
    device = _DEVICES.get(found.run.device, isolated(found.run.device))
    seconds = found.run.seconds
    phases = (("features", "computing features"), ("train", "training"))
    told = [f"{words} {_duration(seconds[key])}" for key, words in phases if key in seconds]
    return f"{device}; {', '.join(told)}" if told else device


def _duration(seconds: float) -> str:
    if seconds < 0.1:
        return "under 0.1 s"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
