"""What one does with a trained model outside of the window: ask it, judge it, report it, export it.

Every command of the built app runs where there is no network, and traced.
"""

import csv
import json
import math
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smoke_browser import answers_of_page, browser
from smoke_checks import EXAMPLE, Bench
from smoke_driver import NO_NETWORK, TIMEOUT_S, require
from smoke_traces import require_alone, tracer

HERE = Path(__file__).resolve().parent
PICTURES = 3  # of each class
TOLERANCE = 0.001  # of a probability; the pictures have the size that the network takes
IN_A_BROWSER = 0.02  # which decodes JPEG files by itself
Answers = Mapping[str, list[float]]


class Asked:
    """The built app with commands, for a user who has nothing yet."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.bench = bench
        self.user = bench.user(name)
        self.place = self.user.home.parent
        self.traces = ""

    def says(self, *words: str | Path, code: int = 0) -> str:
        """Standard output of a command that must end with this code."""
        trace = self.place / "trace"
        command = (*NO_NETWORK, *tracer(trace), str(self.bench.program), *map(str, words))
        done = self.user.run(*command)
        sentence = f"{words[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
        require(done.returncode == code and "Traceback" not in done.stderr, sentence)
        self.traces = require_alone(trace, self.user)
        for part in self.place.glob("trace.*"):
            part.unlink()
        return done.stdout

    def answers(self, model: Path, pictures: Path, code: int = 0) -> Answers:
        """What the built app's own "predict" says of pictures, by file."""
        said = self.place / "said.json"
        self.says("predict", model, pictures, "--json", said, code=code)
        return by_file(json.loads(said.read_text("utf-8")))


def exports(bench: Bench) -> str:
    """Every format is exported; whoever reads the files gets the answers of "predict"."""
    app = Asked(bench, "exports")
    model, pictures = app.place / "class.ichmodel", app.place / "pictures"
    app.says("train", EXAMPLE, "--model", model)
    _some_pictures(app, pictures)
    expected = app.answers(model, pictures)
    require(len(expected) == 2 * PICTURES, f"{len(expected)} answers")
    made = _exported(app, model)
    read = _read_by_others(bench, made, pictures)
    counts = read.pop("numbers")
    require(counts["keras"] == counts["tfjs"] > 10**6, f"numbers in the weights: {counts}")
    read["ichdesk"] = app.answers(made["ichdesk"], pictures)
    read["tfjs"] = app.answers(made["tfjs"], pictures)
    if browser():
        read["page"] = answers_of_page(made["page"], sorted(pictures.iterdir()))
    allowed = {"page": IN_A_BROWSER}
    found = [f"{n} {same(expected, a, allowed.get(n, TOLERANCE), n)}" for n, a in read.items()]
    page = "" if "page" in read else "; no Chromium here, so the page was not opened"
    return f"{len(made)} formats; farthest from predict: {', '.join(found)}{page}"


def hounsfield_units(bench: Bench) -> str:
    """A model of DICOM slices takes Hounsfield units in ONNX and PyTorch, too."""
    app = Asked(bench, "units")
    project, model = app.place / "scans.ichdesk", app.place / "scans.ichmodel"
    folder = app.place / "scans"
    source = (str(bench.source), str(HERE / "smoke_scans.py"), str(folder))
    require(app.user.run(*source).returncode == 0, "no DICOM files to try")
    app.says("import", folder, "--into", project)
    app.says("train", project, "--model", model)
    expected = app.answers(model, folder, code=2)  # two of the files are broken
    require(len(expected) == 12, f"{len(expected)} answers")
    made = {name: app.place / name for name in ("onnx-hu", "pytorch")}
    for name, out in made.items():
        app.says("export", model, out, "--to", name)
    read = _read_by_others(bench, made, folder)
    found = [f"{name} {same(expected, a, TOLERANCE, name)}" for name, a in read.items()]
    require(len(found) == 2, f"read were {list(read)}")
    return f"12 slices; farthest from predict: {', '.join(found)}"


def tables(bench: Bench) -> str:
    """Predicting a folder makes the table that the source makes; a project is judged alike."""
    app = Asked(bench, "tables")
    model, pictures, table = (app.place / n for n in ("m.ichmodel", "pictures", "table.csv"))
    app.says("train", EXAMPLE, "--model", model)
    _some_pictures(app, pictures)
    summary = app.says("predict", model, pictures, "--csv", table)
    rows = _rows(table)
    require(len(rows) == 2 * PICTURES, f"{len(rows)} rows in the table")
    of_source = app.place / "source.csv"
    _source(app, "predict", model, pictures, "--csv", of_source)
    farthest = same(_by_row(rows), _by_row(_rows(of_source)), TOLERANCE, "the source's table")
    judged = [app.place / f"{who}.json" for who in ("app", "source")]
    app.says("predict", model, EXAMPLE, "--json", judged[0])
    _source(app, "predict", model, EXAMPLE, "--json", judged[1])
    metrics = [json.loads(path.read_text("utf-8"))["metrics"] for path in judged]
    require(_alike(*metrics), f"judged differently: {metrics}")
    return f"{summary.strip().splitlines()[-1]} At most {farthest} from the source; judged alike"


