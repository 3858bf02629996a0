"""Lines to text: who speaks, what belongs together, what the phone says itself, and what two pictures share."""

from __future__ import annotations

from itertools import pairwise

import pytest

from api.ocr.chrome import is_chrome
from api.ocr.layout import passages
from api.ocr.lines import Bubble, Line, Sheet
from api.ocr.reader import tiles
from api.ocr.reading import full_width, reading_of
from api.ocr.seams import repeated

WIDTH, HEIGHT = 1080, 2000
WHITE, GREEN = (255, 255, 255), (149, 236, 105)


def line(
    text: str, top: int, left: int = 60, bubble: Bubble | None = None, *, joined: bool = False, sure: float = 1
) -> Line:
    return Line(text, sure, left, top, left + 42 * len(text), top + 48, bubble, joined)


def theirs(text: str, top: int, *, joined: bool = False, right: int = 860) -> Line:
    return line(text, top, 190, Bubble(160, right, WHITE), joined=joined)


def own(text: str, top: int) -> Line:
    left = 890 - 42 * len(text)
    return line(text, top, left, Bubble(left - 30, 920, GREEN))


def sheet(*lines: Line, height: int = HEIGHT) -> Sheet:
    return Sheet(WIDTH, height, lines)


def text_of(*lines: Line) -> list[str]:
    return [str(part) for part in passages(sheet(*lines), lines)]


TALK = (theirs("入职前先交押金两百元做满三单", 300), theirs("退给你。", 360, joined=True), own("为什么要交", 500))


def test_bubbles_on_the_left_are_the_others_and_on_the_right_ones_own() -> None:
    assert text_of(*TALK) == ["对方：入职前先交押金两百元做满三单退给你。", "我：为什么要交"]


def test_in_a_group_the_names_above_the_bubbles_are_the_speakers() -> None:
    name = line("群主小七", 300, 160)
    assert text_of(name, theirs("在广场站集合", 360), own("我报名", 500)) == ["群主小七：在广场站集合", "我：我报名"]


def test_a_title_above_a_talk_stands_alone() -> None:
    assert text_of(line("小雅老师", 100, 440), *TALK)[0] == "小雅老师"


def test_two_messages_of_one_person_stay_two() -> None:
    assert text_of(theirs("在吗", 300), theirs("明天来", 460), own("好", 600)) == [
        "对方：在吗",
        "对方：明天来",
        "我：好",
    ]


def test_a_break_within_a_narrow_bubble_is_meant() -> None:
    short = theirs("好的", 300, right=420), theirs("明天见", 360, joined=True, right=420)
    assert text_of(*short, own("嗯", 500)) == ["对方：好的\n明天见", "我：嗯"]


def test_labels_and_buttons_of_a_posting_are_no_talk() -> None:
    chips = [line("日结", 300, 80, Bubble(60, 190, WHITE)), line("立即投递", 300, 800, Bubble(780, 1020, GREEN))]
    assert text_of(*chips) == ["日结 立即投递"]


def test_wrapped_lines_are_joined_without_a_blank() -> None:
    full = "一、岗位要求：年龄二十到三十八岁，身体健康，有服"
    assert text_of(line(full, 300), line("务经验的优先。", 372)) == [f"{full}务经验的优先。"]


def test_a_number_begins_a_line_however_full_the_one_before_is() -> None:
    full = "1. 负责快件的分拣、扫描和装车，核对面单信息和数"
    assert text_of(line(full, 300), line("2. 保持整洁。", 372)) == [full, "2. 保持整洁。"]


def test_short_lines_stay_lines() -> None:
    assert text_of(line("月薪四千元", 300), line("包吃住", 372)) == ["月薪四千元", "包吃住"]


