"""A short run of the fuzzer on every target, and all cases that a long run has ever found."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.targets import TARGETS, close, outcome

FOUND = Path(__file__).parent / "found"
CASES = {"tm-export": 4, "tm-model": 8, "dicom": 40, "zips": 15}
MOST_CASES = 60


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close()


@pytest.mark.parametrize("name", TARGETS)
def test_damage_ends_in_a_sentence(name: str, tmp_path: Path, qapp: object) -> None:
    target, chance, folders = TARGETS[name], Random(name), iter(range(10**6))
    originals = target.seeds()

    def came_of(data: bytes) -> str:
        folder = tmp_path / f"{next(folders)}"
        folder.mkdir()
        return outcome(target, data, folder)

    whole = {came_of(data) for data in originals}
    assert any(not each.startswith("refused") for each in whole)
    for _ in range(CASES.get(name, MOST_CASES)):
        assert came_of(target.mutate(chance.choice(originals), chance, originals))


@pytest.mark.parametrize(
    "path", sorted(FOUND.rglob("*.bin")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_what_was_found_stays_mended(path: Path, tmp_path: Path, qapp: object) -> None:
    assert outcome(TARGETS[path.parent.name], path.read_bytes(), tmp_path)
