"""Nothing that reads data can run code: no pickle in any form, no eval, no shell."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ichdesk
from ichdesk.ui.settings import Settings

PACKAGE = Path(ichdesk.__file__).parent
MODULES = {
    *("pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "copyreg"),
    *("code", "codeop", "imp", "xmlrpc"),
}
NAMES = {"eval", "exec", "compile", "__import__"}
METHODS = {
    ("os", "system"),
    ("os", "popen"),
    ("tempfile", "mktemp"),
    ("jit", "load"),
    ("hub", "load"),
    ("settings", "QDataStream"),
}
QT_UNPACKS = {"QDataStream", "QSettings"}  # values of any type, Python objects among them
MAY_ASK_QT = {"untraced.py"}  # puts back what Qt itself has written


def problems(tree: ast.AST) -> Iterator[str]:
    """What a module does that can run code from data."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (a.name for a in names if a.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in MODULES:
                    yield module
                yield from (a.name for a in names if a.name in QT_UNPACKS)
            case ast.Call():
                yield from call_problems(node)


def call_problems(node: ast.Call) -> Iterator[str]:
    said = {word.arg: word.value for word in node.keywords}
    match node.func:
        case ast.Name(id=name) if name in NAMES:
            yield name
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if (owner, name) in METHODS:
            yield f"{owner}.{name}"
        case ast.Attribute(value=ast.Name(id="torch"), attr="load"):
            if not is_true(said.get("weights_only")):
                yield "torch.load that may unpickle"
        case ast.Attribute(attr="recv"):
            yield "recv of a pipe, which unpickles; use recv_bytes"
    if "shell" in said or is_true(said.get("allow_pickle")):
        yield "a shell, or numpy's pickle"


def is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def test_no_module_runs_data() -> None:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        said = set(problems(ast.parse(path.read_text(encoding="utf-8"))))
        if said := said - (QT_UNPACKS if path.name in MAY_ASK_QT else set()):
            found[str(path.relative_to(PACKAGE))] = said
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        *("import pickle", "from marshal import loads", "eval('1')", "exec('')", "x.recv()"),
        *("torch.load(p)", "torch.load(p, weights_only=False)", "run(c, shell=True)"),
        *("np.load(p, allow_pickle=True)", "from PySide6.QtCore import QSettings"),
    ],
)
def test_the_search_finds_what_it_is_for(code: str) -> None:
    assert list(problems(ast.parse(code)))


def test_settings_of_qt_that_hold_a_pickled_object_do_nothing(tmp_path: Path) -> None:
    """As an INI file of Qt's, this would make a file when it is read."""
    mark = tmp_path / "mark"
    command = f"touch {mark}".encode()
    body = b"\\x80\\x4cposix\\nsystem\\n(S'" + command + b"'\\ntR."
    packed = b"@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\x18PySide::PyObjectWrapper\\0" + body + b")"
    path = tmp_path / "window.json"
    path.write_bytes(b"[General]\nrecent=" + packed + b"\ntheme=" + packed + b"\n")
    settings = Settings(path)
    assert settings.recent == []
    assert settings.geometry is None
    assert settings.last_folder == Path.home()
    assert not mark.exists()
