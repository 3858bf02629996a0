"""Bytes of a stranger to pixels: the type is told by the first bytes, the size is known before anything is unpacked.

Runs only in the process that reads pictures, which a broken decoder may take down without harm.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from api.ocr.limits import MEGAPIXEL, Limits
from api.ocr.refusals import Unreadable
from api.ocr.sniff import kind_of

Pixels = npt.NDArray[np.uint8]
"""Height × width × 3, RGB."""

# Only the decoder that the first bytes call for; Pillow would try all of its forty.
DECODERS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "heic": "HEIF"}
BROKEN = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, RuntimeError, ArithmeticError)
"""What Pillow's decoders raise on bytes that are no picture."""

PALE = 110
"""Steps between the darkest and the lightest of a picture, of 255, below which it is stretched."""

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = Limits().megapixels * MEGAPIXEL


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is meant to be seen."""

    pixels: Pixels
    animated: bool


def open_picture(data: bytes, limits: Limits, room: int | None = None) -> Picture:
    """The picture in the bytes, upright by its EXIF and on a plain ground. Raises Unreadable.

    `room` is how many pixels it may have at most, beside the limits that hold for any picture.
    """
    kind = kind_of(data)
    if kind is None:
        raise Unreadable("unsupported-image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[DECODERS[kind]]) as image:
                _check_size(image, limits, room)
                animated = getattr(image, "n_frames", 1) > 1 and kind in {"png", "webp"}
                return Picture(_pixels(image), animated)
    except Image.DecompressionBombError:
        raise Unreadable("image-too-large") from None
    except (*BROKEN, UnidentifiedImageError, MemoryError):
        raise Unreadable("broken-image") from None


def _check_size(image: Image.Image, limits: Limits, room: int | None) -> None:
    width, height = image.size
    if not limits.megapixels_fit(width, height) or (room is not None and width * height > room):
        raise Unreadable("image-too-large", width=width, height=height)
    if min(width, height) < 8:
        raise Unreadable("broken-image")


def _pixels(image: Image.Image) -> Pixels:
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):
        upright = _eight_bits(upright)
    if upright.has_transparency_data:
        upright = _on_ground(upright.convert("RGBA"))
    return stretched(np.asarray(upright.convert("RGB")))


def stretched(pixels: Pixels) -> Pixels:
    """The picture with its contrast restored, where little is left of it."""
    low, high = np.percentile(pixels[::8, ::8], (0.5, 99.5))
    if not 8 < high - low < PALE:
        return pixels
    table = np.clip((np.arange(256) - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    clear: Pixels = table[pixels]
    return clear


def _eight_bits(image: Image.Image) -> Image.Image:
    """16 and 32 bits a channel, spread over the range that is used; Pillow would cut off at 255."""
    values = np.asarray(image, np.float32)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    scaled = (values - low) / max(high - low, 1e-6) * 255
    return Image.fromarray(np.nan_to_num(scaled).astype(np.uint8))


def _on_ground(image: Image.Image) -> Image.Image:
    """Transparent parts in white under dark ink, in black under light ink."""
    pixels = np.asarray(image)
    ink = pixels[..., :3][pixels[..., 3] > 127]
    light = ink.size > 0 and float(ink.mean()) > 160 and float((pixels[..., 3] > 127).mean()) < 0.6
    ground = Image.new("RGBA", image.size, (0, 0, 0, 255) if light else (255, 255, 255, 255))
    return Image.alpha_composite(ground, image)
