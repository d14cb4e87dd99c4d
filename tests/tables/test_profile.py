import json

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, FileError
from neurode.tables import Encoding, Profile, Schema

FRAME = pl.DataFrame(
    {
        "rate": [None, *np.linspace(0, 1, 199).round(4)],
        "grade": ["A", "B", "C", "A"] * 50,
        "opened": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 7, 18), eager=True),
    }
)
ENCODING = Encoding.fit(FRAME, Schema.infer(FRAME))
COLUMNS = ENCODING.transform(FRAME)


def test_every_feature_has_bins_and_so_has_every_score():
    profile = Profile.fit(ENCODING, COLUMNS, scores={"probability_1": np.linspace(0, 1, 200)})
    assert [bins.name for bins in profile.numbers] == ["rate", "opened"]
    assert [bins.name for bins in profile.categories] == ["grade", "opened month", "opened weekday"]
    assert [bins.name for bins in profile.scores] == ["probability_1"]
    assert profile.numbers[0].counts[0] == 1
    assert sum(profile.scores[0].counts) == 200


def test_json_brings_the_same_profile_back():
    profile = Profile.fit(ENCODING, COLUMNS, scores={"prediction": np.arange(200.0)})
    assert Profile.from_json(json.loads(json.dumps(profile.to_json()))) == profile


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda document: document.pop("scores"), "lacks 'scores'"),
        (lambda document: document.update(rows=[]), "unknown fields 'rows'"),
        (lambda document: document.update(numbers={}), "must be a JSON list"),
        (lambda document: document["numbers"][0].update(edges=[2.0, 1.0]), "do not increase"),
        (lambda document: document["numbers"][0].update(edges=["a"]), "cannot be 'a'"),
        (lambda document: document["categories"][0].update(counts=[1]), "do not fit"),
    ],
)
def test_an_edited_document_is_refused(change, problem):
    document = Profile.fit(ENCODING, COLUMNS).to_json()
    change(document)
    with pytest.raises(FileError, match=problem):
        Profile.from_json(document)


def test_a_profile_of_another_model_is_refused():
    other = FRAME.rename({"rate": "interest"})
    encoding = Encoding.fit(other, Schema.infer(other))
    with pytest.raises(ArgumentError, match="other features than the encoding: 'rate'"):
        Profile.fit(ENCODING, COLUMNS).require(encoding)
    fewer = Encoding.fit(FRAME[:2], Schema.infer(FRAME))
    with pytest.raises(ArgumentError, match="other features"):
        Profile.fit(ENCODING, COLUMNS).require(fewer)
