"""Edits of a list of image steps; a list that does not fit together is kept, and says why."""

from ichdesk.core.errors import UserError
from ichdesk.core.steps import DEFAULT_STEPS, Step, Steps, Value
from ichdesk.imaging.pipeline import checked
from ichdesk.imaging.steps import STEPS, Stage


class Draft:
    """The steps under edit.

    Attributes:
        steps: As the user arranged them, whether they fit together or not.
        selected: Position of the step whose settings are shown; -1 if there is none.
        remark: A sentence on what the last edit did besides; "" if nothing.
    """

    def __init__(self, steps: Steps = DEFAULT_STEPS) -> None:
        self.steps = steps
        self.selected = 0 if steps else -1
        self.remark = ""

    @property
    def problem(self) -> str:
        """Why the steps cannot be used as they are; "" if they can."""
        return _problem(self.steps)

    @property
    def current(self) -> Step | None:
        """The selected step."""
        return self.steps[self.selected] if 0 <= self.selected < len(self.steps) else None

    def take(self, steps: Steps) -> None:
        """Start again from other steps."""
        self.steps, self.remark = steps, ""
        self.selected = min(max(self.selected, 0), len(steps) - 1)

    def select(self, position: int) -> None:
        """Show the settings of another step."""
        self.selected = position

    def add(self, name: str) -> None:
        """Add a step where it fits, as late as possible.

        A second step that makes the picture fits nowhere, so it takes the place of the first.
        """
        new, self.remark = Step(name), ""
        places = range(len(self.steps), -1, -1)
        fitting = (p for p in places if not _problem((*self.steps[:p], new, *self.steps[p:])))
        place = next(fitting, None)
        rival = self._picture_maker() if _makes_picture(new) else None
        if place is None and rival is not None:
            self._replace(rival, new)
        else:
            self._insert(len(self.steps) if place is None else place, new)

    def remove(self) -> None:
        """Take the selected step out."""
        place = self.selected
        self.steps, self.remark = (*self.steps[:place], *self.steps[place + 1 :]), ""
        self.selected = min(place, len(self.steps) - 1)

    def move(self, by: int) -> None:
        """Exchange the selected step with the one before (-1) or after (+1)."""
        target = self.selected + by
        if self.current is None or not 0 <= target < len(self.steps):
            return
        moved = list(self.steps)
        moved[self.selected], moved[target] = moved[target], moved[self.selected]
        self.steps, self.selected, self.remark = tuple(moved), target, ""

    def set_value(self, field: str, value: Value) -> None:
        """Change a setting of the selected step."""
        if (step := self.current) is None:
            return
        values = {**dict(step.values), field: value}
        changed = Step(step.name, tuple(values.items()))
        place = self.selected
        self.steps = (*self.steps[:place], _full(changed), *self.steps[place + 1 :])
        self.remark = ""

    def _picture_maker(self) -> int | None:
        return next((i for i, step in enumerate(self.steps) if _makes_picture(step)), None)

    def _insert(self, place: int, new: Step) -> None:
        self.steps = (*self.steps[:place], _full(new), *self.steps[place:])
        self.selected = place

    def _replace(self, place: int, new: Step) -> None:
        """Settings that both have, such as level and width, stay as they were."""
        old, known = self.steps[place], {field.name for field in STEPS[new.name].fields}
        kept = Step(new.name, tuple(pair for pair in old.values if pair[0] in known))
        self.steps = (*self.steps[:place], _full(kept), *self.steps[place + 1 :])
        self.selected = place
        self.remark = (
            f"“{STEPS[new.name].title}” took the place of “{STEPS[old.name].title}”, "
            "because only one step can make the picture."
        )


def _full(step: Step) -> Step:
    """With every setting said, in the order of the form."""
    said = dict(step.values)
    fields = STEPS[step.name].fields
    return Step(step.name, tuple((f.name, said.get(f.name, f.default)) for f in fields))


def _makes_picture(step: Step) -> bool:
    kind = STEPS[step.name]
    return kind.takes is Stage.HU and kind.gives is Stage.PICTURE


def _problem(steps: Steps) -> str:
    try:
        checked(steps)
    except UserError as error:
        return str(error)
    return ""
