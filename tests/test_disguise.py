"""The disguiser hides words as scammers do, and nothing else; the same text is always hidden alike."""

from __future__ import annotations

import re
import unicodedata

import opencc
import pytest

from training.denial import DENIALS, PLACES, middle_border, variants, with_denial
from training.disguise import TRICKS, disguised, in_words, mixed, mixture, numeral_forms
from training.disguise_tables import CONTACTS, EMOJI, HOMOPHONES, LOOKALIKES, SPLITS, VOCABULARY

SCAM = "招兼职打字员，日结300元，先交押金200元，加微信abc123私聊，刷单返佣，8:00-17:00，电话13800001111。"
PLAIN = "我去爬山。"


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_changes_the_text_and_always_alike(trick: str) -> None:
    assert disguised(SCAM, [trick]) != SCAM
    assert disguised(SCAM, [trick]) == disguised(SCAM, [trick])


@pytest.mark.parametrize("trick", TRICKS)
def test_a_text_without_words_worth_hiding_stays(trick: str) -> None:
    assert disguised(PLAIN, [trick]) == PLAIN


def test_another_seed_hides_otherwise() -> None:
    assert len({disguised(SCAM, ["separators"], seed) for seed in range(10)}) > 1


def test_zero_width_characters_taken_out_give_the_text_again() -> None:
    hidden = disguised(SCAM, ["zero_width"])
    assert "".join(char for char in hidden if unicodedata.category(char) != "Cf") == SCAM


def test_full_width_letters_fold_back() -> None:
    hidden = disguised(SCAM, ["full_width"])
    assert "ａｂｃ１２３" in hidden
    assert unicodedata.normalize("NFKC", hidden) == unicodedata.normalize("NFKC", SCAM)


def test_traditional_characters_convert_back() -> None:
    hidden = disguised(SCAM, ["traditional"])
    assert "職" in hidden
    assert opencc.OpenCC("t2s").convert(hidden) == SCAM


def test_line_breaks_and_separators_stand_inside_words_only() -> None:
    assert disguised(SCAM, ["line_breaks"]).replace("\n", "") == SCAM
    hidden = disguised("先交押金吧", ["separators"])
    assert re.fullmatch(r"先交押\W|_金吧", hidden) or re.fullmatch(r"先交押.金吧", hidden)


@pytest.mark.parametrize("trick", TRICKS)
def test_telephone_numbers_times_and_names_of_accounts_stay(trick: str) -> None:
    hidden = unicodedata.normalize("NFKC", disguised(SCAM, [trick]))
    assert "13800001111" in hidden
    assert "8:00-17:00" in hidden
    assert "abc123" in hidden


def test_numbers_and_money_are_written_otherwise() -> None:
    assert numeral_forms(300) == ["③⓪⓪", "三百", "叁佰"]
    assert disguised("押300元", ["money_slang"]) in {"押300米", "押300💰", "押300🌾", "押3张"}
    assert disguised("3月15日报到", ["numerals"]) == "3月15日报到"


SPOKEN = {
    5: "五", 10: "十", 15: "十五", 105: "一百零五", 350: "三百五十", 1005: "一千零五", 1200: "一千二百",
    10_000: "一万", 10_500: "一万零五百", 12_050: "一万二千零五十", 99_999: "九万九千九百九十九",
}  # fmt: skip


@pytest.mark.parametrize(("number", "words"), SPOKEN.items())
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_a_mixture_is_of_three_tricks_that_change_the_text() -> None:
    assert len(set(mixture(SCAM))) == 3
    assert mixed(SCAM) == mixed(SCAM) != SCAM
    assert mixture(PLAIN) == ()
    assert mixed(PLAIN) == PLAIN


def test_the_tables_hold_words_that_can_be_hidden() -> None:
    assert len(set(VOCABULARY)) == len(VOCABULARY)
    assert all(len(word) > 1 for word in VOCABULARY)
    for table in (HOMOPHONES, EMOJI, CONTACTS):
        assert set(table) <= set(VOCABULARY)
        assert all(form != word for word, forms in table.items() for form in forms)
    assert all(len(char) == 1 and char not in forms for char, forms in LOOKALIKES.items())
    assert all(len(parts) > 1 for parts in SPLITS.values())


# --- denial ---

TWO = "招打字员，日结三百。先交押金二百，三天后退。"


def test_a_denial_stands_at_the_front_in_the_middle_and_at_the_end() -> None:
    assert with_denial(TWO, "无。", "front") == "无。" + TWO
    assert with_denial(TWO, "无。", "middle") == "招打字员，日结三百。无。先交押金二百，三天后退。"
    assert with_denial(TWO, "无。", "end") == TWO + "无。"


def test_a_text_that_does_not_end_is_ended_first() -> None:
    assert with_denial("招打字员", "无。", "end") == "招打字员。无。"


def test_one_sentence_is_parted_at_its_pause_and_one_clause_nowhere() -> None:
    assert with_denial("招打字员，日结三百", "无。", "middle") == "招打字员，。无。日结三百"
    assert middle_border("招打字员") is None
    assert with_denial("招打字员", "无。", "middle") is None


def test_every_denial_is_tried_at_every_place_or_so_many() -> None:
    assert len(list(variants(TWO))) == len(DENIALS) * len(PLACES)
    assert len(list(variants(TWO, 2))) == 2 * len(PLACES)
    assert list(variants(TWO, 2)) == list(variants(TWO, 2))
    assert all(DENIALS[number] in text for _, number, text in variants(TWO))
