"""Why a picture is not read, and what a reader of the text is told; the names travel between the processes."""

from __future__ import annotations

from collections.abc import Mapping


class Unreadable(Exception):  # noqa: N818  # the refusal is the answer, not a failure
    """A request of pictures that is refused: the slug of a problem, and the picture (from 0) it is about.

    `typed` is what the form held beside the pictures, to be given back.
    """

    def __init__(self, slug: str, image: int | None = None, **figures: int) -> None:
        super().__init__(slug)
        self.slug = slug
        self.image = image
        self.figures = figures
        self.typed: Mapping[str, str] = {}


WARNINGS: Mapping[str, tuple[str, str]] = {
    "no-text": ("没有读到文字。", "No text was found."),
    "unsure": ("有些字看不清，请仔细核对。", "Some of the text is unclear; check it with care."),
    "animated": ("是动图，只读了第一帧。", "It is animated; only the first frame was read."),
    "stopped": ("太长，没有读完；后面的请另外截图。", "It is too long and was not read to its end."),
    "turned": ("是横着或倒着的，已转正再读。", "It lay on its side and was turned upright."),
    "overlap": ("与上一张重复的部分只留了一份。", "What it repeats of the picture before was kept once."),
    "text-too-long": ("文字超过 20,000 字，请删去无关的部分。", "The text is over 20,000 characters; shorten it."),
}
"""What may be wrong with a reading, in Chinese and English."""
