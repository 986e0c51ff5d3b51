"""Damaged .ichdesk files: what can be used is used, the rest is told in sentences."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES
from tests.archive.native_files import Edit, Entries, counts, edited, packed
from tests.fakes.projects import CONFIG, NAMES, picture, slice_bytes

RUN_LEFT_OUT = "Run 1 in the file cannot be used here and was left out."
ALL = [(NAMES[0], 4), (NAMES[1], 3), (NAMES[2], 2), (NAMES[3], 0)]


def test_a_file_that_was_packed_again_is_whole(entries, opened) -> None:
    assert counts(opened(entries)) == ALL
    mac = {f"my class/{name}": data for name, data in entries.items()}
    mac |= {"__MACOSX/my class/._project.json": b"x", "my class/.DS_Store": b"x"}
    found = opened(packed(mac, zipfile.ZIP_DEFLATED))
    assert counts(found) == ALL
    assert found.left_out == ()
    assert found.run.model == b"a model"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.99])
def test_a_file_that_was_cut_off_gives_what_came_before(raw: bytes, opened, share: float) -> None:
    found = opened(raw[: int(share * len(raw))])
    assert "perhaps cut off" in found.left_out[0]
    assert [name for name, _ in counts(found)] == list(NAMES)
    whole = [sum(n for _, n in counts(found)), 9]
    assert 0 < whole[0] <= whole[1]
    assert found.project.config == CONFIG
    missing = [note for note in found.left_out if "is missing in the file" in note]
    assert len(missing) + whole[0] + sum("is cut off" in n for n in found.left_out) >= 9


def test_an_image_whose_bytes_are_not_those_that_were_saved(entries: Entries, opened) -> None:
    first, second = [name for name in entries if name.startswith("samples/")][:2]
    found = opened({**entries, second: entries[first]})
    assert sum(n for _, n in counts(found)) in {7, 8}
    assert any("is not the image that was saved" in note for note in found.left_out)
    assert found.run is not None  # and says itself that the data are others now
    assert found.project.classes[0].samples != found.run.key[0][0][1]


@pytest.mark.parametrize("data", [b"", b"no image", b"\x89PNG\r\n\x1a\n" + bytes(60)])
def test_a_sample_that_is_no_image(entries: Entries, opened, data: bytes) -> None:
    name = next(name for name in entries if name.endswith(".png"))
    found = opened({**entries, name: data})
    assert any("is no complete JPEG or PNG image" in note for note in found.left_out)
    assert sum(n for _, n in counts(found)) == 8


def test_what_a_sample_is_its_bytes_say_not_its_name(
    entries: Entries, opened, store: SampleStore
) -> None:
    """A slice called .jpg is a slice, a picture called .png is none."""
    slice_, shown = store.add(slice_bytes(9)), store.add(picture(77))
    files = [f"samples/{slice_.sha256}.jpg", f"samples/{shown.sha256}.png"]

    def edit(said: dict[str, Any]) -> None:
        said["samples"] = [{"file": file, "hu": "yes"} for file in files]
        said["classes"] = [{"name": "A", "samples": [0, 1]}]
        del said["runs"]

    data = {**edited(entries, edit), files[0]: slice_.read(), files[1]: shown.read()}
    samples = opened(data).project.classes[0].samples
    assert [sample.is_hu for sample in samples] == [True, False]


def test_entries_of_one_name(entries: Entries, opened) -> None:
    name = next(name for name in entries if name.startswith("samples/"))
    out = io.BytesIO(packed(entries))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(name, b"another")
    found = opened(out.getvalue())
    assert [n for _, n in counts(found)] != []
    assert found.project.sample_count >= 7


def test_strays_are_named_and_left_out(entries: Entries, opened) -> None:
    found = opened({**entries, "notes/patient.txt": b"x", "samples/x.png": b"x"})
    assert counts(found) == ALL
    assert len(found.left_out) == 2
    assert all("does not belong to the project" in note for note in found.left_out)


def test_without_its_document_the_images_are_rescued(entries: Entries, opened) -> None:
    images = {name: data for name, data in entries.items() if name.startswith("samples/")}
    for broken in ({}, {"project.json": b"{"}, {"project.json": b"[]"}, {"project.json": b"\xff"}):
        found = opened({**images, **broken})
        assert counts(found) == [("Rescued images", len(images))]
        assert "list of classes" in found.left_out[0]
        assert sum(s.is_hu for s in found.project.classes[0].samples) == 4


@pytest.mark.parametrize(
    "document",
    [
        *("[" * 100_000, '{"a":NaN}', "9" * 5000, "{}", '{"format":"other","version":1}'),
        *('{"format":"ichdesk-project"}', '{"format":"ichdesk-project","version":0}'),
        *('{"format":"ichdesk-project","version":true}', '{"format":["ichdesk-project"]}'),
    ],
)
def test_a_file_without_document_and_images_is_refused(opened, document: str) -> None:
    with pytest.raises(UserError, match="not a class project of ICHDesk"):
        opened({"project.json": document.encode()})


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF" * 99, b"\0" * 5000])
def test_other_files_are_refused(opened, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UserError) as caught:
        opened(data)
    assert str(tmp_path) not in str(caught.value)


def test_a_newer_file_is_never_opened_in_part(entries: Entries, opened) -> None:
    with pytest.raises(UserError, match="newer version"):
        opened(edited(entries, lambda said: said.update(version=10**30)))


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (lambda s: s["settings"].update(epochs=10**400), "“epochs”"),
        (lambda s: s["settings"].update(batch_size=[1]), "“batch size”"),
        (lambda s: s["settings"].update(seed=-1), "“seed”"),
        (lambda s: s["settings"].update(learning_rate="many"), "“learning rate”"),
        (lambda s: s["settings"].update(backbone="tm-import:/no/such.zip"), "such.zip"),
        (lambda s: s["settings"].update(backbone="x:\\\\server\\share"), "backbone"),
        (lambda s: s["settings"].update(head={}), "head"),
        (lambda s: s["settings"].update(split=["patient"]), "split"),
        (lambda s: s["settings"].update(steps=[{"step": "no such step"}]), "image steps"),
        (lambda s: s["settings"].update(steps=[{"step": "window", "width_hu": -5}]), "image steps"),
        (lambda s: s["settings"].update(steps="[[["), "image steps"),
        (lambda s: s.update(settings=[]), "settings"),
        (lambda s: s.pop("settings"), "settings"),
        (lambda s: s.update(manifest="{"), ".tm"),
        (lambda s: s.update(manifest=5), ".tm"),
        (lambda s: s.update(manifest='{"a":1e999}'), ".tm"),
        (lambda s: s["samples"][0].update(patient=7), "Patients"),
        (lambda s: s["samples"][0].update(series="x" * 101), "Patients"),
        (lambda s: s["samples"][0].update(patient="a\nb"), "Patients"),
        (lambda s: s["classes"][0].update(name="a\0b"), "renamed to “a b”"),
        (lambda s: s["classes"][0].update(name=NAMES[1]), "renamed"),
        (lambda s: s["classes"][3].update(samples=None), "list of images"),
        (lambda s: s["classes"].append("x"), "Class 5 in the file is damaged"),
        (lambda s: s["classes"][3].update(samples=[10**9]), "not described"),
        (lambda s: s["classes"][3].update(samples=[True]), "not described"),
        (lambda s: s["classes"][3].update(samples=[-1]), "not described"),
    ],
)
def test_one_thing_that_cannot_be_used_costs_no_other(
    entries: Entries, opened, edit: Edit, word: str
) -> None:
    found = opened(edited(entries, edit))
    assert [len(b.samples) for b in found.project.classes] == [4, 3, 2, 0]
    assert len(found.left_out) == 1
    assert word in found.left_out[0]
    assert found.project.config.problem() is None


@pytest.mark.parametrize(
    "file",
    ["samples/x.png", "../../etc/passwd", f"samples/{'a' * 64}.exe", None, 7, "project.json"],
)
def test_samples_are_nowhere_else(entries: Entries, opened, file: object) -> None:
    found = opened(edited(entries, lambda said: said["samples"][0].update(file=file)))
    assert [n for _, n in counts(found)] == [3, 3, 2, 0]
    assert any("is not described in the file as it should be" in n for n in found.left_out)


def test_the_number_of_classes_is_bounded(entries: Entries, opened) -> None:
    many = [{"name": f"c{i}", "samples": []} for i in range(MAX_CLASSES + 5)]
    found = opened(edited(entries, lambda said: said.update(classes=many, runs=[])))
    assert len(found.project.classes) == MAX_CLASSES
    assert "beyond the first" in found.left_out[0]


@pytest.mark.parametrize(
    "edit",
    [
        lambda r: r.clear(),
        lambda r: r.update(classes=[]),
        lambda r: r.update(classes=r["classes"][:1]),
        lambda r: r["classes"][0].update(name=5),
        lambda r: r["classes"][0].update({"class": 10**9}),
        lambda r: r["classes"][0].update({"class": 1}),
        lambda r: r["classes"][0].update(samples=[10**9] * 4),
        lambda r: r["settings"].update(epochs=0),
        lambda r: r["settings"].update(steps=[{"step": "no such step"}]),
        lambda r: r.update(device="toaster"),
        lambda r: r["train"][0].append(0),
        lambda r: r["train"][0].append(99),
        lambda r: r["train"].pop(),
        lambda r: r.update(test=r["train"]),
        lambda r: r.update(history=[]),
        lambda r: r.update(history=[{}] * 10_001),
        lambda r: r["history"][0].update(acc="high"),
        lambda r: r["history"][0].update(loss=10**400),
        lambda r: r["confusion"][0].pop(),
        lambda r: r["confusion"][0].__setitem__(0, 5),
        lambda r: r["confusion"][0].__setitem__(0, -1),
        lambda r: r["confusion"][0].__setitem__(0, 10**30),
        lambda r: r.update(test_probabilities=[[0.5]]),
        lambda r: r["test_probabilities"][0].__setitem__(0, 1.5),
        lambda r: r.update(seconds=[]),
        lambda r: r.update(split={"by": "luck"}),
        lambda r: r["split"].update(copies=[[0, 99, 0, 0]]),
    ],
)
def test_a_run_that_makes_no_sense_is_left_out_whole(entries: Entries, opened, edit: Edit) -> None:
    found = opened(edited(entries, edit, "runs/1.json"))
    assert counts(found) == ALL
    assert found.run is None
    assert found.left_out == (RUN_LEFT_OUT,)


def test_without_its_model_a_run_still_shows_what_came_out(entries: Entries, opened) -> None:
    rest = {name: data for name, data in entries.items() if name != "runs/1.safetensors"}
    found = opened(rest)
    assert found.run is not None
    assert found.run.model == b""
    assert found.left_out == (
        "There is no trained model of run 1, as it is missing in the file; train again for one.",
    )


def test_when_no_image_can_be_opened_the_first_reason_is_told(entries: Entries, opened) -> None:
    rest = {name: b"x" if name.startswith("samples/") else d for name, d in entries.items()}
    with pytest.raises(UserError, match=r"No image in .* the first of them is no complete JPEG"):
        opened(rest)


def test_settings_are_the_default_where_the_document_is_lost(entries: Entries, opened) -> None:
    images = {name: data for name, data in entries.items() if name.startswith("samples/")}
    assert opened(images).project.config == TrainConfig()
