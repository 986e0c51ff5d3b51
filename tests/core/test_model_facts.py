import json

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.model_facts import ModelFacts, facts_of, facts_text, parse_facts
from ichdesk.core.run import TrainingRun

FACTS = ModelFacts(50, 10, 9, (0.6, 0.98), ((4, 5), (5, 5)), "slice")


def test_facts_come_back_from_text():
    assert parse_facts(facts_text(FACTS), 2) == FACTS
    assert parse_facts(facts_text(None), 2) is None


def test_sentences_carry_n_and_interval():
    whole, *classes = FACTS.sentences(("Bleed", "Normal"))
    assert "9 of 10 = 0.90, 95 % interval 0.60 to 0.98; single images held out" in whole
    assert classes == ["Bleed: 4 of 5 = 0.80", "Normal: 5 of 5 = 1.00"]


def test_a_model_without_a_test_says_so():
    facts = ModelFacts(50, 0, 0, None, (), "patient")
    assert facts.sentences(("a", "b")) == ["Trained on 50 images; not tested."]


def test_facts_of_a_run_count_its_confusion():
    run = TrainingRun(1, (1, 2), TrainConfig(), ((), None), names=("a", "b"))
    run.train, run.test = ((0, 1, 2), (0, 1)), ((3, 4), (2,))
    run.confusion = np.array([[1, 1], [0, 1]])
    facts = facts_of(run)
    assert (facts.trained, facts.tested, facts.correct) == (5, 3, 2)
    assert facts.per_class == ((1, 2), (1, 1))
    assert facts.interval is not None
    assert facts.interval[0] < 2 / 3 < facts.interval[1]


@pytest.mark.parametrize(
    "change",
    [
        {"trained": -1},
        {"correct": True},
        {"interval": [0.9, 0.1]},
        {"interval": [float("nan"), 1.0]},
        {"per_class": [[1, 2]]},
        {"per_class": []},
        {"correct": 11},
        {"held_out": 3},
        {"tested": 11, "correct": "9"},
    ],
)
def test_forged_facts_are_refused(change):
    with pytest.raises(ValueError, match="no facts"):
        parse_facts(json.dumps(json.loads(facts_text(FACTS)) | change), 2)


@pytest.mark.parametrize("text", ["[]", "{}", "3", "[" * 100_000, "{"])
def test_rubbish_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_facts(text, 2)
