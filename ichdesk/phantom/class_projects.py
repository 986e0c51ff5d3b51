"""The class projects: how many slices of what, how hard to read, trained with what settings.

Their seeds and styles are all that it takes to draw the files in `projects/` again. The settings
of the first five are those of the workshop projects that they mirror. How hard the slices are was
chosen so that each lesson shows with nearly every seed of the training; `tests/projects` asserts it
over the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ichdesk.core.config import TrainConfig
from ichdesk.core.steps import Step
from ichdesk.phantom.jpegs import GRAY, Style


@dataclass(frozen=True, slots=True)
class ProjectRecipe:
    """Everything that decides a project of synthetic slices.

    Attributes:
        counts: Slices by class, in the order of the classes.
        seed: Source of all randomness.
        style: How hard the slices are to read and how they are shown.
        config: Training settings.
        lesson: Name of the page for the teacher, "" if there is none.
        patients: In each class, with equally many slices of each and a bleed in the brain; 0 for
            slices that have nothing to do with each other.
        is_hu: Keep Hounsfield units instead of ready-made pictures.
        marked: The class of whose slices each shows the letter of its scanner, "" if none does.
        unmarked: A disabled class with more such slices, without the letter; "" if there is none.
    """

    counts: Mapping[str, int]
    seed: int = 0
    style: Style = GRAY
    config: TrainConfig = field(default_factory=TrainConfig)
    lesson: str = ""
    patients: int = 0
    is_hu: bool = False
    marked: str = ""
    unmarked: str = ""

    @property
    def needs_native(self) -> bool:
        """Whether only an .ichdesk file can hold all of it."""
        return self.is_hu or self.patients > 0


# small bleeds in the soft tissue window, where they are little brighter than brain
_SMALL_BLEEDS = Style(window_hu=(-150, 230), lesion_px=(20, 250), quality=80)
# a window as for bone leaves hardly any contrast between blood and brain; colors give it back
_BONE_WINDOW = Style(window_hu=(-710, 790), blood_hu=(52, 90), quality=80)
# the brain window
_COMPACT = Style(quality=80)
_TINY_BLEEDS = Style(lesion_px=(12, 120), blood_hu=(52, 72))
_FAINT_BLEEDS = Style(lesion_px=(12, 120), blood_hu=(52, 66), noise_hu=(0.8, 1.8))

_HEAD = "teachable-machine"
_FEW_EPOCHS = TrainConfig(epochs=15, learning_rate=3e-5, head=_HEAD)
_FASTER = TrainConfig(epochs=15, learning_rate=8e-5, head=_HEAD)
_SLOW = TrainConfig(epochs=80, learning_rate=2e-5, head=_HEAD)
_BY_SLICE = TrainConfig(split="slice")
_SOFT_TISSUE = (Step("window", (("level_hu", 40.0), ("width_hu", 380.0))),)
_WIDE_WINDOW = TrainConfig(epochs=60, learning_rate=1e-4, head=_HEAD, steps=_SOFT_TISSUE)

_FEW = {"Hemorrhage": 30, "Normal": 30}
_RARE = {"Hemorrhage": 30, "Normal": 1000}
_MANY = {"Hemorrhage": 1000, "Normal": 1000}
_TYPES = {"Normal": 80, "Intraparenchymal": 80, "Subdural": 80}

_OUTCOMES = {"Recovered": 192, "Not recovered": 192}
_FEW_TYPES = {"Normal": 40, "Intraparenchymal": 40, "Subdural": 40}

_EMERGENCY = {"Hemorrhage": 60, "Normal": 60, "Hemorrhage, no letter": 20}

_LETTER = ProjectRecipe(
    _EMERGENCY,
    8,
    _TINY_BLEEDS,
    lesson="experiment8",
    is_hu=True,
    marked="Hemorrhage",
    unmarked="Hemorrhage, no letter",
)
_FOURTH = ProjectRecipe(_TYPES, 4, _BONE_WINDOW, _SLOW, "experiment4")
_COLORED = replace(_BONE_WINDOW, color_range_hu=(46, 85))

CLASS_PROJECTS: Mapping[int, ProjectRecipe] = MappingProxyType(
    {
        1: ProjectRecipe(_FEW, 1, _SMALL_BLEEDS, _FEW_EPOCHS, "experiment1"),
        2: ProjectRecipe(_RARE, 2, _SMALL_BLEEDS, _FEW_EPOCHS, "experiment2"),
        3: ProjectRecipe(_MANY, 3, _SMALL_BLEEDS, _FASTER, "experiment3"),
        4: _FOURTH,
        5: replace(_FOURTH, style=_COLORED, lesson="experiment5"),  # the same slices
        6: ProjectRecipe(_OUTCOMES, 26, _COMPACT, _BY_SLICE, "experiment6", patients=12),
        7: ProjectRecipe(_FEW_TYPES, 7, _FAINT_BLEEDS, _WIDE_WINDOW, "experiment7", is_hu=True),
        8: _LETTER,
    }
)
"""By number."""
