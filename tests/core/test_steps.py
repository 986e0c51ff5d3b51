"""Steps survive their way through files and pipes, and what is no list of steps is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.steps import DEFAULT_STEPS, Step, parse_steps, steps_text

WORDS = st.text(min_size=1, max_size=100)
NUMBERS = st.floats(-1e8, 1e8, allow_nan=False)
VALUES = st.dictionaries(WORDS.filter(lambda word: word != "step"), NUMBERS | WORDS, max_size=4)
STEP = st.builds(Step, WORDS, VALUES.map(lambda values: tuple(values.items())))


@given(st.lists(STEP, max_size=3).map(tuple))
def test_what_was_written_is_read(steps: tuple[Step, ...]) -> None:
    assert parse_steps(steps_text(steps)) == steps


def test_the_text_is_json_that_people_can_read() -> None:
    assert json.loads(steps_text(DEFAULT_STEPS)) == [
        {"step": "window", "level_hu": 40.0, "width_hu": 80.0}
    ]


def test_order_and_values_are_part_of_the_text() -> None:
    a, b = Step("a", (("x", 1.0),)), Step("b")
    texts = [steps_text(steps) for steps in ((a, b), (b, a), (Step("a", (("x", 2.0),)), b))]
    assert len(set(texts)) == 3


def test_whole_numbers_become_the_same_steps() -> None:
    (step,) = parse_steps('[{"step": "window", "level_hu": 40, "width_hu": 80}]')
    assert (step,) == DEFAULT_STEPS
    assert all(isinstance(value, float) for _, value in step.values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "null",
        '"window"',
        "[[]]",
        "[null]",
        "[{}]",
        '[{"step": ""}]',
        '[{"step": 1}]',
        '[{"step": null}]',
        '[{"step": "a", "x": null}]',
        '[{"step": "a", "x": true}]',
        '[{"step": "a", "x": []}]',
        '[{"step": "a", "x": NaN}]',
        '[{"step": "a", "x": Infinity}]',
        '[{"step": "a", "x": 1e9}]',
        '[{"step": "a", "x": ""}]',
        '[{"step": "a", "": 1}]',
        '[{"step": "a", "x": ' + "9" * 400 + "}]",
        '[{"step": "a", "x": ' + "9" * 9000 + "}]",
        '[{"step": "' + "a" * 101 + '"}]',
        '[{"step": "a", "x": "' + "a" * 101 + '"}]',
        '[{"step": "a", "' + "x" * 101 + '": 1}]',
        json.dumps([{"step": "a"}] * 21),
        json.dumps([{"step": "a", **{str(number): 1 for number in range(20)}}]),
        "[" * 100_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_steps(text)
