"""Text that a message carries in disguise: base64 and hexadecimal."""

from __future__ import annotations

import base64
import binascii
import re

from assistant.text_safety import gives_orders

_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_\-]{16,}={0,2}(?![\w+/])")
_HEX = re.compile(r"(?<!\w)(?:(?:0x|\\\\x)?[0-9a-fA-F]{2}[\s:]?){12,}(?!\w)")
_WORDS = re.compile(r"[A-Za-z]{2,}(?:\W+[A-Za-z]{2,})+|[\u4e00-\u9fff]{4,}")


def decoded_texts(message: str) -> list[str]:
    """What the encoded stretches of a message say; a stretch that is no readable text says nothing.

    A product's number or a long word decodes to noise and is left out.
    """
    texts = [_from_base64(match.group()) for match in _BASE64.finditer(message)]
    texts += [_from_hex(match.group()) for match in _HEX.finditer(message)]
    return [text for text in texts if text and _WORDS.search(text)]


def hides_orders(message: str) -> bool:
    """Whether a message carries readable text in disguise, which no wish for a product does."""
    return any(gives_orders(text) or len(text.split()) > 1 for text in decoded_texts(message))


def _from_base64(found: str) -> str:
    plain = found.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return _readable(raw)


def _from_hex(found: str) -> str:
    digits = re.sub(r"0x|\\\\x|[\s:]", "", found)
    return _readable(bytes.fromhex(digits)) if len(digits) % 2 == 0 else ""


def _readable(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() or text.replace("\n", " ").isprintable() else ""
