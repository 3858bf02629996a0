"""Screenshots drawn from texts of our own, as phones show them: what reading pictures is measured with.

Each comes with what it says, so that both the characters and the verdict can be compared. Nothing is kept on disk.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TEXTS = Path(__file__).with_name("ocr_texts.toml")
SIMPLIFIED = 2
"""The face of the collection that draws characters as the mainland does."""

NEVER_FIRST = "，。！？；：、）”》】…%"
"""What no line begins with."""

OTHER, SELF = "对方", "我"


@dataclass(frozen=True, slots=True)
class Sample:
    """A screenshot as a file, and the text in it."""

    name: str
    hard: bool
    data: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and sizes of an app; sizes for a screen 1,080 pixels wide."""

    page: str
    ink: str
    faint: str
    left: str
    right: str
    left_ink: str
    right_ink: str
    size: int = 42


LIGHT = Look("#ededed", "#191919", "#9a9a9a", "#ffffff", "#95ec69", "#191919", "#191919")
DARK = Look("#111111", "#d5d5d5", "#6f6f6f", "#2c2c2c", "#3eb575", "#d5d5d5", "#0d1f13")
BLUE = Look("#ffffff", "#000000", "#8a8a8e", "#e9e9eb", "#2f8cff", "#000000", "#ffffff", 44)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans CJK in that size."""
    return ImageFont.truetype(str(FONT), size, index=SIMPLIFIED)


@cache
def texts() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Kind → name → what it says."""
    tables = tomllib.loads(TEXTS.read_text("utf-8"))
    return {kind: {one["name"]: one for one in group} for kind, group in tables.items()}


def wrapped(text: str, size: int, width: int) -> list[str]:
    """The lines that a phone breaks a text into: between any characters, but never before a full stop."""
    lines, line = [], ""
    for char in text:
        if font(size).getlength(line + char) <= width or not line:
            line += char
        elif char in NEVER_FIRST:
            lines.append(line[:-1])
            line = line[-1] + char
        else:
            lines.append(line)
            line = char
    return [*lines, line]


class Canvas:
    """A page that is drawn from top to bottom."""

    def __init__(self, look: Look, width: int = 1080, height: int = 8000) -> None:
        self.look, self.width = look, width
        self.image = Image.new("RGB", (width, height), look.page)
        self.draw = ImageDraw.Draw(self.image)
        self.y = 0

    def write(self, x: float, text: str, size: int, ink: str, anchor: str = "la") -> None:
        """Text at the current height."""
        self.draw.text((x, self.y), text, font=font(size), fill=ink, anchor=anchor)

    def status_bar(self, time: str = "9:41") -> None:
        """Clock, network and battery, as on every phone."""
        self.y = 22
        self.write(60, time, 36, self.look.ink)
        self.write(880, "5G", 32, self.look.ink)
        self.write(960, "87%", 32, self.look.ink)
        self.y = 96

    def heading(self, title: str) -> None:
        """The bar with the way back and the name."""
        self.write(self.width / 2, title, 44, self.look.ink, "ma")
        self.draw.line([(70, self.y + 14), (48, self.y + 34), (70, self.y + 54)], fill=self.look.ink, width=5)
        self.y += 110

    def finished(self, height: int = 0) -> Image.Image:
        """The page as far as it was drawn."""
        return self.image.crop((0, 0, self.width, max(self.y + 40, height)))


def chat(one: Mapping[str, Any], look: Look) -> Image.Image:
    """A conversation, with what stands around it on a phone."""
    page = Canvas(look)
    page.status_bar()
    page.heading(one["title"])
    for line in one["lines"]:
        who, said = line.split(" ", 1)
        if who == "@":
            page.write(540, said, 32, look.faint, "ma")
            page.y += 80
        elif who == "+":
            page.write(170, said, 30, look.faint)
            page.y += 46
        else:
            _bubble(page, said, own=who == "<")
    page.y = max(page.y + 60, 1700)
    page.draw.rectangle((0, page.y, 1080, page.y + 150), fill=look.left)
    page.y += 45
    page.write(540, "按住 说话", 42, look.ink, "ma")
    page.y += 80
    return page.finished()


