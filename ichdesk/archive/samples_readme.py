"""The text file beside exported images: what is there, and how other programs train on it."""

from ichdesk.core.results import NOTE
from ichdesk.core.sides import Sides
from ichdesk.core.split_facts import BY_PATIENT, BY_TEST_SET

_RULES = {
    BY_TEST_SET: "the fixed test set of the project",
    BY_PATIENT: "whole patients were held out",
}
_BY_SLICE = "single images were held out, whoever the patient"

_READ = """\
with open("{table}", encoding="utf-8", newline="") as file:
    rows = {{row["file"]: row for row in csv.DictReader(file)}}
"""
_STEPS = """\
steps = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
"""
_FOLDERS = """\
train, test = (ImageFolder(side, steps{loader}, allow_empty=True) for side in ("train", "test"))
"""
_SUBSETS = """\
images = ImageFolder(".", steps{loader}, allow_empty=True)
sides = [rows[Path(path).as_posix()]["split"] for path, _ in images.samples]
train = Subset(images, [i for i, side in enumerate(sides) if side == "train"])
test = Subset(images, [i for i, side in enumerate(sides) if side == "test"])
"""
_LOADER = """\
loader = DataLoader(train, batch_size=16, shuffle=True)
"""
_WINDOW = """\
def picture(path):  # a slice as a brain window shows it, other images as they are
    row, image = rows[Path(path).as_posix()], Image.open(path)
    if not row["hu_slope"]:
        return image.convert("RGB")
    hu = np.asarray(image, np.float32) * float(row["hu_slope"]) + float(row["hu_intercept"])
    return Image.fromarray(np.uint8(255 * np.clip(hu / 80, 0, 1))).convert("RGB")


"""
_FASTAI = """\
import pandas
from fastai.vision.all import ImageDataLoaders, Resize, accuracy, resnet18, vision_learner

rows = pandas.read_csv("{table}", keep_default_na=False)
rows["is_valid"] = rows["split"] == "test"
data = ImageDataLoaders.from_df(rows, ".", fn_col="file", label_col="class",
                                valid_col="is_valid", item_tfms=Resize(224), bs=16)
vision_learner(data, resnet18, metrics=accuracy, pretrained=False).fine_tune(1)
"""
_MONAI = """\
import csv
from monai.data import DataLoader, Dataset
from monai.transforms import Compose, LoadImaged, Resized, ScaleIntensityRanged

with open("{table}", encoding="utf-8", newline="") as file:
    rows = [{{**row, "image": row["file"], "label": int(row["label"])}}
            for row in csv.DictReader(file){only}]
{to_hu}steps = Compose([LoadImaged("image", ensure_channel_first=True), {hu}
                 ScaleIntensityRanged("image", 0, {top}, 0, 1, clip=True),
                 Resized("image", (224, 224))])
train = Dataset([row for row in rows if row["split"] == "train"], steps)
test = Dataset([row for row in rows if row["split"] == "test"], steps)
loader = DataLoader(train, batch_size=16, shuffle=True)
"""
_TO_HU = """\


def to_hu(row):
    stored = row["image"]
    return {**row, "image": stored * float(row["hu_slope"]) + float(row["hu_intercept"])}


"""
_NO_FASTAI = """\
fastai wants pictures: export again without Hounsfield units.
"""
_HU = """\
16-bit PNG files are slices in Hounsfield units: HU = hu_slope * stored value + hu_intercept. Programs
that expect 8 bits show them white or black.

"""


def readme_text(sides: Sides, table: str, by_side: bool, has_hu: bool) -> str:
    """What is in the folder, and examples to be run in it.

    Args:
        sides: How the images are split.
        table: Name of the manifest.
        by_side: Whether there are folders `train` and `test`.
        has_hu: Whether some files are slices in Hounsfield units.
    """
    example = {"table": table}
    monai = {"only": ' if row["hu_slope"]', "hu": "to_hu,", "top": 80, "to_hu": _TO_HU}
    plain = {"only": "", "hu": "", "top": 255, "to_hu": ""}
    sections = {
        "torchvision": _torchvision(by_side, has_hu).format(**example),
        "fastai": _NO_FASTAI if has_hu else _FASTAI.format(**example),
        "MONAI": _MONAI.format(**example, **(monai if has_hu else plain)).replace(" \n", "\n"),
    }
    examples = "".join(f"{name}\n\n{_indented(code)}\n" for name, code in sections.items())
    return _about(sides, table, by_side) + (_HU if has_hu else "") + examples


def _torchvision(by_side: bool, has_hu: bool) -> str:
    reads = has_hu or not by_side
    imports = [
        *(["import csv", "from pathlib import Path"] if reads else []),
        *(["import numpy as np", "from PIL import Image"] if has_hu else []),
        f"from torch.utils.data import DataLoader{'' if by_side else ', Subset'}",
        "from torchvision import transforms",
        "from torchvision.datasets import ImageFolder",
    ]
    loader = ", loader=picture" if has_hu else ""
    folders = (_FOLDERS if by_side else _SUBSETS).replace("{loader}", loader)
    read = _READ if reads else ""
    window = "\n\n" + _WINDOW if has_hu else ""
    code = "\n".join(imports) + "\n\n" + read
    return code + (window + _STEPS + folders + _LOADER).replace("{", "{{").replace("}", "}}")


def _about(sides: Sides, table: str, by_side: bool) -> str:
    rule = _RULES.get(sides.by, _BY_SLICE)
    how = "as in the last training" if sides.is_of_run else "as a training in ICHDesk would"
    split = rule if sides.by == BY_TEST_SET else f"{how}: {rule}"
    layout = "train and test, and in each a folder" if by_side else "a folder"
    return f"""\
Images of a class project of ICHDesk. {NOTE}

Folders: {layout} for each class.
{table}: one row for each image. Same "patient": same person (a key, never a name), empty if
unknown; keep a patient's images on one side. "label" counts the classes as the project does;
ImageFolder counts them by alphabet. "enabled" is false where a class was switched off.
"position_mm" is the place of a slice in its series.
annotations: the same in COCO's shape, a category for each image.
Split: {split}.

Run the examples in this folder.

"""


def _indented(code: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in code.splitlines())
