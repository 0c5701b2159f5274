"""Pictures of strangers are made small, harmless and anonymous."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import pytest
from PIL import Image

from assistant.pictures import (
    LONGEST_SIDE,
    MOST_BYTES,
    PictureError,
    decode_picture,
    read_picture,
)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than there are bytes for."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_any_usual_kind_becomes_a_small_jpeg(kind: str) -> None:
    picture = read_picture(encoded(Image.new("RGB", (3000, 1500), "red"), kind))
    made = opened(picture.jpeg)
    assert made.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    red, green, blue = made.convert("RGB").getpixel((500, 200))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


def test_what_a_camera_writes_beside_the_pixels_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x0112] = 6  # held upright: turn it
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    taken = encoded(Image.new("RGB", (80, 40), "green"), "JPEG", exif=exif, comment=b"Ann's garden")
    made = opened(read_picture(taken).jpeg)
    assert made.size == (40, 80)
    assert not made.getexif()
    assert "comment" not in made.info
    for secret in (b"Maker", b"Ann's garden", b"Exif"):
        assert secret in taken
        assert secret not in read_picture(taken).jpeg


def test_what_is_seen_through_becomes_white() -> None:
    made = opened(read_picture(encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0)))).jpeg)
    assert min(made.convert("RGB").getpixel((10, 10))) > 245


def test_of_a_moving_picture_the_first_is_taken() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("blue", "red")]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    _, _, blue = opened(read_picture(moving).jpeg).convert("RGB").getpixel((10, 10))
    assert blue > 240


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot be read"),
        (encoded(Image.new("RGB", (9, 9)), "TIFF"), "cannot be read"),
        (encoded(Image.new("RGB", (90, 90)), "JPEG")[:200], "cannot be read"),
        (bomb(50_000, 50_000), "cannot be read|too many pixels"),
        (bomb(9_000, 9_000), "too many pixels"),
        (bomb(3_000, 3_000), "cannot be read"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_usable_picture_is_told(data: bytes, why: str) -> None:
    with pytest.raises(PictureError, match=why):
        read_picture(data)


def test_pictures_come_as_base64_or_as_a_data_url() -> None:
    text = base64.b64encode(encoded(Image.new("RGB", (9, 9), "red"))).decode()
    assert decode_picture(text) == decode_picture(f"data:image/png;base64,{text}")
    assert decode_picture(text).data_url().startswith("data:image/jpeg;base64,/9j/")
    with pytest.raises(PictureError, match="Base64"):
        decode_picture("https://shop.example/a.png")
