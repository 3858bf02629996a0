"""From what people say to labels that count: nobody alone, nobody too often, nothing one-sided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.store import Store, audit
from api.store import feedback as said
from api.store.tables import LOCAL
from detector.types import Posting
from training.command import run
from training.dataset import DataError
from training.feedback import MODERATOR, Guards, Outcome, Word, weigh, word

SCAM = "招聘手机录入员，在家可做，入职前先交工号费二百元，满月退还，名额不多。"
COPY = SCAM + "速来"
HONEST = "县城社区医院招收费员两名，早晚两班轮换，周末双休一天，缴五险，带身份证面谈。"
LOOSE = Guards(least=0)


def says(by: str, label: str, text: str = SCAM, posting: str = "", **more: object) -> Word:
    return Word(posting or text, {"text": text}, label, by, **more)  # type: ignore[arg-type]


def left_out(outcome: Outcome) -> dict[str, int]:
    return {name: number for name, number in outcome.left_out.items() if number}


def labels(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.text, one.label) for one in outcome.examples]


def test_one_reporter_is_not_enough_and_two_are() -> None:
    one = weigh([says("a", "scam"), says("a", "scam")], LOOSE)
    assert (labels(one), left_out(one)) == ([], {"one_source": 1})
    assert [case.because for case in one.review] == ["one_source"]
    assert labels(weigh([says("a", "scam"), says("b", "scam")], LOOSE)) == [(SCAM, "scam")]


def test_reporters_who_disagree_leave_it_to_a_moderator() -> None:
    words = [says("a", "scam"), says("b", "scam"), says("c", "legit")]
    outcome = weigh(words, LOOSE)
    assert labels(outcome) == []
    assert [(case.because, dict(case.labels)) for case in outcome.review] == [("conflict", {"scam": 2, "legit": 1})]
    settled = weigh([*words, says("m", "legit", role=MODERATOR)], LOOSE)
    assert (labels(settled), settled.review) == ([(SCAM, "legit")], [])


def test_the_newest_word_of_a_person_counts() -> None:
    words = [says("a", "legit", at="2026-01-01"), says("b", "scam", at="2026-01-02")]
    words.append(says("a", "scam", at="2026-01-03"))
    assert labels(weigh(words, LOOSE)) == [(SCAM, "scam")]
    again = [says("m", "scam", role=MODERATOR, at="2026-01-01"), says("n", "discard", role=MODERATOR, at="2026-01-02")]
    assert left_out(weigh(again, LOOSE)) == {"discarded": 1}


def test_near_copies_are_one_text_and_speak_for_one_another() -> None:
    outcome = weigh([says("a", "scam"), says("b", "scam", COPY)], LOOSE)
    assert len(outcome.examples) == 1
    assert left_out(outcome) == {"near_copy": 1}
    assert left_out(weigh([says("a", "scam"), says("b", "legit", COPY)], LOOSE)) == {"conflict": 1}


def test_moderators_may_tell_near_copies_apart() -> None:
    words = [says("m", "scam", role=MODERATOR), says("m", "legit", COPY, role=MODERATOR)]
    outcome = weigh(words, LOOSE)
    assert sorted(labels(outcome)) == sorted([(SCAM, "scam"), (COPY, "legit")])
    assert len({one.group for one in outcome.examples}) == 1


def test_a_reporter_counts_so_many_times_and_no_more() -> None:
    texts = [f"{'甲乙丙丁戊己庚辛壬癸'[n] * 20}岗位说明第{n}条，{'天地玄黄宇宙洪荒日月'[n] * 20}" for n in range(10)]
    words = [says(by, "legit", text) for by in ("flood", "b") for text in texts]
    outcome = weigh(words, Guards(cap=4, least=0))
    assert (len(outcome.examples), left_out(outcome)) == (4, {"over_cap": 6})


def test_codes_count_when_as_many_name_them() -> None:
    words = [says("a", "scam", codes=("upfront_fee", "urgency")), says("b", "scam", codes=("upfront_fee",))]
    assert weigh(words, LOOSE).examples[0].codes == ("upfront_fee",)


def test_few_or_one_sided_labels_move_nothing() -> None:
    two = [says(by, "scam") for by in "ab"] + [says(by, "legit", HONEST) for by in "ab"]
    assert left_out(weigh(two, Guards(least=2))) == {"rare_label": 2}
    assert len(weigh(two, Guards(least=1)).examples) == 2
    assert left_out(weigh(two[:2], Guards(least=1))) == {"one_sided": 1}


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ({"text": "a", "label": "scam"}, "no `by`"),
        ({"text": "a", "label": "scam ", "by": "x"}, "label 'scam '"),
        ({"text": "a", "label": "discard", "by": "x"}, "label 'discard'"),
        ({"text": "a", "label": "scam", "by": "x", "role": "king"}, "role 'king'"),
    ],
)
def test_a_row_that_says_nothing_is_refused(row: dict[str, object], cause: str) -> None:
    with pytest.raises(DataError, match=cause):
        word(row, "f:1")


# --- the commands ---


def tell(store: Store, text: str, *labels: str) -> str:
    """What several reporters say of one text; the posting's id."""
    with store.write() as connection:
        first = said.Said(labels[0], [], None, "api", "k0")
        _, posting = said.about_text(connection, LOCAL, Posting(text=text), first)
        for number, label in enumerate(labels[1:], 1):
            said.about_kept(connection, LOCAL, posting, said.Said(label, [], None, "api", f"k{number}"))
    return posting


