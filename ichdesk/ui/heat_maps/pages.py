"""Pages of images with their maps: asked of the worker when one comes to them, and a few kept."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ichdesk.core.heat_map import Map, Picture
from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session
from ichdesk.ui.heat_maps.items import Item

PAGE = 6
_KEPT = 4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What the observer "heat-maps" has told so far; see its arrays.

    Attributes:
        classes: Those with maps, in the order of the second axis.
        pictures: (N, 224, 224, 3).
        is_whole: Whether nothing more will come.
    """

    classes: tuple[int, ...]
    pictures: Picture
    arrays: Mapping[str, Floats]
    is_whole: bool

    @staticmethod
    def of(sight: Sight) -> "Page":
        """The page that a sight shows."""
        arrays = sight.arrays
        classes = tuple(int(label) for label in arrays.get("classes", ()))
        pictures = arrays.get("pictures", np.zeros((0, 224, 224, 3), np.float32))
        is_whole = not sight.is_going and not sight.ending
        return Page(classes, pictures.astype(np.uint8), arrays, is_whole)

    def map_of(self, row: int, label: int) -> Map | None:
        """The map of a class over an image, (h, w), if it is there."""
        maps, place = self.arrays.get("maps"), self._column(label)
        return None if maps is None or place is None else maps[row, place]

    def scores(self, row: int, label: int) -> tuple[float, float] | None:
        """Score of a class for an image and for the average training image."""
        own, place = self.arrays.get("scores"), self._column(label)
        if own is None or place is None:
            return None
        return float(own[row, place]), float(self.arrays["average_scores"][place])

    def checks(self, row: int, label: int) -> list[tuple[Map, float]]:
        """Maps with ever more random weights, as far as there are some, with correlations."""
        maps, place = self.arrays.get("random_maps"), self._column(label)
        if maps is None or place is None:
            return []
        alike = self.arrays["correlations"]
        return [(maps[k, row, place], float(alike[k, row, place])) for k in range(len(maps))]

    def _column(self, label: int) -> int | None:
        return self.classes.index(label) if label in self.classes else None


class Pages:
    """The pages of one place in the window.

    Args:
        place: Its name, for the session's observations.
    """

    def __init__(self, session: Session, place: str) -> None:
        self._session = session
        self._place = place
        self._kept: OrderedDict[Hashable, Page] = OrderedDict()
        self._items: dict[Hashable, Sequence[Item]] = {}  # alive, so that ids of pixels stay theirs
        self._asked: Hashable = None
        self._read: Sight | None = None

    @property
    def sight(self) -> Sight | None:
        """What has come of the last wish."""
        return self._session.observations.sight(self._place)

    def get(self, key: Hashable) -> Page | None:
        """A page, as far as it is there."""
        sight = self.sight
        if key == self._asked and sight is not None and sight is not self._read and sight.arrays:
            self._kept[key], self._read = Page.of(sight), sight
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept.get(key)

    def ask(
        self, key: Hashable, items: Sequence[Item], classes: Sequence[int], *, check: bool = True
    ) -> None:
        """Ask for a page, unless it is there or on its way."""
        page = self.get(key)
        if page is not None and (page.is_whole or key == self._asked):
            self._kept.move_to_end(key)
            return
        if key == self._asked and self.sight is not None:
            return
        options = {
            "samples": " ".join(item.place for item in items if item.place),
            "classes": " ".join(map(str, classes)),
            "check": "yes" if check else "no",
        }
        pixels = [item.pixels for item in items if item.pixels is not None]
        images = np.stack(pixels) if pixels else None
        before, self._asked = self._asked, key
        self._items = {k: v for k, v in self._items.items() if k in self._kept} | {key: items}
        if not self._session.observations.ask(self._place, Wish("heat-maps", options, images)):
            self._asked = before

    def retry(self) -> None:
        """Ask anew for what went wrong."""
        self._asked = None

    def clear(self) -> None:
        """Forget everything: there is another run."""
        self._asked = self._read = None
        self._kept.clear()
        self._items.clear()
