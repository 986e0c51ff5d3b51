"""Going through classes and series, and following edits."""

from pathlib import Path

import pytest

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.viewer.trail import Along, class_trail, followed, through_class, through_series


def sample(name: str, series: str | None = None) -> Sample:
    return Sample(Path("x"), 0, 1, name, None, series, series is not None)


@pytest.fixture
def project() -> Project:
    """A series over two classes, its slices out of order, and another one between."""
    first = ClassBin("A", (sample("s3", "s"), sample("t1", "t"), sample("s1", "s"), sample("p")))
    second = ClassBin("B", (sample("s2", "s"), sample("s4", "s")))
    return Project((first, second))


HEIGHTS = {"s1": -5.0, "s2": 0.0, "s3": 5.0, "s4": 10.0}


def digests(trail):
    return [stop.sample.sha256 for stop in trail.stops]


def at(project, name):
    for bin_ in project.classes:
        for index, one in enumerate(bin_.samples):
            if one.sha256 == name:
                return class_trail(project, bin_.id, index)
    raise AssertionError(name)


def removed(project, name):
    here = at(project, name)
    return project.remove_samples(here.here.class_id, [here.at])


def test_a_class_from_end_to_end(project):
    trail = at(project, "t1")
    assert digests(trail) == ["s3", "t1", "s1", "p"]
    assert trail.moved(1).here.sample.sha256 == "s1"
    assert trail.moved(-9).at == 0
    assert trail.moved(9).at == 3


def test_a_series_is_in_order_of_heights_whatever_the_classes(project):
    trail = through_series(at(project, "s3"), project, HEIGHTS)
    assert trail.along is Along.SERIES
    assert digests(trail) == ["s1", "s2", "s3", "s4"]
    assert trail.here.sample.sha256 == "s3"
    assert through_class(trail, project) == at(project, "s3")


def test_a_series_without_all_heights_is_in_the_order_of_the_project(project):
    trail = through_series(at(project, "s3"), project, {"s1": 0.0})
    assert digests(trail) == ["s3", "s1", "s2", "s4"]


def test_neighbors_come_nearest_first_and_those_ahead_before(project):
    trail = through_series(at(project, "s2"), project, HEIGHTS)
    assert [s.sha256 for s in trail.around(2, 1)] == ["s2", "s3", "s1", "s4"]
    assert [s.sha256 for s in trail.around(1, -1)] == ["s2", "s1", "s3"]


def test_an_edit_elsewhere_keeps_the_image(project):
    trail = at(project, "s1")
    after = followed(trail, removed(project, "s3"), HEIGHTS)
    assert (after.here.sample.sha256, after.at) == ("s1", 1)


def test_after_a_removal_the_next_is_shown_and_after_the_last_the_one_before(project):
    assert followed(at(project, "t1"), removed(project, "t1"), {}).here.sample.sha256 == "s1"
    assert followed(at(project, "p"), removed(project, "p"), {}).here.sample.sha256 == "s1"
    trail = through_series(at(project, "s2"), project, HEIGHTS)
    assert followed(trail, removed(project, "s2"), HEIGHTS).here.sample.sha256 == "s3"


def test_an_image_is_followed_to_its_new_class(project):
    trail = at(project, "t1")
    target = project.classes[1].id
    moved = project.move_samples(trail.here.class_id, [trail.at], target)
    after = followed(trail, moved, HEIGHTS)
    assert (after.here.class_id, after.here.sample.sha256, after.at) == (target, "t1", 2)
    series = through_series(at(project, "s3"), project, HEIGHTS)
    after = followed(series, project.move_samples(trail.here.class_id, [0], target), HEIGHTS)
    assert after.along is Along.SERIES
    assert (after.here.class_id, after.here.sample.sha256) == (target, "s3")


def test_nothing_is_left(project):
    trail = at(project, "t1")
    assert followed(trail, project.delete_class(trail.here.class_id), {}) is None
    assert followed(trail, Project(), {}) is None


def test_of_equal_images_the_one_nearby_counts():
    twice = Project((ClassBin("A", (sample("x"), sample("y"), sample("x"))),))
    trail = class_trail(twice, twice.classes[0].id, 2)
    assert followed(trail, twice.add_class(), {}).at == 2
    assert followed(trail, twice.remove_samples(twice.classes[0].id, [1]), {}).at == 1