def kept_and_reported(bench: Bench) -> str:
    """What the window trained and saved is opened again, reported without training, and checked."""
    app = Asked(bench, "kept")
    project, out, numbers = (app.place / n for n in ("class.ichdesk", "report", "n.json"))
    picture = app.place / "demo.png"
    said = app.says("demo", EXAMPLE, "--save", project, "--screenshot", picture)
    trained = json.loads(picture.with_suffix(".json").read_text("utf-8"))
    app.says("report", project, "--out", out, "--json", numbers)
    result = json.loads(numbers.read_text("utf-8"))
    require(result["was_kept"], "the training was not kept in the file")
    require(_accuracy(result) == _accuracy(trained), "the kept training is another one")
    page, pdf = (out / f"report.{kind}" for kind in ("html", "pdf"))
    accuracy = said.splitlines()[0].rpartition("test accuracy ")[2].split(" = ")[0]
    require(accuracy in page.read_text("utf-8"), f"the page does not say {accuracy}")
    require(pdf.read_bytes().startswith(b"%PDF-") and pdf.stat().st_size > 20_000, "no PDF")
    checks = [json.loads(app.says("health", project, "--json"))]
    checks += [json.loads(_source(app, "health", project, "--json"))]
    states = [{each["check"]: each["state"] for each in found} for found in checks]
    require(len(states[0]) > 5 and states[0] == states[1], f"the source finds {states[1]}")
    shutil.copy(page, bench.pictures / "report.html")
    shutil.copy(pdf, bench.pictures / "report.pdf")
    return f"{accuracy} kept and reported, {len(states[0])} checks as the source; {app.traces}"


def figures(bench: Bench) -> str:
    """The built worker trains, maps, asks another model and saves as the source's worker does."""
    app = Asked(bench, "figures")
    app.user.extra["PYTHONPYCACHEPREFIX"] = str(app.place / "pycache")  # the source writes there
    trace, said = app.place / "trace", {}
    for who, program in (("app", bench.program), ("source", bench.source)):
        out = app.place / f"{who}.json"
        asking = (str(bench.source), str(HERE / "smoke_worker.py"), str(program), str(out))
        done = app.user.run(*NO_NETWORK, *tracer(trace), *asking, str(EXAMPLE))
        require(done.returncode == 0, f"{who}: {done.stdout}{done.stderr}")
        said[who] = json.loads(out.read_text("utf-8"))
    found = require_alone(trace, app.user)
    require(said["app"].keys() == said["source"].keys(), f"the app gives {list(said['app'])}")
    for name, values in said["source"].items():
        require(_alike(said["app"][name], values), f"{name}: {said['app'][name]}, source {values}")
    shown = {name: value for name, value in said["app"].items() if not isinstance(value, list)}
    told = ", ".join(f"{name} {value}" for name, value in shown.items())
    return f"{len(said['app'])} results as the source's worker, {told}; {found}"


CHECKS = (exports, hounsfield_units, tables, kept_and_reported, figures)


def by_file(result: Mapping[str, Any]) -> Answers:
    """The probabilities in what "predict" writes, by the name of the file."""
    return {Path(row["file"]).name: row["probabilities"] for row in result["images"]}


def same(expected: Answers, found: Answers, most: float, who: str) -> str:
    """How far the answers are apart at most; Failed if by more than `most`, or not of all files."""
    require(found.keys() == expected.keys(), f"{who} answers {sorted(found)}")
    pairs = [(e, f) for n in expected for e, f in zip(expected[n], found[n], strict=True)]
    farthest = max(abs(e - f) for e, f in pairs)
    require(farthest <= most, f"{who} is {farthest:.4f} from what predict says")
    return f"{farthest:.0e}"


def _exported(app: Asked, model: Path) -> dict[str, Path]:
    """Every format that the built app lists, as a file or a folder; for ICHDesk itself as a zip."""
    formats = json.loads(app.says("formats", "--json"))
    made = {}
    for name, suffix in ((each["name"], each["suffix"]) for each in formats):
        ending = ".zip" if name == "tfjs" else suffix
        made[name] = app.place / f"{name}-export{ending}"
        app.says("export", model, made[name], "--to", name)
    wanted = {"ichdesk", "onnx", "onnx-hu", "pytorch", "tfjs", "keras", "page"}
    require(wanted <= made.keys(), f"the formats are {sorted(made)}")
    return made


def _some_pictures(app: Asked, to: Path) -> None:
    """A few pictures of each class, from the folders that the built app makes of a project."""
    folders = app.place / "folders"
    app.says("convert", EXAMPLE, folders)
    to.mkdir()
    for folder in sorted({path.parent for path in folders.rglob("*.jp*g")}):
        for path in sorted(folder.glob("*.jp*g"))[:PICTURES]:
            shutil.copy(path, to / f"{folder.name} {path.name}")


def _read_by_others(bench: Bench, made: Mapping[str, Path], pictures: Path) -> dict[str, Any]:
    """What ONNX Runtime and torch say, and how many numbers Keras' and tfjs' weights are."""
    files = [f"{name}={path}" for name, path in made.items()]
    command = [str(bench.reader), str(HERE / "smoke_readers.py"), str(pictures), *files]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=4 * TIMEOUT_S, cwd="/"
    )
    require(done.returncode == 0, f"others cannot read it: {done.stderr}")
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def _source(app: Asked, *words: str | Path) -> str:
    """What the app from source says to the same."""
    done = app.user.run(str(app.bench.source), "-m", "ichdesk", *map(str, words))
    require(done.returncode == 0, f"the source: {done.stdout}{done.stderr}")
    return done.stdout


def _rows(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def _by_row(rows: list[list[str]]) -> Answers:
    return {row[0]: [float(text) for text in row[3:]] for row in rows}


def _accuracy(result: Mapping[str, Any]) -> Any:
    return result["test_accuracy"]


def _alike(one: Any, other: Any) -> bool:
    """Whether two results are the same as far as two builds of a library agree on numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=0.02, abs_tol=0.001)
    return bool(one == other)
