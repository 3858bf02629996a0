"""Bytes of strangers: what is a picture is opened as it is meant to be seen, everything else is refused by name."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from api.ocr.limits import Limits
from api.ocr.pictures import Pixels, open_picture
from api.ocr.refusals import Unreadable
from api.ocr.sniff import kind_of

LIMITS = Limits()


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def ground(mode: str = "RGB", colour: Any = (10, 200, 30)) -> Image.Image:
    return Image.new(mode, (60, 40), colour)


def opened(data: bytes) -> Pixels:
    return open_picture(data, LIMITS).pixels


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreadable) as caught:
        open_picture(data, limits)
    return caught.value.slug


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG whose header tells a size that its few bytes would have to be unpacked to."""
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes((1 + width // 8) * rows), 9))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_content_tells_the_kind(kind: str) -> None:
    assert kind_of(saved(ground(), kind)) == kind.lower()
    assert opened(saved(ground(), kind)).shape == (40, 60, 3)


def test_what_an_iphone_saves_is_opened() -> None:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(ground()).save(buffer)
    assert kind_of(buffer.getvalue()) == "heic"
    assert opened(buffer.getvalue()).shape == (40, 60, 3)


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7\n1 0 obj", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04", b"II*\x00",
     b"RIFF\x00\x00\x00\x00AVI ", b"\x00\x00\x00\x18ftypmp42"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_whatever_its_name(data: bytes) -> None:
    assert refused(data) == "unsupported-image"


def test_a_page_of_html_behind_the_head_of_a_picture_stays_a_broken_picture() -> None:
    assert refused(b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>") == "broken-image"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_cut_off_picture_is_broken(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(5).integers(0, 255, (300, 300, 3), np.uint8))
    data = saved(noise, kind)
    assert refused(data[: len(data) // 2]) == "broken-image"


def test_a_picture_of_200_megapixels_is_refused_before_it_is_unpacked() -> None:
    assert refused(png_of_size(20_000, 10_000, 1_000)) == "image-too-large"
    assert refused(png_of_size(60_000, 600)) == "image-too-large"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = png_of_size(65_000, 65_000, 2_000)
    assert len(bomb) < 1_000_000
    assert refused(bomb) == "image-too-large"


def test_the_pictures_of_a_request_share_a_limit() -> None:
    with pytest.raises(Unreadable, match="image-too-large"):
        open_picture(saved(ground()), LIMITS, room=60 * 40 - 1)


def test_a_picture_on_its_side_is_turned_as_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(saved(ground(), "JPEG", exif=exif)).shape == (60, 40, 3)


@pytest.mark.parametrize(
    ("mode", "colour"), [("L", 90), ("1", 1), ("P", 3), ("LA", (90, 255)), ("RGBA", (1, 2, 3, 200)), ("I;16", 40_000)]
)
def test_every_kind_of_colour_becomes_red_green_blue(mode: str, colour: Any) -> None:
    assert opened(saved(ground(mode, colour))).shape == (40, 60, 3)


def test_printers_colours_become_red_green_blue() -> None:
    assert opened(saved(ground("CMYK", (0, 0, 0, 0)), "JPEG")).mean() > 250


def test_sixteen_bits_keep_their_contrast() -> None:
    values = np.full((40, 60), 60_000, np.uint16)
    values[10:20] = 20_000
    pixels = opened(saved(Image.fromarray(values)))
    assert int(pixels[5, 5, 0]) - int(pixels[15, 5, 0]) > 200


def test_dark_ink_on_nothing_is_put_on_white_and_light_ink_on_black() -> None:
    for ink, expected in ((0, 255), (255, 0)):
        image = Image.new("RGBA", (60, 40), (ink, ink, ink, 0))
        image.paste((ink, ink, ink, 255), (10, 10, 20, 20))
        assert opened(saved(image))[0, 0, 0] == expected


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [ground("RGB", (shade, 0, 0)) for shade in (200, 100, 0)]
    picture = open_picture(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True), LIMITS)
    assert picture.animated
    assert picture.pixels[0, 0, 0] == 200


def test_what_is_faded_is_given_its_contrast_back() -> None:
    values = np.full((80, 80, 3), 210, np.uint8)
    values[20:60, 20:60] = 160
    pixels = opened(saved(Image.fromarray(values)))
    assert np.ptp(pixels) > 200
