"""Whether a run is out of date is found once for each state of the project."""

from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.session import session as session_module
from tests.fakes.runs import made_session


def test_every_panel_asks_and_one_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[object]()
    real = session_module.is_current

    def counted(run, project):
        looks.append(project)
        return real(run, project)

    monkeypatch.setattr(session_module, "is_current", counted)
    with SampleStore(tmp_path) as store:
        session = made_session(store, "Hemorrhage", "Normal")
        assert not session.is_stale
        assert session.train()
        looks.clear()
        assert [session.is_stale for _ in range(5)] == [False] * 5
        assert len(looks) == 1
        session.remove_samples(session.project.classes[0].id, [0])
        looks.clear()
        assert [session.is_stale for _ in range(5)] == [True] * 5
        assert len(looks) == 1
        session.undo()
        assert not session.is_stale
        session.close()
