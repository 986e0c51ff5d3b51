"""Which slices are shown: those with Hounsfield units, classes in turn, a page at a time."""

from dataclasses import replace
from pathlib import Path

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.lab.chosen_slices import PAGE, page_start, page_text, slices_of


def sample(name: str, *, is_hu: bool = True) -> Sample:
    return Sample(Path("x"), 0, 1, name, is_hu=is_hu)


def project() -> Project:
    many = ClassBin("Bleed", tuple(sample(f"b{i}", is_hu=i != 1) for i in range(5)))
    few = ClassBin("Normal", (sample("n0"), sample("n1")))
    return Project((many, few, ClassBin("Empty")))


def test_classes_take_turns_and_ready_made_images_are_left_out() -> None:
    titles = [chosen.title for chosen in slices_of(project())]
    assert titles == ["Bleed 1", "Normal 1", "Bleed 3", "Normal 2", "Bleed 4", "Bleed 5"]


def test_one_class_alone() -> None:
    shown = project()
    titles = [chosen.title for chosen in slices_of(shown, shown.classes[1].id)]
    assert titles == ["Normal 1", "Normal 2"]
    assert slices_of(shown, shown.classes[2].id) == ()


def test_classes_that_are_left_out_of_training_are_shown_all_the_same() -> None:
    shown = project()
    off = replace(shown, classes=(replace(shown.classes[0], enabled=False), *shown.classes[1:]))
    assert len(slices_of(off)) == 6


def test_pages_begin_where_pages_begin_and_end_where_the_list_ends() -> None:
    assert [page_start(start, 6) for start in (-4, 0, 3, 4, 5, 8)] == [0, 0, 0, PAGE, PAGE, PAGE]
    assert page_start(4, 0) == 0
    assert page_text(0, 6) == "1 to 4 of 6"
    assert page_text(4, 6) == "5 to 6 of 6"
    assert page_text(0, 0) == ""
