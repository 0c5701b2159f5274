"""Texts as shops export them, made plain: HTML out, odd characters out, spacing sensible."""

from __future__ import annotations

import html
import re

from bs4 import BeautifulSoup
from bs4.element import PreformattedString

_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# C0 and C1 controls but tab and newlines; byte order marks; characters that reorder text.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u202a-\u202e\u2066-\u2069]"
)
# Nearly every short value: a letter or digit, then ASCII without "<", "&" or line breaks.
_PLAIN = re.compile(r"[A-Za-z0-9][ -%'-;=-~]*")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
_BULLET = re.compile(r"^(?:[•·▪◦●‣*]|[-–](?=\s))\s*", re.MULTILINE)
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "head", "svg")
_BLOCKS = (
    *("address", "article", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figure"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol"),
    *("option", "p", "pre", "section", "table", "tr", "ul"),
)


def plain_text(text: str) -> str:
    """The words of a text that may hold HTML; one line a paragraph, list item or table row.

    A text that is only escaped HTML (`&lt;p&gt;`, as feeds have it) is unescaped first.
    Characters with no place in a text (controls, lone surrogates) are dropped.
    """
    if _PLAIN.fullmatch(text) and "  " not in text:
        return text.rstrip(" ")
    for _ in range(2):
        if _TAG.search(text):
            text = _without_tags(text)
            break
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    text = text.replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()
    return _BULLET.sub("", text)


def one_line(text: str) -> str:
    """`plain_text` for names and titles: no line breaks."""
    return plain_text(text).replace("\n", " ")


def has_control_characters(text: str) -> bool:
    """Whether a text holds characters that no identifier should."""
    return bool(_CONTROL.search(text) or _SURROGATE.search(text) or re.search(r"[\r\n\t]", text))


def _without_tags(markup: str) -> str:
    soup = BeautifulSoup(markup, "lxml")
    for unseen in soup(_UNSEEN):
        unseen.decompose()
    for comment in soup.find_all(string=lambda part: isinstance(part, PreformattedString)):
        comment.extract()
    # A line break inside HTML is only a space; blocks are what breaks lines.
    for part in soup.find_all(string=True):
        if "\n" in part:
            part.replace_with(str(part).replace("\n", " "))
    for block in soup(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    for cell in soup(("td", "th")):
        cell.insert_after(" ")
    return soup.get_text()
