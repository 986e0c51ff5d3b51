"""From what the observer says to images with places, neighbors and a table."""

from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.run import TrainingRun
from ichdesk.core.similarity import map_table, read_map
from tests.fakes.maps import map_arrays
from tests.fakes.runs import TRAIN, made_session, train


@pytest.fixture
def run(tmp_path: Path) -> TrainingRun:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        train(session)
        yield session.run
        session.close()


def test_each_row_is_an_image_of_the_run(run: TrainingRun) -> None:
    shown = read_map(run, map_arrays(run), None)
    first, last = shown.images[0], shown.images[-1]
    assert (first.class_id, first.position, first.is_test) == (run.class_ids[0], 0, False)
    assert first.prediction is None
    assert (last.class_id, last.position, last.is_test) == (run.class_ids[1], 29, True)
    assert last.prediction.sample is last.sample is run.key[0][1][1][29]
    assert sum(image.is_test for image in shown.images) == sum(map(len, run.test))
    assert shown.shares == (0.5, 0.25)
    assert (shown.tsne, shown.arranged, shown.total) == (None, 0, 60)


def test_a_sketch_has_no_neighbors_yet(run: TrainingRun) -> None:
    arrays = {name: a for name, a in map_arrays(run).items() if name[0] in "rps"}
    assert set(arrays) == {"rows", "pca", "shares"}
    shown = read_map(run, arrays, None)
    assert shown.near(3) == []
    assert shown.strangers(3) == 0
    assert read_map(run, {}, None) is None


def test_neighbors_of_another_class_are_counted(run: TrainingRun) -> None:
    arrays = map_arrays(run)
    arrays["neighbors"][0] = [1, 2, 30, 31, 32, 33, 34, 35]
    shown = read_map(run, arrays, None)
    assert shown.near(0) == [1, 2, 30, 31, 32, 33, 34, 35]
    assert shown.strangers(0) == 6
    assert shown.strangers(7) == 0


def test_images_are_kept_while_the_map_settles(run: TrainingRun) -> None:
    before = read_map(run, map_arrays(run), None)
    assert read_map(run, map_arrays(run, tsne=True), before).images is before.images
    fewer = {name: array[1:] for name, array in map_arrays(run).items() if name != "shares"}
    after = read_map(run, fewer | {"shares": np.zeros(2, np.float32)}, before)
    assert [i.sample for i in after.images] == [i.sample for i in before.images[1:]]


def test_the_table_has_a_row_for_each_image(run: TrainingRun) -> None:
    names = dict(zip(run.class_ids, ("Bleed", "No bleed"), strict=True))
    arrays = map_arrays(run, tsne=True)
    arrays["t-sne"][0] = np.nan
    heading, first, *rest = map_table(read_map(run, arrays, None), names)
    assert ",".join(heading) == "Class,Image,Split,Said,Confidence,PCA x,PCA y,t-SNE x,t-SNE y"
    assert first == ["Bleed", "1", "train", "", "", "0.000", "0.000", "", ""]
    tested = rest[TRAIN - 1]
    assert tested[:4] == ["Bleed", "26", "test", "Bleed"]
    assert 0.5 < float(tested[4]) < 1
    assert tested[5:] == ["25.000", "0.000", "0.000", "25.000"]
    assert len(rest) == 59
    assert len(map_table(read_map(run, map_arrays(run), None), names)[0]) == 7