def test_review_decide_and_export_work_on_the_store(
    store: Store, database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[2J<script>招聘，先交押金" + "甲" * 30
    torn = tell(store, hostile, "scam", "legit")
    tell(store, HONEST, "legit", "legit")
    assert run(["feedback", "review", "--database", database]) == 0
    shown = capfd.readouterr().out
    assert torn in shown
    assert "conflict" in shown
    assert "\x1b" not in shown
    decide = ["feedback", "decide", torn, "scam", "--code", "upfront_fee", "--by", "小周", "--database", database]
    assert run(decide) == 0
    output = tmp_path / "examples.jsonl"
    assert run(["feedback", "export", "-o", str(output), "--least", "1", "--database", database]) == 0
    rows = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert {(row["text"], row["label"]) for row in rows} == {(hostile, "scam"), (HONEST, "legit")}
    with store.read() as connection:
        trail = list(audit.entries(connection))
        assert audit.first_broken(connection) is None
    assert [(entry.action, entry.actor) for entry in trail[:1]] == [("feedback.decide", "小周")]
    assert trail[1].action == "feedback.export"
    assert trail[1].details["examples"] == 2
    assert "押金" not in repr(trail)


def test_export_says_what_was_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source, output = tmp_path / "said.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": "1", "text": SCAM, "label": "scam", "by": "a"}), "utf-8")
    assert run(["feedback", "export", "--from", str(source), "-o", str(output)]) == 0
    told = capfd.readouterr().out
    assert "0 examples (none)" in told
    assert "left out 1: too few reporters" in told
    assert output.read_text() == ""


def test_deciding_on_what_is_not_there_is_told(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["feedback", "decide", "0" * 24, "scam", "--database", database]) == 1
    assert capfd.readouterr().err == f"scamjob: no posting '{'0' * 24}'\n"


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("mysql://u:secret@h/d", "no database of this kind"),
        ("sqlite://", "no database of this kind"),
        ("nonsense", "not the address of a database"),
        ("postgresql://u:secret@127.0.0.1:1/d", "does not answer"),
        ("sqlite:////proc/no/such.db", "does not answer"),
    ],
)
def test_a_bad_address_is_one_line_without_the_password(
    url: str, cause: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["purge", "--database", url]) == 2
    told = capfd.readouterr().err
    assert cause in told
    assert told.count("\n") == 1
    assert "secret" not in told
