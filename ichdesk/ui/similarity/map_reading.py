"""The map of the present run as the session has it, and where its images are now."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from ichdesk.core.predictions import Place, PlacesNow, places_now
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, classes_now, is_done
from ichdesk.core.similarity import Bools, SimilarityMap, read_map
from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session
from ichdesk.ui.prediction_text import Names, names_now
from ichdesk.ui.similarity.image_list import Listed
from ichdesk.ui.similarity.map_text import image_text, since_text

PLACE = "similarity"
"""The panel and the window show one map, so one asks for both."""

_PCA, _TSNE = "pca", "t-sne"


class MapReading:
    """What a view of the map reads.

    Attributes:
        shown: The map so far; None if there is none of this run.
        gone: (N,), whether an image of the map was removed since.
        names: Of the classes now, by id; `classes` with their positions, in the run's order.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: tuple[TrainingRun | None, Project | None, object] = (None, None, None)
        self.shown: SimilarityMap | None = None
        self._now = PlacesNow({}, {})
        self.gone: Bools = np.zeros(0, np.bool_)
        self.names: Names = {}
        self.classes: tuple[tuple[int, str], ...] = ()

    @property
    def sight(self) -> Sight | None:
        """What has come of the last wish, of this run."""
        return self._session.observations.sight(PLACE)

    @property
    def run(self) -> TrainingRun | None:
        """The run, if it has ended well."""
        run = self._session.run
        return run if is_done(run) else None

    @property
    def problem(self) -> str:
        """Why there can be no map now, and what to do; "" if there can."""
        return self._session.observations.problem()

    @property
    def is_arranging(self) -> bool:
        """Whether t-SNE is at work, or about to be."""
        sight = self.sight
        return bool(sight and sight.is_going and sight.wish.options.get("layout") == _TSNE)

    @property
    def is_arranged(self) -> bool:
        """Whether t-SNE has come to its end."""
        sight = self.sight
        return bool(sight and "t-sne" in sight.arrays and sight.done >= sight.total > 0)

    def ask_first(self) -> None:
        """Ask for the map of a run for which nobody has asked yet."""
        if self.run is not None and self.shown is None and self.sight is None:
            self.ask()

    def ask(self, *, tsne: bool = False) -> None:
        """Ask for the map."""
        options = {"layout": _TSNE if tsne else _PCA}
        self._session.observations.ask(PLACE, Wish("similarity", options))

    def stop(self) -> None:
        """Ask for no more; the map stays as it is."""
        self._session.observations.cancel(PLACE)

    def refresh(self) -> bool:
        """Read anew; False if all that is shown is as it was."""
        run, project, before = self.run, self._session.project, self.shown
        arrays = self.sight.arrays if self.sight else None
        same_project = project is self._seen[1]
        if run is self._seen[0] and same_project and arrays is self._seen[2]:
            return False
        self._seen = run, project, arrays
        if run is None or (before is not None and before.run is not run):
            self.shown = before = None
        if run is not None and arrays is not None:
            self.shown = read_map(run, arrays, before) or before
        is_same = before and self.shown and before.images is self.shown.images
        if run is not None and not (is_same and same_project):
            now = self._now = places_now(run, project)
            self.gone = self.shown.images.gone(now) if self.shown else np.zeros(0, np.bool_)
            self.names, self.classes = names_now(run, project), classes_now(run, project)
        return True

    def told(self, row: int) -> str:
        """What is said about an image."""
        assert self.shown is not None
        return image_text(self.shown.images[row], self.place(row), self.names)

    def place(self, row: int) -> Place | None:
        """Where an image is now; None if it was removed."""
        assert self.shown is not None
        image = self.shown.images[row]
        return self._now.get((image.class_id, image.position))

    def listed(self, rows: Sequence[int], near: int | None = None) -> list[Listed]:
        """Images for a list; beside those `near` a row, images of another class are strange."""
        assert self.shown is not None
        own = self.shown.images[near].class_id if near is not None else None
        return [self._listed(row, own) for row in rows]

    def _listed(self, row: int, own_class: int | None) -> Listed:
        assert self.shown is not None
        image, place = self.shown.images[row], self.place(row)
        remark = since_text(image, place, self.names) or (
            f"{'Test' if image.is_test else 'Training'} {image.position + 1:,}"
        )
        is_strange = own_class is not None and image.class_id != own_class
        title = self.names[image.class_id]
        tell = partial(self.told, row)
        return Listed(row, image.sample, place, title, remark, is_strange, tell)
