"""What was not saved comes back after a crash, whatever it was and however often it crashes."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.protocol import messages as msg
from tests.fakes.runs import answers, epoch, start
from tests.session.crashes import content


def test_edits_come_back_with_everything_that_a_file_would_hold(open_window) -> None:
    first = open_window()
    session = first.session
    first.fill(Bleed=5, Normal=4)
    bleed = session.project.classes[-2].id
    session.move_samples(bleed, [0, 3], bleed, is_test=True)
    session.set_class_enabled(session.project.classes[0].id, False)
    session.set_config(replace(session.project.config, epochs=7, seed=3, device="cpu"))
    session.path = Path("/nowhere/Heads.tm")
    session.rename_class(session.project.classes[1].id, "Kleine Köpfe")
    first.wait_kept()
    before = session.project
    first.crash()
    second = open_window()
    second.look()
    (left,) = second.recovery.left
    work = left.work
    assert (work.path, work.classes, work.images) == (Path("/nowhere/Heads.tm"), 4, 9)
    second.recovery.restore(left)
    second.wait(lambda: not second.recovery.left)
    assert content(second.session.project) == content(before)
    assert second.session.project.config == before.config
    assert second.session.path == Path("/nowhere/Heads.tm")
    assert second.session.is_modified
    assert second.session.notices == ()
    for bin_ in second.session.project.classes:
        assert all(second.folder in sample.path.parents for sample in bin_.samples)
        assert [s.read() for s in bin_.samples] == [
            s.read() for b in before.classes if b.name == bin_.name for s in b.samples
        ]


def test_what_was_restored_outlives_a_second_crash_and_goes_when_it_is_saved(
    open_window, tmp_path: Path
) -> None:
    first = open_window()
    first.fill(A=2)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    second.wait_kept()
    assert not first.folder.exists()
    second.crash()
    third = open_window()
    third.look()
    third.recovery.restore(third.recovery.left[0])
    third.wait(lambda: not third.recovery.left)
    assert third.session.project.sample_count == 2
    third.session.save(tmp_path / "a.ichdesk")
    third.wait(lambda: not third.session.is_modified)
    third.wait_kept()
    assert not second.folder.exists()
    assert not (third.folder / JOURNAL_NAME).exists()


def test_a_crash_in_the_middle_of_restoring_loses_nothing(open_window) -> None:
    first = open_window()
    first.fill(A=2)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.session._jobs._pool.shutdown()
    assert second.store._samples  # copied, but it is nobody's project yet
    second.crash()
    third = open_window()
    third.look()
    assert [left.work.images for left in third.recovery.left] == [2]


def test_two_windows_that_crash_are_both_offered_and_a_living_one_is_not(open_window) -> None:
    one, two, living = open_window(), open_window(), open_window()
    for number, window in enumerate((one, two, living), 1):
        window.fill(A=number)
        window.wait_kept()
    one.crash()
    two.crash()
    asking = open_window()
    asking.look()
    assert sorted(left.work.images for left in asking.recovery.left) == [1, 2]
    late = open_window()
    late.recovery.look()
    late.recovery._pool.shutdown(wait=True)
    assert late.recovery.left == ()
    assert late.posted.empty()  # another window asks already


def test_not_now_asks_again_and_throw_away_does_not(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.leave(second.recovery.left[0])
    assert second.recovery.left == ()
    second.look()
    second.recovery.throw_away(second.recovery.left[0])
    second.recovery._pool.shutdown(wait=True)
    assert not first.folder.exists()


def test_trainings_come_back_with_their_model_and_are_still_up_to_date(open_window) -> None:
    first = open_window()
    first.fill(A=30, B=30)
    session = first.session
    for bin_ in session.project.classes[:2]:
        session.delete_class(bin_.id)
    request_id = start(session)
    epoch(session, 0)
    told = {"test_probabilities": answers(session.run.confusion)}
    model = np.frombuffer(b"a model", np.uint8)
    session.handle(msg.RunEnded(request_id, msg.Outcome.DONE, None, model=model, **told))
    session.rename_run(1, "First")
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    assert second.recovery.left[0].work.runs == 1
    second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    restored = second.session
    assert restored.run.model == b"a model"
    assert restored.runs[1].name == "First"
    np.testing.assert_array_equal(restored.run.confusion, session.run.confusion)
    np.testing.assert_array_equal(restored.run.test_probabilities, session.run.test_probabilities)
    assert not restored.is_stale
    assert restored.run_classes == ((0, "A"), (1, "B"))
    assert restored.notices == ()


def test_a_double_click_restores_once(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    for _ in range(2):
        second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    second.session._jobs._pool.shutdown()
    second.wait(second.posted.empty)
    assert second.session.notices == ()
    assert second.session.project.sample_count == 1


def test_a_change_while_restoring_is_not_thrown_away(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.session.add_class()
    second.wait(lambda: second.session.notices)
    assert "was not restored" in second.session.notices[0].text
    assert len(second.recovery.left) == 1
