import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch.testing import assert_close

from profundo.core import UserError
from profundo.data.csvfile import decimal_mark, numbers, read, separator
from profundo.data.splits import in_three
from profundo.data.table import LEVELS, Table, rows_of

N = 200
RNG = np.random.default_rng(0)
HOUSES = pd.DataFrame(
    {
        "metres": RNG.normal(90, 20, N).round(1),
        "floor": RNG.integers(0, 9, N),
        "city": RNG.choice(["Soria", "León", "Ávila"], N),
        "price": RNG.normal(200_000, 50_000, N).round(2),
        "sold": RNG.choice(["yes", "no"], N),
    }
)

LEARNT, *_OTHERS = (part.tolist() for part in in_three(torch.tensor(HOUSES["sold"] == "yes").long(), 0.15, 0.15, seed=0))
"""Rows that training sees where "sold" is the target."""


@pytest.fixture
def houses(tmp_path):
    HOUSES.to_csv(tmp_path / "houses.csv", index=False)
    return "houses.csv"


def whole(splits):
    """Every row, train before dev before test: x (N, features), y (N,)."""
    parts = splits.train, splits.dev, splits.open_test()
    return torch.cat([p.x for p in parts]), torch.cat([p.y for p in parts])


def test_features_are_those_of_scikit_learn(houses):
    splits = Table(houses, "sold").open()
    assert splits.facts["inputs"] == ["metres", "floor", "city=León", "city=Soria", "city=Ávila", "price"]
    assert splits.facts["features"] == splits.train.x.shape[1] == 6
    raw = splits.facts["columns"]
    learnt = HOUSES.iloc[LEARNT]
    scaled = StandardScaler().fit_transform(learnt[["metres", "floor", "price"]])
    hot = OneHotEncoder(sparse_output=False).fit_transform(learnt[["city"]])
    assert_close(splits.train.x[:, [0, 1, 5]], torch.tensor(scaled).float(), atol=1e-5, rtol=0)
    assert torch.equal(splits.train.x[:, 2:5], torch.tensor(hot).float())
    assert raw[0]["median"] == learnt["metres"].median()


def test_words_and_few_whole_numbers_are_classes(houses):
    sold, floor = Table(houses, "sold").open(), Table(houses, "floor").open()
    assert (sold.facts["task"], sold.facts["classes"], sold.facts["names"]) == ("classify", 2, ["no", "yes"])
    assert sold.facts["examples"] == {"train": 140, "dev": 30, "test": 30}
    assert (floor.facts["task"], floor.facts["names"]) == ("classify", [str(i) for i in range(9)])
    assert Table(houses, "floor", task="regress").open().facts["task"] == "regress"


def test_a_quantity_is_learnt_standardized_and_told_in_its_units(houses):
    source = Table(houses, "price")
    splits = source.open()
    facts = splits.facts
    assert (facts["task"], facts["classes"], facts["names"]) == ("regress", 1, ["price"])
    assert_close(splits.train.y.mean(), torch.tensor(0.0), atol=1e-6, rtol=0)
    assert_close(splits.train.y.std(correction=0), torch.tensor(1.0))
    _x, y = whole(splits)
    euros = sorted((y.double() * splits.dev.y_scale + facts["y_mean"]).tolist())
    assert euros == pytest.approx(sorted(HOUSES["price"]), abs=0.1)
    assert source.decode(torch.tensor([0.0]), facts) == {"price": pytest.approx(facts["y_mean"], rel=1e-5)}
    assert source.decode(torch.tensor([1.0]), facts) == {"price": pytest.approx(facts["y_mean"] + facts["y_std"], rel=1e-5)}


def test_a_row_is_encoded_as_it_was_learnt(houses):
    source = Table(houses, "sold")
    splits = source.open()
    x, _y = whole(splits)
    for row in (rows_of(houses)[7], HOUSES.iloc[7].to_dict(), [HOUSES.iloc[7].to_dict()], HOUSES.iloc[7:8]):
        assert ((x - source.encode(row, splits.facts)).abs().amax(1) < 1e-6).sum() == 1
    assert_close(source.encode(rows_of(houses)[7], splits.facts), source.encode(HOUSES.iloc[7].to_dict(), splits.facts))


