"""The text file beside exported images: what is there, and how other programs train on it."""

from ichdesk.core.results import NOTE
from ichdesk.core.sample_manifest import TABLE
from ichdesk.core.sides import Sides
from ichdesk.core.split_facts import BY_PATIENT, BY_TEST_SET

_BY_SLICE = "single images were held out, of whichever patient"
_RULES = {
    BY_PATIENT: "whole patients were held out",
    BY_TEST_SET: "test is the fixed test set of the project",
}
_ABOUT = f"""\
Images of a class project of ICHDesk. {NOTE}

Folders: {{layout}}.
{TABLE}: a row for each image.
  patient, series: the same key for the same person or series, never a name; empty if unknown.
    Keep all images of a patient on one side.
  label: number of the class in the order of the project; ImageFolder counts by alphabet.
  enabled: false if the class was switched off.
  split: {{rule}}.
  position_mm: place of a slice in its series.
  source: what the image is in the project, a slice in Hounsfield units or a picture.
annotations: the same in COCO's shape, with a category for each image.
{{hu}}
The examples run in this folder.
"""
_HU = """
16-bit PNG files are slices in Hounsfield units: HU = hu_slope * stored value + hu_intercept.
Programs that expect 8 bits show them white. row_mm and column_mm are the size of a pixel.
"""

_IMPORTS = """\
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import ImageFolder
"""
_IMPORTS_TO_READ = """\
import csv
from pathlib import Path
"""
_IMPORTS_TO_SHOW = """\
import numpy as np
from PIL import Image
"""
_READ = f"""
with open("{TABLE}", encoding="utf-8-sig", newline="") as file:
    rows = {{row["file"]: row for row in csv.DictReader(file)}}
"""
_SHOW = """
def picture(path):  # a slice as a brain window shows it, other images as they are
    row, image = rows[Path(path).as_posix()], Image.open(path)
    if not row["hu_slope"]:
        return image.convert("RGB")
    hu = np.asarray(image, np.float32) * float(row["hu_slope"]) + float(row["hu_intercept"])
    return Image.fromarray(np.uint8(255 * np.clip(hu / 80, 0, 1))).convert("RGB")
"""
_TWO_FOLDERS = """
steps = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
train = ImageFolder("train", steps, allow_empty=True)
test = ImageFolder("test", steps, allow_empty=True)
loader = DataLoader(train, batch_size=16, shuffle=True)
"""
_TWO_SUBSETS = """
steps = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
images = ImageFolder(".", steps, allow_empty=True)
sides = [rows[Path(path).as_posix()]["split"] for path, _ in images.samples]
train = Subset(images, [i for i, side in enumerate(sides) if side == "train"])
test = Subset(images, [i for i, side in enumerate(sides) if side == "test"])
loader = DataLoader(train, batch_size=16, shuffle=True)
"""

_FASTAI = f"""\
import pandas
from fastai.vision.all import ImageDataLoaders, Resize, accuracy, resnet18, vision_learner

rows = pandas.read_csv("{TABLE}", keep_default_na=False)
rows["is_valid"] = rows["split"] == "test"
data = ImageDataLoaders.from_df(rows, ".", fn_col="file", label_col="class",
                                valid_col="is_valid", item_tfms=Resize(224), bs=16)
vision_learner(data, resnet18, metrics=accuracy, pretrained=False).fine_tune(1)
"""
_FASTAI_NEEDS_PICTURES = """\
It wants pictures: export once more without Hounsfield units.
"""

_MONAI = f"""\
import csv
from monai.data import DataLoader, Dataset
from monai.transforms import Compose, LoadImaged, Resized, ScaleIntensityRanged

with open("{TABLE}", encoding="utf-8-sig", newline="") as file:
    rows = [{{**row, "image": row["file"], "label": int(row["label"])}}
            for row in csv.DictReader(file)]
"""
_MONAI_PICTURES = """
steps = [LoadImaged("image", ensure_channel_first=True), Resized("image", (224, 224)),
         ScaleIntensityRanged("image", 0, 255, 0, 1, clip=True)]
train = Dataset([row for row in rows if row["split"] == "train"], Compose(steps))
"""
_MONAI_HU = """
def in_hu(row):
    hu = row["image"] * float(row["hu_slope"]) + float(row["hu_intercept"])
    return {**row, "image": hu}

steps = [LoadImaged("image", ensure_channel_first=True), in_hu, Resized("image", (224, 224)),
         ScaleIntensityRanged("image", 0, 80, 0, 1, clip=True)]
slices = [row for row in rows if row["hu_slope"]]
train = Dataset([row for row in slices if row["split"] == "train"], Compose(steps))
"""
_MONAI_LOADER = """\
loader = DataLoader(train, batch_size=16, shuffle=True)
"""


def readme_text(sides: Sides, table: str, *, by_side: bool, has_hu: bool) -> str:
    """What is in the folder, and examples to be run in it.

    Args:
        sides: How the images are split.
        table: Name of the manifest.
        by_side: Whether there are folders `train` and `test`.
        has_hu: Whether some files are slices in Hounsfield units.
    """
    layout = "train and test, and in each one for each class" if by_side else "one for each class"
    about = _ABOUT.format(layout=layout, rule=_rule(sides), hu=_HU if has_hu else "")
    monai = _MONAI + (_MONAI_HU if has_hu else _MONAI_PICTURES) + _MONAI_LOADER
    examples = {
        "torchvision": _torchvision(by_side, has_hu),
        "fastai": _FASTAI_NEEDS_PICTURES if has_hu else _FASTAI,
        "MONAI": monai,
    }
    parts = [about, *(f"{name}\n\n{_indented(code)}" for name, code in examples.items())]
    return "\n".join(parts).replace(TABLE, table)


def _rule(sides: Sides) -> str:
    rule = _RULES.get(sides.by, _BY_SLICE)
    if sides.by == BY_TEST_SET:
        return rule
    who = "as the last training did" if sides.is_of_run else "as a training of the project would"
    return f"{who}; {rule}"


def _torchvision(by_side: bool, has_hu: bool) -> str:
    imports, body = _IMPORTS, _TWO_FOLDERS if by_side else _TWO_SUBSETS
    if by_side:
        imports = imports.replace(", Subset", "")
    if has_hu:
        imports = _IMPORTS_TO_SHOW + imports
        body = _SHOW + body.replace(", allow_empty", ", loader=picture, allow_empty")
    if has_hu or not by_side:
        imports, body = _IMPORTS_TO_READ + imports, _READ + body
    return imports + body


def _indented(code: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in code.splitlines())