def _bubble(page: Canvas, said: str, *, own: bool, avatar: bool = True) -> None:
    look = page.look
    lines = wrapped(said, look.size, 640)
    wide = max(font(look.size).getlength(line) for line in lines) + 60
    tall = len(lines) * round(look.size * 1.4) + 46
    edge = 160 if avatar else 40
    left = page.width - edge - wide if own else edge
    page.draw.rounded_rectangle(
        (left, page.y, left + wide, page.y + tall), 14 if avatar else 36, fill=look.right if own else look.left
    )
    if avatar:
        square = 950 if own else 30
        page.draw.rounded_rectangle(
            (square, page.y, square + 100, page.y + 100), 10, fill="#5b7fa6" if own else "#c08457"
        )
    top = page.y
    for number, line in enumerate(lines):
        page.y = top + 20 + number * round(look.size * 1.4)
        page.write(left + 30, line, look.size, look.right_ink if own else look.left_ink)
    page.y = top + tall + 44


def chat_text(one: Mapping[str, Any]) -> str:
    """What is said, and by whom."""
    name, said = OTHER, [one["title"]]
    for line in one["lines"]:
        who, words = line.split(" ", 1)
        if who == "+":
            name = words
        elif who in "<>":
            said.append(f"{SELF if who == '<' else name}：{words}")
    return "\n".join(said)


def sms(one: Mapping[str, Any], look: Look = BLUE) -> Image.Image:
    """Messages of one sender."""
    page = Canvas(look)
    page.status_bar("14:33")
    page.heading(one["title"])
    page.write(540, "今天 14:33", 32, look.faint, "ma")
    page.y += 80
    for line in one["lines"]:
        _bubble(page, line, own=False, avatar=False)
    page.y = max(page.y, 1500)
    return page.finished()


def poster(one: Mapping[str, Any], ground: str = "#b3241c", ink: str = "#fff7e0") -> Image.Image:
    """A bill in large type, centred."""
    page = Canvas(Look(ground, ink, ink, ground, ground, ink, ink))
    page.y = 140
    page.write(540, one["title"], 84, "#ffe14d", "ma")
    page.y += 190
    for line in one["lines"]:
        for part in wrapped(line, 50, 960):
            page.write(540, part, 50, ink, "ma")
            page.y += 96
    page.y += 100
    return page.finished()


def scroll(one: Mapping[str, Any], size: int = 44, times: int = 1) -> Image.Image:
    """A page that somebody scrolled through while it was recorded."""
    page = Canvas(Look("#ffffff", "#222222", "#888888", "", "", "", ""), height=16_000)
    page.status_bar()
    page.heading(one["title"])
    for line in one["lines"] * times:
        for part in wrapped(line, size, 960):
            page.write(60, part, size, "#222222")
            page.y += round(size * 1.7)
        page.y += size
    return page.finished()


def board(one: Mapping[str, Any], size: int = 42) -> Image.Image:
    """A posting as an app for jobs shows it."""
    page = Canvas(Look("#ffffff", "#222222", "#888888", "", "", "", ""))
    page.status_bar()
    page.write(60, one["title"], 56, "#222222")
    page.write(1020, one["salary"], 48, "#00a6a7", "ra")
    page.y += 110
    x = 60.0
    for chip in one["chips"]:
        wide = font(34).getlength(chip) + 40
        page.draw.rounded_rectangle((x, page.y, x + wide, page.y + 58), 8, fill="#f2f4f5")
        page.draw.text((x + 20, page.y + 4), chip, font=font(34), fill="#555555")
        x += wide + 24
    page.y += 120
    for line in one["lines"]:
        for part in wrapped(line, size, 960):
            page.write(60, part, size, "#333333")
            page.y += round(size * 1.6)
        page.y += round(size * 0.5)
    page.y = max(page.y + 60, 1600)
    page.draw.rounded_rectangle((60, page.y, 1020, page.y + 120), 20, fill="#00bebd")
    page.y += 32
    page.write(540, "立即沟通", 46, "#ffffff", "ma")
    page.y += 90
    return page.finished()


def plain_text(one: Mapping[str, Any]) -> str:
    """Title and lines; a board's salary and labels too."""
    head = [one["title"]] + ([f"{one['salary']}"] if "salary" in one else [])
    chips = ["".join(f"{chip} " for chip in one["chips"]).strip()] if "chips" in one else []
    return "\n".join([*head, *chips, *one["lines"]])


