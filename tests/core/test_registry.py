"""Plug-ins found by being there."""

import sys
from pathlib import Path

import pytest

from ichdesk.core.errors import UserError
from ichdesk.core.registry import Registry, module_names


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = "plugins_for_a_test"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(
        f"from ichdesk.core.registry import Registry\nPLUGINS = Registry('pet', '{name}')\n"
    )
    for pet in ("dog", "cat"):
        (folder / f"{pet}.py").write_text(
            f"from {name} import PLUGINS\n@PLUGINS.register('{pet}')\ndef f(): return '{pet}'\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    for module in [m for m in sys.modules if m.startswith(name)]:
        monkeypatch.delitem(sys.modules, module)
    return name


def test_discovery(package: str) -> None:
    module = __import__(package)
    plugins = module.PLUGINS
    assert module_names(package) == [f"{package}.cat", f"{package}.dog"]
    assert plugins.names() == list(plugins) == ["cat", "dog"]
    assert plugins["dog"]() == "dog"
    assert "cat" in plugins
    assert "bird" not in plugins
    with pytest.raises(UserError, match=r"no pet called “bird”; choose one of: cat, dog\."):
        plugins["bird"]


def test_a_second_use_of_a_name_raises() -> None:
    registry: Registry[int] = Registry("pet", "ichdesk.core")
    registry.register("a")(1)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("a")(2)


def test_other_threads_wait_until_all_are_there(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "ant.py").write_text(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Event\n"
        f"from {package} import PLUGINS\n"
        "asked = Event()\n"
        "def ask():\n"
        "    asked.set()\n"
        "    return PLUGINS['dog']()\n"
        "answer = ThreadPoolExecutor(1).submit(ask)\n"
        "asked.wait()\n"
        "PLUGINS.register('ant')(answer)\n"
    )
    assert __import__(package).PLUGINS["ant"].result() == "dog"
