"""The window's process stays free of torch, and the table of imports holds."""

import subprocess
import sys

import pytest


def run_python(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("module", ["ichdesk.app", "ichdesk.__main__", "ichdesk.ui.main_window"])
def test_window_side_leaves_torch_unloaded(module: str) -> None:
    code = f"import {module}, sys; print(sorted({{'torch', 'torchvision'}} & set(sys.modules)))"
    assert run_python(code).strip() == "[]"


def test_the_window_starts_without_what_only_scans_need() -> None:
    code = (
        "import ichdesk.app, sys; print(sorted({'pydicom', 'nibabel', 'gdcm'} & set(sys.modules)))"
    )
    assert run_python(code).strip() == "[]"


def test_session_side_leaves_qt_unloaded() -> None:
    code = "import ichdesk.session.session, sys; print('PySide6' in sys.modules)"
    assert run_python(code).strip() == "False"


def test_no_backbone_needs_torchvision() -> None:
    code = (
        "import sys; sys.modules['torchvision'] = None\n"
        "from ichdesk.learn.backbones import load_backbone\n"
        "print(load_backbone('ct-phantom').name, load_backbone('resnet18:random').name)"
    )
    assert run_python(code).strip() == "ct-phantom resnet18:random"


def test_commands_of_the_entry_point_are_those_of_the_command_line() -> None:
    from ichdesk.__main__ import COMMANDS
    from ichdesk.cli import app

    names = set(app.commands)
    assert names == set(COMMANDS)
