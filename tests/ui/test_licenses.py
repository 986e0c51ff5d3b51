"""About leads to the licenses of the libraries, collected by the build or named from source."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ichdesk.ui import licenses
from ichdesk.ui.about import AboutDialog
from ichdesk.ui.licenses import LicensesDialog, licenses_text


def test_without_collected_texts_the_licenses_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(licenses, "resource_path", lambda name: tmp_path / name)
    rows = licenses_text().splitlines()
    named = {row.split(" ", 1)[0].lower().replace("_", "-"): row for row in rows}
    assert {"numpy", "torch", "pillow", "pyside6-essentials", "shiboken6"} <= set(named)
    assert "LGPL" in named["pyside6-essentials"]
    assert "ichdesk" not in named
    assert "pytest" not in named


def test_about_shows_the_collected_texts(qtbot, window, monkeypatch, tmp_path):
    collected = tmp_path / licenses.COLLECTED
    collected.parent.mkdir()
    collected.write_text("Prägnant license\n", encoding="utf-8")
    monkeypatch.setattr(licenses, "resource_path", lambda name: tmp_path / name)
    window.show_about()
    about = window.findChild(AboutDialog)
    qtbot.mouseClick(about.licenses_button, Qt.MouseButton.LeftButton)
    dialog = about.findChild(LicensesDialog)
    assert dialog.text.toPlainText() == "Prägnant license\n"
    assert dialog.text.isReadOnly()
    assert any("Lesser General Public" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()
    about.reject()
    qtbot.waitUntil(lambda: window.findChild(AboutDialog) is None)
