"""The commands: each reads its arguments, does one job and says what came out."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ichdesk import __version__
from ichdesk.archive import (
    NATIVE_SUFFIX,
    TM_SUFFIX,
    Cancelled,
    SampleStore,
    save_project,
)
from ichdesk.cli import backbones as listed
from ichdesk.cli import folders, imports, jobs, judge, models, recipes
from ichdesk.cli import health as checked
from ichdesk.cli import predict as predictions
from ichdesk.cli import report as reports
from ichdesk.cli.progress import progress_bars
from ichdesk.cli.project_facts import facts_result, facts_text
from ichdesk.core.config import DEVICES, HEADS, SPLITS, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.notes import counted, os_reason
from ichdesk.core.results import (
    accuracy_text,
    repeats_result,
    repeats_text,
    run_summary,
    write_json,
    write_text,
)
from ichdesk.core.split_facts import BY_SLICE, BY_TEST_SET
from ichdesk.imaging.classified import Classified
from ichdesk.imaging.gathered import scans_sentences
from ichdesk.imaging.pipeline import baked

BAD_INPUT = 2
INTERRUPTED = 130

_PATH = click.Path(path_type=Path)


def run_command(arguments: Sequence[str]) -> int:
    """Run a command; 0 if it went well, 2 and one sentence on standard error for bad input."""
    try:
        code = app(list(arguments), prog_name="ichdesk", standalone_mode=False)
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one sentence
        return BAD_INPUT
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else app.name
        print(f"{error.format_message()} See “{command} --help”.", file=sys.stderr)  # noqa: T201
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort, Cancelled):
        return INTERRUPTED
    except SystemExit:  # click's, when nobody reads the output any more, as with "| head"
        return 0
    except OSError as error:
        print(f"A file or the output cannot be used ({os_reason(error)}).", file=sys.stderr)  # noqa: T201
        return BAD_INPUT
    return code if isinstance(code, int) else 0


@click.group(name="ichdesk")
@click.version_option(__version__, message="ichdesk %(version)s")
def app() -> None:
    """Teach with head CT: train a classifier, see what it learned.

    Without a command, or with a project file, the window opens. For teaching, not for diagnosis.
    """


_file = click.argument("file", type=_PATH)
_json_out = click.option("--json", "json_out", type=_PATH, help="Write the results here.")
_force = click.option("--force", is_flag=True, help="Replace the file OUT if it exists.")
_backbone = click.option("--backbone", help="As “ichdesk backbones” lists them, or NAME:FILE.")
_head = click.option("--head", type=click.Choice(HEADS), help="How the trained part learns.")
_split = click.option(
    "--split",
    type=click.Choice(SPLITS),
    help="Hold out single slices or whole patients; auto: patients, if they are known.",
)
_device = click.option("--device", type=click.Choice(DEVICES), help="Where to compute.")
_epochs = click.option("--epochs", type=int, help="Passes over the training images.")
_batch_size = click.option("--batch-size", type=int, help="Images per step.")
_learning_rate = click.option("--learning-rate", type=float, help="Step size of Adam.")
_seed = click.option("--seed", type=int, help="Decides split and initial weights.")


@app.command()
@_file
@_json_out
def info(file: Path, json_out: Path | None) -> None:
    """Say what is in the project FILE, and which runs it keeps."""
    jobs.check_outputs([file], [json_out] if json_out else [])
    with closing(SampleStore()) as store:
        opened = jobs.open_file(file, store)
    if json_out:
        write_json(facts_result(opened), json_out)
    click.echo(facts_text(file.name, opened))


@app.command(name="import")
@click.argument("paths", type=_PATH, nargs=-1, required=True, metavar="PATH...")
@click.option("--class", "class_name", metavar="NAME", help="Add everything to this class.")
@click.option("--into", type=_PATH, required=True, metavar="FILE", help="The project file.")
def import_(paths: tuple[Path, ...], class_name: str | None, into: Path) -> None:
    """Add images, DICOM and NIfTI files, folders and zips of them to a project file.

    FILE ends in .ichdesk, which keeps Hounsfield units, or .tm; it is made if it is missing, as is
    the class. Without --class, a folder of folders makes a class of each, and if these are train
    and test, the folders in test are the fixed test set.
    """
    jobs.check_outputs(paths, [into])
    with closing(SampleStore()) as store, progress_bars() as bars:
        added, scans = imports.import_into(into, paths, class_name, store, bars)
    click.echo(f"Added {counted(added, 'image')} to {into}")
    for sentence in scans_sentences(scans):
        click.echo(sentence)


@app.command()
@click.argument("source", metavar="IN", type=_PATH)
@click.argument("out", type=_PATH)
@_force
@click.option(
    "--layout",
    type=click.Choice(folders.LAYOUTS),
    help="Folders for classes, or train and test around them; with a test set, split.",
)
@click.option("--manifest/--no-manifest", default=None, help="Write manifest.csv and COCO JSON.")
@click.option("--hu", is_flag=True, help="Keep Hounsfield units, as 16-bit PNG.")
def convert(source: Path, out: Path, force: bool, **given: Any) -> None:
    """Turn projects and folders of class folders into each other.

    IN and OUT are .ichdesk or .tm files, or folders. A folder gets a manifest with split, patients
    and series beside its images, and examples for torchvision, fastai and MONAI.
    """
    with closing(SampleStore()) as store, progress_bars() as bars:

        def progress(done: int, total: int) -> None:
            bars.show("Saving", done, total)

        if out.suffix.lower() in {NATIVE_SUFFIX, TM_SUFFIX}:
            folders.refuse_options(given)
            jobs.refuse_existing(out, force)
            opened = jobs.gather_project(source, store)
            project = opened.project
            save_project(project, out, progress, baked(project), opened.runs)
            count = project.sample_count
            jobs.warn_lost(out, opened)
        else:
            count = folders.write_folder(jobs.open_file(source, store), out, progress, **given)
    click.echo(f"Wrote {counted(count, 'image')} to {out}")


@app.command()
@_file
@_epochs
@_batch_size
@_learning_rate
@_backbone
@_head
@_split
@_seed
@_device
@click.option("--test", type=_PATH, metavar="DIR", help="Test on its images, a folder per class.")
@click.option("--model", type=_PATH, help="Save the trained model here.")
@_json_out
def train(file: Path, model: Path | None, json_out: Path | None, **given: Any) -> None:
    """Train on the project FILE; settings that are not given are those of the file."""
    jobs.check_outputs([file], [out for out in (model, json_out) if out])
    with closing(SampleStore()) as store, progress_bars() as bars:
        trained = jobs.train(file, store, given, bars, model)
    if json_out:
        write_json(trained.result, json_out)
    click.echo(run_summary(trained.run, trained.names))
    jobs.warn([*trained.run.unreadable, *trained.result["warnings"]])


@app.command()
@_file
@click.option("--out", type=_PATH, required=True, metavar="DIR", help="Made if it is missing.")
@_epochs
@_batch_size
@_learning_rate
@_backbone
@_head
@_split
@_seed
@_device
@_json_out
def report(file: Path, out: Path, json_out: Path | None, **given: Any) -> None:
    """Write a report of the project FILE into DIR, as report.html and report.pdf.

    The training that an .ichdesk file keeps is reported as it is; without one, or if settings are
    given, the project is trained first. Replaces nothing but an earlier report.
    """
    jobs.check_outputs([file], [json_out] if json_out else [])
    with closing(SampleStore()) as store, progress_bars() as bars:
        made = reports.report(file, out, given, store, bars)
    if json_out:
        write_json(made.result, json_out)
    what = "The training that the file keeps" if made.was_kept else "Trained"
    click.echo(f"{what}: test accuracy {accuracy_text(made.run)}")
    click.echo(f"Wrote {made.files[0]} and {made.files[1]}")
    jobs.warn([*made.run.unreadable, *jobs.warnings(made.run)])


@app.command()
@_file
@click.option("--repeats", "--seeds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--settings", type=click.Choice(["file", "default"]), default="default")
@_backbone
@_head
@_split
@_device
@_json_out
def evaluate(
    file: Path,
    repeats: int,
    settings: str,
    json_out: Path | None,
    **given: str | None,
) -> None:
    """Repeat split and training with the seeds 0, 1, 2 … and show how test accuracy varies."""
    jobs.check_outputs([file], [json_out] if json_out else [])
    with closing(SampleStore()) as store, progress_bars() as bars:
        project, _ = jobs.open_reporting(file, store)
        base = project.config if settings == "file" else TrainConfig()
        accuracies, first = jobs.repeat(project, jobs.override(base, given), repeats, bars)
    rule = first.split.by if first.split else BY_SLICE
    result = repeats_result(accuracies) | {"split": rule, "warnings": jobs.warnings(first)}
    if json_out:
        write_json(result, json_out)
    images = sum(len(bin_.samples) for bin_ in project.enabled_classes)
    click.echo(
        f"Test accuracy {repeats_text(result)} with {settings} settings, "
        f"{counted(images, 'image')}, {_tested_text(rule)}"
    )
    if result["warnings"]:
        where = "In the fixed test set:" if rule == BY_TEST_SET else "In the first split:"
        jobs.warn([where, *result["warnings"]])


def _tested_text(rule: str) -> str:
    if rule == BY_TEST_SET:
        return "tested on the fixed test set, so that only the random start differs"
    return f"split by {rule}"


@app.command()
@_file
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def health(file: Path, as_json: bool) -> None:
    """Look for what a model could learn from the data of FILE by mistake.

    Class balance, copies, patients, unusual images, and differences in size, brightness or a
    single spot that give a class away. What is found is no error: the command ends with 0.
    """
    with closing(SampleStore()) as store, progress_bars() as bars:
        project, checks = checked.checks_of(file, store, bars)
    names = {bin_.id: bin_.name for bin_ in project.classes}
    shown = checked.checks_json if as_json else checked.checks_text
    click.echo(shown(checks, names))


@app.command()
@click.argument("model", type=_PATH)
@click.argument("paths", type=_PATH, nargs=-1, required=True, metavar="PATH...")
@click.option("--csv", "csv_out", type=_PATH, help="Write a table with a row for each image here.")
@_json_out
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="LABEL=CLASS",
    help="With a project: the class that a label of the model stands for; can be repeated.",
)
@_device
def predict(
    model: Path,
    paths: tuple[Path, ...],
    csv_out: Path | None,
    json_out: Path | None,
    labels: tuple[str, ...],
    device: str | None,
) -> int:
    """Classify images with MODEL, or judge it by the classes of a project.

    MODEL is a model file (.ichmodel), an .ichdesk project that keeps a training, or the .zip that
    Teachable Machine exports. PATH is an image, a DICOM or NIfTI file, a folder or a zip of them,
    or one project file, by whose classes the model is then judged.
    """
    outputs = [out for out in (csv_out, json_out) if out]
    jobs.check_outputs([model, *paths], outputs)
    with progress_bars() as bars:
        done: Classified | judge.Judged
        if predictions.is_project(paths, labels):
            done = judge.judge_project(model, paths[0], labels, device or "auto", bars)
        else:
            done = predictions.classify(model, paths, outputs, device or "auto", bars)
    if csv_out:  # before the lines, whose reader may leave
        write_text(done.table, csv_out)
    if json_out:
        write_json(done.result, json_out)
    for line in [done.summary] if csv_out else done.lines:
        click.echo(line)
    jobs.warn(done.warnings)
    return BAD_INPUT if done.problems else 0


@app.command()
@click.argument("model", type=_PATH)
@click.argument("out", type=_PATH)
@click.option("--to", required=True, metavar="FORMAT", help="As “ichdesk formats” lists them.")
@_force
def export(model: Path, out: Path, to: str, force: bool) -> None:
    """Write MODEL for other programs, to OUT.

    MODEL is a model file (.ichmodel), or an .ichdesk project that keeps a training. OUT is a file
    of any name; formats of several files make a zip if it ends in .zip, and else a folder, which
    must not exist.
    """
    jobs.check_outputs([model], [out])
    models.check_place(to, out, force)
    with progress_bars() as bars:
        models.export(model, to, out, bars)
    click.echo(f"Wrote {out}")


@app.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def formats(as_json: bool) -> None:
    """List the formats in which a model can be exported."""
    click.echo(models.formats_json() if as_json else models.formats_text())


@app.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--measure", is_flag=True, help="Measure the speed of each; takes a minute or two.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", help="Whose speed to show.")
def backbones(as_json: bool, measure: bool, device: str) -> None:
    """List the networks that turn images into features: size, speed, source of the weights.

    Each can be chosen with --backbone. Some networks and Teachable Machine exports take a file:
    resnet18:WEIGHTS.pth, tm-import:EXPORT.zip. Nothing is downloaded.
    """
    with progress_bars() as bars:
        infos = listed.list_backbones(device, bars, measure=measure)
    click.echo(listed.backbones_json(infos) if as_json else listed.backbones_text(infos))


@app.command()
@click.argument("out", metavar="OUT", type=_PATH)
@click.option("--classes", help="What to draw; Hemorrhage=30,Normal=30 if not given.")
@click.option("--seed", type=click.IntRange(0), help="Source of all chance; 0 if not given.")
@click.option("--color-coded", is_flag=True, help="Color a range of HU red to orange.")
@click.option("--project", type=int, metavar="N", help="Make the class project N again, 1 to 8.")
@_force
def phantom(out: Path, project: int | None, force: bool, **given: Any) -> None:
    """Make a class project of synthetic head-CT slices."""
    jobs.refuse_existing(out, force)
    recipe = recipes.own_recipe(**given) if project is None else recipes.shipped(project, given)
    recipes.check_ending(out, recipe)
    with closing(SampleStore()) as store, progress_bars() as bars:
        made = recipes.make_project(recipe, store, bars)
        save_project(made, out)
    click.echo(f"Wrote {counted(made.sample_count, 'image')} to {out}")


@app.command()
@click.argument("project", type=_PATH, required=False)
@click.option("--screenshot", type=_PATH, metavar="PNG", help="Where to put the picture.")
@click.option("--save", "copy", type=_PATH, metavar="FILE", help="Save the project here, too.")
def demo(project: Path | None, screenshot: Path | None, copy: Path | None) -> int:
    """Open PROJECT or the embedded example, train on it and show the result.

    Without a display it does the same offscreen and says where picture and results are.
    """
    pictures = [screenshot, screenshot.with_suffix(".json")] if screenshot else []
    jobs.check_outputs([project] if project else [], [*pictures, *([copy] if copy else [])])
    from ichdesk.demo import run_demo  # noqa: PLC0415 - the other commands need no Qt

    return run_demo(screenshot, project, copy)