def test_missing_values_and_unknown_levels(tmp_path):
    frame = HOUSES.copy()
    frame.loc[::10, "metres"] = np.nan
    frame.loc[::7, "city"] = None
    frame.loc[next(i for i in LEARNT if i % 7), "city"] = "Utopía"  # once is too rare for a place of its own
    frame.to_csv("holes.csv", index=False)
    source = Table("holes.csv", "sold")
    facts = source.open().facts
    names = facts["inputs"]
    assert names[:2] == ["metres", "metres missing"]
    column = facts["columns"][0]

    row = source.encode({"metres": None, "floor": 3, "city": "Atlantis", "price": "100000"}, facts)
    told = dict(zip(names, row.tolist(), strict=True))
    assert told["metres"] == pytest.approx((column["median"] - column["mean"]) / column["std"], abs=1e-6)
    assert told["metres missing"] == 1
    assert (told["city=other"], told["city=Soria"], told["city missing"]) == (1, 0, 0)
    without = dict(zip(names, source.encode({}, facts).tolist(), strict=True))
    assert (without["metres missing"], without["city missing"], without["city=other"]) == (1, 1, 0)


def test_rare_levels_are_the_others_and_so_is_a_new_one():
    levels = [f"common{i}" for i in range(60)] * 20 + [f"rare{i}" for i in range(30)]
    frame = pd.DataFrame({"level": levels, "y": np.arange(len(levels)) % 2})
    frame.to_csv("levels.csv", index=False)
    source = Table("levels.csv", "y")
    facts = source.open().facts
    assert facts["features"] == LEVELS + 1
    assert source.encode({"level": "new"}, facts)[-1] == 1
    assert source.encode({"level": facts["columns"][0]["levels"][4]}, facts).nonzero().tolist() == [[4]]


def test_a_level_never_seen_is_nothing_where_training_had_no_others(houses):
    source = Table(houses, "sold")
    facts = source.open().facts
    row = dict(zip(facts["inputs"], source.encode({"city": "Atlantis"}, facts).tolist(), strict=True))
    assert [value for name, value in row.items() if name.startswith("city")] == [0, 0, 0]


def test_columns_that_teach_nothing_are_left_out_and_told(tmp_path):
    frame = HOUSES.assign(
        id=np.arange(1, N + 1),
        owner=[f"owner {i}" for i in range(N)],
        country="Spain",
        nothing=np.nan,
        day=pd.date_range("2020-01-01", periods=N).strftime("%d/%m/%Y"),
    )
    frame.to_csv("more.csv", index=False)
    facts = Table("more.csv", "sold").open().facts
    assert set(facts["dropped"]) == {"id", "owner", "country", "nothing", "day"}
    assert facts["dropped"]["nothing"] == "empty"
    assert facts["dropped"]["day"].startswith("dates")
    assert "Column 'country' is left out: the same everywhere." in facts["notes"]
    assert [c["name"] for c in facts["columns"]] == ["metres", "floor", "city", "price"]


def test_rows_without_a_target_are_left_out_and_counted():
    HOUSES.assign(sold=HOUSES["sold"].mask(HOUSES.index < 12)).to_csv("t.csv", index=False)
    facts = Table("t.csv", "sold").open().facts
    assert facts["dropped_rows"] == 12
    assert sum(facts["examples"].values()) == N - 12
    assert "12 rows without 'sold'" in facts["notes"][-1]


def test_statistics_come_from_training_rows_only(houses):
    """What dev and test hold does not move the numbers that training sees."""
    splits = Table(houses, "sold").open()
    frame = HOUSES.copy()
    frame.loc[~frame.index.isin(LEARNT), "metres"] *= 1000
    frame.loc[~frame.index.isin(LEARNT), "city"] = "Teruel"
    frame.to_csv("changed.csv", index=False)
    assert torch.equal(Table("changed.csv", "sold").open().train.x, splits.train.x)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_separators_and_encodings(mark, encoding):
    HOUSES.to_csv("t.csv", index=False, sep=mark, encoding=encoding)
    facts = Table("t.csv", "sold").open().facts
    assert facts["columns"][2]["levels"] == ["León", "Soria", "Ávila"]


def test_decimal_commas(houses):
    HOUSES.to_csv("es.csv", index=False, sep=";", decimal=",")
    spanish, english = Table("es.csv", "sold"), Table(houses, "sold")
    ours, theirs = spanish.open(), english.open()
    assert (ours.facts["decimal"], theirs.facts["decimal"]) == (",", ".")
    assert torch.equal(ours.train.x, theirs.train.x)
    row = {"metres": "80,5", "price": "150.000,50", "floor": 2, "city": "Soria"}
    plain = {"metres": 80.5, "price": 150_000.5, "floor": 2, "city": "Soria"}
    assert_close(spanish.encode(row, ours.facts), spanish.encode(plain, ours.facts))
    assert_close(spanish.encode(plain, ours.facts), english.encode(plain, theirs.facts))


