"""Pictures that customers send: made small, harmless and anonymous before they are looked at."""

from __future__ import annotations

import base64
import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps

from retrieval.errors import ShopGuideError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 64_000_000
"""Of a JPEG, which is decoded at a fraction of its size; a telephone's camera makes up to 50."""
MOST_PIXELS_AT_ONCE = 16_000_000
"""Of the other kinds, which are decoded whole."""
LONGEST_SIDE = 1024
MARK = "🖼"
"""Stands in the log where a picture was sent; the picture itself is not kept."""

# Decoding takes up to 64 MB; many at once must not take the memory of the whole process.
_ROOM = threading.BoundedSemaphore(2)


class PictureError(ShopGuideError):
    """A picture that cannot be used; the message says why, for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as JPEG without metadata; `jpeg` is empty where a channel does not hand it over."""

    jpeg: bytes

    def data_url(self) -> str:
        """The picture as a `data:` URL, as chat endpoints take it."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.jpeg).decode()}"


OUT_OF_REACH = Picture(b"")
"""A picture that was sent and that the guide does not have."""


def read_picture(data: bytes) -> Picture:
    """A picture made anew from an upload: upright, at most 1024 pixels a side, nothing but pixels.

    What a camera wrote beside them (place, time, owner) is dropped. The type is taken from the
    content, never from a name; of moving pictures the first is taken.

    Raises:
        PictureError: it is too large, of another kind, or damaged.
    """
    if len(data) > MOST_BYTES:
        raise PictureError(f"the picture is larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        with _ROOM, Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            return Picture(_encoded(opened))
    except PictureError:
        raise
    except Exception as error:  # decoders raise whatever they meet in damaged data
        raise PictureError("the picture cannot be read: send a JPEG, PNG, WebP or GIF") from error


def decode_picture(text: str) -> Picture:
    """A picture from Base64, with or without `data:image/…;base64,` before it.

    Raises:
        PictureError: it is not Base64, or not a usable picture.
    """
    _, _, after = text.partition(";base64,")
    try:
        return read_picture(base64.b64decode(after or text, validate=True))
    except ValueError as error:
        raise PictureError("the picture is not Base64") from error


def _encoded(opened: Image.Image) -> bytes:
    is_jpeg = opened.format == "JPEG"
    pixels = opened.width * opened.height
    # Known from the header; nothing is decoded before.
    if pixels > (MOST_PIXELS if is_jpeg else MOST_PIXELS_AT_ONCE):
        raise PictureError(f"the picture has too many pixels: {opened.width} × {opened.height}")
    if is_jpeg:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    small = ImageOps.exif_transpose(opened)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if small.mode in ("RGBA", "LA", "PA") or "transparency" in small.info:
        drawn = small.convert("RGBA")
        small = Image.new("RGB", drawn.size, "white")
        small.paste(drawn, mask=drawn.getchannel("A"))
    # A new image has none of the old one's metadata.
    clean = Image.new("RGB", small.size)
    clean.paste(small.convert("RGB"))
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=85)
    return written.getvalue()
