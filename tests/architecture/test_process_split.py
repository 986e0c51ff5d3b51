"""The window's process stays free of torch, and the table of imports holds."""

import subprocess
import sys

import pytest

_AS_THE_WINDOW = "from ichdesk.ui.quick_start import quicken_imports; quicken_imports(); "


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


def test_no_source_is_read_to_import_the_app() -> None:
    code = (
        "import linecache, ichdesk.app; "
        "print([name for name in linecache.cache if 'ichdesk' in name])"
    )
    assert run_python(_AS_THE_WINDOW + code).strip() == "[]"


def test_plots_leave_cuda_alone() -> None:
    pytest.importorskip("cuda.bindings")
    code = "import sys, pyqtgraph; print('cuda.bindings.runtime' in sys.modules)"
    assert run_python(_AS_THE_WINDOW + code).strip() == "False"


def test_the_entry_point_hurries_before_it_imports_the_app() -> None:
    code = (
        "import builtins, gc, sys, types\n"
        "import ichdesk.__main__\n"
        "from ichdesk.ui import single_instance\n"
        "single_instance.take_place = lambda files: single_instance.Place()\n"
        "app = sys.modules['ichdesk.app'] = types.ModuleType('ichdesk.app')\n"
        "app.tell_stop = print\n"
        "app.run = lambda *_: print(gc.isenabled(), builtins.__import__.__name__) or 3\n"
        "print(ichdesk.__main__._open_window([]))\n"
    )
    collects, import_, code_of_exit = run_python(code).split()
    assert collects == "False"
    assert import_ != "__feature_import__"
    assert code_of_exit == "3"


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