def test_lines_about_the_middle_stay_lines() -> None:
    words = ("关注点赞一条五元，当天提现，名额有限", "宝妈学生均可，不限时间地点", "日赚五百元")
    bill = [line(text, 300 + 96 * at, (WIDTH - 42 * len(text)) // 2) for at, text in enumerate(words)]
    assert text_of(*bill) == list(words)


def test_what_stands_side_by_side_is_one_row() -> None:
    assert text_of(line("5000元", 302, 800), line("分拣员", 300)) == ["分拣员 5000元"]


CHROME = [
    line("9:41", 24), line("5G 87%", 20, 870), line("中国移动", 24), line("＜", 110, 40), line("···", 110, 960),
    line("昨天21:03", 206, 456), line("2026年3月5日 09:12", 700, 220), line("按住 说话", 1870, 440),
    line("以下是新消息", 900, 300), line("已读", 900, 100),
]  # fmt: skip


@pytest.mark.parametrize("chrome", CHROME, ids=lambda one: one.text)
def test_what_the_phone_says_itself_is_left_out(chrome: Line) -> None:
    assert is_chrome(chrome, sheet(chrome, *TALK))


KEPT = [
    line("日结300元", 24), line("上班时间：9:00到18:00", 700), line("9:00-18:00", 700), line("发消息给店长", 1870),
    line("信息部招聘", 1870), line("已读完大专", 900), line("5000", 500), theirs("1", 900), line("小雅老师", 100, 440),
]  # fmt: skip


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: one.text)
def test_what_somebody_says_is_kept(kept: Line) -> None:
    assert not is_chrome(kept, sheet(kept, *TALK))


def test_what_is_left_out_is_still_told() -> None:
    reading = reading_of([sheet(line("9:41", 24), line("招店员", 400))])
    assert reading.text == "招店员"
    assert [(one["text"], one["left_out"]) for one in reading.lines] == [("9:41", True), ("招店员", False)]


WORDS = ("早班", "晚班", "夜班", "休假", "奖金", "社保", "体检", "培训", "住宿", "餐补", "交通", "工服", "考勤", "请假")
ROWS = [line(f"{what}，按公司规定执行", 300 + 100 * at) for at, what in enumerate(WORDS)]


def test_what_the_next_picture_repeats_is_kept_once() -> None:
    first, second = sheet(*ROWS[:10]), sheet(*ROWS[7:])
    reading = reading_of([first, second])
    assert reading.text.split("\n") == [row.text for row in ROWS]
    assert [one["code"] for one in reading.warnings] == ["overlap"]


def test_a_repetition_is_found_below_a_title_and_when_it_is_read_a_little_otherwise() -> None:
    long = "每天八小时，加班另算，月底统一发放到本人账户"
    before = [*ROWS[:5], line(long, 900), line("面试地点在二楼", 1000)]
    again = [line("招聘说明", 100), line(long.replace("底", "低"), 300), line("面试地点在二楼", 400), *ROWS[6:]]
    assert repeated(before, again) == (0, 3)


def test_lines_that_differ_in_a_number_are_two() -> None:
    assert repeated([line("第一单付款128元返156元", 300)], [line("第一单付款228元返256元", 300)]) == (0, 0)


def test_pictures_that_share_nothing_lose_nothing() -> None:
    assert repeated(ROWS[:8], ROWS[8:]) == (0, 0)


def test_one_short_word_in_common_is_no_overlap() -> None:
    assert repeated([*ROWS[:3], line("好的", 900)], [line("好的", 300), *ROWS[8:]]) == (0, 0)


def test_marks_are_as_chinese_writes_them() -> None:
    assert full_width("要交钱吗?时薪22元,8:30到,1,500元") == "要交钱吗？时薪22元，8:30到，1,500元"


def test_tiles_cover_a_long_picture_and_share_a_part() -> None:
    spans = list(tiles(10_000, 1600))
    assert spans[0][0] == 0
    assert spans[-1][1] == 10_000
    assert all(one[1] - other[0] > 200 for one, other in pairwise(spans))


def test_what_is_read_in_the_picture_of_a_speaker_does_not_end_the_talk() -> None:
    face = line("一", 302, 40, Bubble(30, 130, (192, 132, 87)))
    assert "对方：在广场站集合" in text_of(face, theirs("在广场站集合", 300), own("我报名", 500))