# --- what happens to pictures on their way ---


def png(image: Image.Image) -> bytes:
    """As a phone saves it."""
    return _file(image, "PNG")


def jpeg30(image: Image.Image) -> bytes:
    """As it looks after having been passed on a few times."""
    return _file(image, "JPEG", quality=30)


def webp(image: Image.Image) -> bytes:
    """As web pages save it."""
    return _file(image, "WEBP", quality=80)


def blurred(image: Image.Image) -> bytes:
    """Out of focus by two pixels."""
    return _file(image.filter(ImageFilter.GaussianBlur(2.2)), "JPEG", quality=75)


def small(image: Image.Image) -> bytes:
    """A preview: characters 15 pixels high."""
    factor = 0.36
    return _file(image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS))


def on_side(image: Image.Image) -> bytes:
    """Turned by 90 degrees, and nothing says so."""
    return _file(image.transpose(Image.Transpose.ROTATE_90))


def turned_by_exif(image: Image.Image) -> bytes:
    """Turned by 90 degrees, and EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return _file(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=85, exif=exif)


def faded(image: Image.Image) -> bytes:
    """A photograph of a screen in bright light."""
    return _file(image.point([150 + value // 4 for value in range(256)] * 3), "JPEG", quality=70)


def _file(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:  # noqa: ANN401  # what Pillow takes
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


Drawing = Callable[[Mapping[str, Any]], Image.Image]
Spoiling = Callable[[Image.Image], bytes]


def light_chat(one: Mapping[str, Any]) -> Image.Image:
    """By day."""
    return chat(one, LIGHT)


def dark_chat(one: Mapping[str, Any]) -> Image.Image:
    """By night."""
    return chat(one, DARK)


def blue_chat(one: Mapping[str, Any]) -> Image.Image:
    """As another maker draws it."""
    return chat(one, BLUE)


def pale_poster(one: Mapping[str, Any]) -> Image.Image:
    """Dark on light."""
    return poster(one, "#fdf6e3", "#22313f")


CLEAN: Sequence[tuple[str, str, Drawing, Spoiling]] = (
    ("chat", "typist", light_chat, png),
    ("chat", "clerk", light_chat, png),
    ("chat", "brushing", light_chat, webp),
    ("chat", "group", light_chat, png),
    ("chat", "card", dark_chat, png),
    ("chat", "barista", dark_chat, png),
    ("chat", "overseas", dark_chat, png),
    ("chat", "course", blue_chat, png),
    ("poster", "factory", poster, png),
    ("poster", "likes", poster, png),
    ("poster", "teller", pale_poster, png),
    ("scroll", "agency", scroll, png),
    ("scroll", "hospital", scroll, png),
    ("sms", "parttime", sms, png),
    ("sms", "interview", sms, png),
    ("sms", "loan", sms, webp),
    ("board", "courier", board, png),
    ("board", "assistant", board, png),
    ("board", "teacher", board, png),
)
HARD: Sequence[tuple[str, str, Drawing, Spoiling]] = (
    ("chat", "typist", dark_chat, jpeg30),
    ("chat", "barista", light_chat, jpeg30),
    ("poster", "likes", poster, jpeg30),
    ("chat", "card", light_chat, blurred),
    ("board", "assistant", board, blurred),
    ("sms", "parttime", sms, on_side),
    ("chat", "clerk", light_chat, turned_by_exif),
    ("chat", "overseas", light_chat, small),
    ("board", "courier", board, small),
    ("scroll", "hospital", scroll, small),
    ("chat", "brushing", light_chat, faded),
)
ALL = [*((*one, False) for one in CLEAN), *((*one, True) for one in HARD)]


def samples(wanted: Sequence[str] = ()) -> Iterator[Sample]:
    """The thirty, or those of them that are named."""
    for kind, name, drawn, spoiled, hard in ALL:
        label = f"{kind}-{name}-{drawn.__name__}-{spoiled.__name__}"
        if not wanted or label in wanted:
            one = texts()[kind][name]
            text = chat_text(one) if kind == "chat" else plain_text(one)
            yield Sample(label, hard, spoiled(drawn(one)), text)