def test_numbers_as_people_write_them():
    cells = pd.Series(["1.234,5", "12,5", "-3", "1.234.567", "40.4168", "1e3", "", None, "inf", "x"], dtype=object)
    expected = [1234.5, 12.5, -3, 1234567, 40.4168, 1000, np.nan, np.nan, np.nan, np.nan]
    assert numbers(cells, ",").tolist() == pytest.approx(expected, nan_ok=True)
    assert numbers(pd.Series(["1,234.5", "1,234", "0.5"], dtype=object), ".").tolist() == [1234.5, 1234, 0.5]
    assert decimal_mark(pd.DataFrame({"a": ["1,5", "2.000"], "b": ["x", "3,25"]}, dtype=object)) == ","
    assert decimal_mark(pd.DataFrame({"a": ["1,500", "2.5"]}, dtype=object)) == "."
    assert separator("a;b\n1,5;2,5\n3,5;4,5") == ";"
    assert separator("surname, name;age\nAna;3") == ";"


def test_rows_are_counted_as_in_a_spreadsheet():
    with open("t.csv", "w") as file:  # noqa: PTH123
        file.write("a,b\n1,2\n\n ? ,4\n5,NA\n")
    frame = read("t.csv")
    assert frame.index.tolist() == [2, 4, 5]
    assert rows_of("t.csv") == [{"a": "1", "b": "2"}, {"a": None, "b": "4"}, {"a": "5", "b": None}]


def test_limit_and_seed(houses):
    assert sum(Table(houses, "sold", limit=50).open().facts["examples"].values()) == pytest.approx(50, abs=3)
    assert Table(houses, "price", limit=50).open().facts["examples"] == {"train": 35, "dev": 8, "test": 8}
    first, again, other = (Table(houses, "price", split_seed=seed).open().facts["split"] for seed in (0, 0, 1))
    assert first == again != other


# what is answered in one sentence


def refused(source, *words):
    with pytest.raises(UserError) as answer:
        source.open()
    sentence = str(answer.value)
    assert "\n" not in sentence
    for word in words:
        assert str(word) in sentence


def test_the_target_has_to_be_named(houses):
    refused(Table(houses), "--data.target", "metres, floor, city, price, sold")
    refused(Table(houses, "prize"), "no column 'prize'", "did you mean price?")
    refused(Table(houses, "zzz"), "there are metres, floor")


def test_targets_that_cannot_be_learnt():
    frame = HOUSES.assign(same="yes", fixed=3.5, none=np.nan, name=[f"n{i}" for i in range(N)])
    frame.to_csv("t.csv", index=False)
    refused(Table("t.csv", "same"), "'same' of t.csv", "one class only, 'yes'")
    refused(Table("t.csv", "fixed"), "'fixed'", "3.5")
    refused(Table("t.csv", "none"), "'none'", "empty")
    refused(Table("t.csv", "name"), "'n0'", "too few")
    refused(Table("t.csv", "city", task="regress"), "'city'", "row 2")


def test_text_where_numbers_were_promised():
    frame = HOUSES.astype({"metres": object, "price": object})
    frame.loc[41, "metres"] = "ninety"
    frame.to_csv("t.csv", index=False)
    refused(Table("t.csv", "sold"), "'metres'", "row 43", "'ninety'")
    frame = HOUSES.astype({"price": object})
    frame.loc[5, "price"] = "ask"
    frame.to_csv("t.csv", index=False)
    refused(Table("t.csv", "price"), "'price'", "row 7", "'ask'")


def test_nan_everywhere():
    HOUSES.assign(**dict.fromkeys(["metres", "floor", "city", "price"], np.nan)).to_csv("t.csv", index=False)
    refused(Table("t.csv", "sold"), "no column to predict 'sold' from", "metres: empty")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no rows"),
        (b"a,b\n", "no rows"),
        (b"a,b\n,\n", "no rows"),
        (b"a,b\n1,2,3\n4,5,6\n", "as many cells"),
        (b"a,b\n1,2\n3,4,5\n", "line 3"),
        (b'a,b\n"1,2\n', "not a table"),
        (b"PK\x03\x04\0\0", "not a text file"),
        (b"a, a \n1,2\n", "called 'a'"),
        (b"a,b\n1,2\n1,3\n", "too few"),
    ],
)
def test_files_that_are_no_tables(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    refused(Table("t.csv", "b"), "t.csv", words)


def test_no_file():
    refused(Table("gone.csv", "a"), "gone.csv")


def test_rows_that_do_not_fit_what_was_learnt(houses):
    source = Table(houses, "sold")
    facts = source.open().facts
    for row, words in [
        ({"meters": 3}, "did you mean metres?"),
        ({"metres": "many"}, "'many'"),
        ([{"floor": 1}, {"floor": 2}], "one at a time"),
        ("houses", "a dict"),
    ]:
        with pytest.raises(UserError, match=words):
            source.encode(row, facts)
