"""The measures of a yes or no, against what one counts by hand."""

import pytest

from tipline.assist.evaluate.measures import Judged, Unmeasurable, auc, rows_of, timed, yes_or_no


def judged(*pairs):
    return [Judged(score, true) for score, true in pairs]


def test_precision_recall_and_f1_are_counted_from_the_score_on():
    cases = judged((0.9, True), (0.8, True), (0.8, False), (0.4, True), (0.1, False))
    measured = yes_or_no(cases, at=0.8, ms=0.25)
    assert measured["precision"] == measured["recall"] == measured["f1"] == pytest.approx(0.6667)
    assert measured["ms"] == 0.25


def test_never_saying_yes_divides_by_nothing():
    measured = yes_or_no(judged((0.1, True), (0.2, False)), at=0.5, ms=0)
    assert (measured["precision"], measured["recall"], measured["f1"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("cases", "area"),
    [
        ([(0.9, True), (0.1, False)], 1.0),
        ([(0.1, True), (0.9, False)], 0.0),
        ([(0.5, True), (0.5, False)], 0.5),
        ([(0.9, True), (0.4, True), (0.4, False), (0.2, False)], 0.875),
        ([(0.9, True)], None),
    ],
)
def test_the_area_is_the_share_of_pairs_in_the_right_order(cases, area):
    assert auc(judged(*cases)) == area


def test_without_a_pair_there_is_no_area():
    assert yes_or_no(judged((0.9, True)), at=0.5, ms=0)["auc"] is None


def test_the_time_of_one_case_is_told():
    said, ms = timed([("a", True), ("bb", False)], lambda text: float(len(text)))
    assert said == judged((1.0, True), (2.0, False))
    assert 0 < ms < 100


def test_a_file_that_lacks_a_column_is_named(tmp_path):
    file = tmp_path / "pairs.csv"
    file.write_text("one,other\na,b\n")
    assert rows_of(file, ["one"]) == [{"one": "a", "other": "b"}]
    with pytest.raises(Unmeasurable, match="no column “true”"):
        rows_of(file, ["one", "true"])
    with pytest.raises(Unmeasurable, match="cannot be read"):
        rows_of(tmp_path / "none.csv", ["one"])
    file.write_bytes(b"one,other\n\xff\xfe,b\n")
    with pytest.raises(Unmeasurable, match="UTF-8"):
        rows_of(file, ["one"])
