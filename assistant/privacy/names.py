"""People's names where a customer states them: "my name is …", "Mr …", a signature.

A name that nothing announces is left: brands and models are called after people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.privacy.findings import Finding, Kind
from assistant.privacy.word_lists import word_list

_CAPITAL = r"(?:[A-ZÀ-ÞĀ-Ž][\w'’-]*(?:\.(?=\s[A-ZÀ-Þ]))?)"
_CAPITALS = (
    rf"{_CAPITAL}(?:[ ](?:(?:van|von|de|der|den|da|di|al|bin|la|le)[ ]){{0,2}}{_CAPITAL}){{0,3}}"
)
_ANY = r"[^\W\d_][\w'’-]*"
_RELATIVE = (
    r"(?:wife|husband|son|daughter|mother|father|mum|mom|dad|sister|brother|partner|girlfriend"
    r"|boyfriend|friend|boss|kid|child|grandson|granddaughter|grandma|grandpa|neighbour|neighbor|colleague|uncle|aunt|cousin)"
)

_STATED = re.compile(
    r"(?i:\bmy (?:full |first |last |family |sur|user)?name(?:'s|’s| is|:)"
    rf"|\bmy {_RELATIVE}(?:'s|’s) name is"
    rf"|\bmy {_RELATIVE} is (?:called|named)|\b(?:his|her|their) (?:full |first |last )?name is"
    r"|\b(?:i am|i'm|i’m) called|\bunder the name(?: of)?|\bin the name of|\bmy name as"
    r"|\bthe (?:recipient|customer|addressee)(?:'s name|’s name)? is|\brecipient:"
    r"|(?:^|[\n,;.(])\s?(?:full )?name:)\s+"
    rf"(?:(?P<name>{_CAPITALS})|(?P<small>{_ANY}(?: {_ANY})?))",
)
_LABEL = re.compile(rf"(?<!\w )\bname (?P<name>{_CAPITAL} {_CAPITALS})")
_RELATED = re.compile(rf"(?i:\b(?:my|our) {_RELATIVE}),? (?P<name>{_CAPITALS})")
_I_AM = re.compile(
    rf"(?i:\b(?:i'm|i’m|i am|im))\s(?P<name>{_CAPITALS})"
    r"(?=\s?(?:[,.;:!?()\n]|$|and\b|from\b|here\b|with\b))"
)
_I_AM_SMALL = re.compile(
    r"\b(?i:i'm|i’m|i am|this is)\s(?P<name>[a-z]{3,})(?=\s?(?:[,.;!?()\n]|$|and\b|from\b|here\b))"
)
_THIS_IS = re.compile(
    rf"(?i:(?:^|[.,!?]\s|\bhi\s|\bhello\s)this is)\s(?P<name>{_CAPITALS})"
    r"(?=\s?(?:[,.;!]|$|from\b|here\b|speaking\b|calling\b))"
)
_CALL_ME = re.compile(rf"(?i:\b(?:call|calls) me)\s(?P<name>{_CAPITAL})(?=\s?(?:[.,;!?\n]|$))")
_TITLE = re.compile(
    r"(?<!Swiss )\b(?:[Mm]rs?|MRS?|[Mm]s(?=\.)|Ms|Miss|[Dd]r|DR|Prof)\b\.?\s"
    rf"(?P<name>{_CAPITAL}(?: {_CAPITAL})?)(?!['’])"
)
_SIGNED = re.compile(
    r"(?i:\b(?:regards|sincerely|cheers|yours(?: truly)?|best wishes|many thanks|signed|greetings))"
    rf"\s*[,.\n]\s*(?P<name>{_CAPITALS})\s*(?:$|[,.\n])"
)
_HERE = re.compile(rf"(?i:(?:^|\b(?:hello|hi|hey),?\s))(?P<name>{_CAPITALS}) here\b")
_SENT = re.compile(
    r"(?i:\b(?:ship|deliver|send|sent|address|hand|give|addressed)\b"
    rf"(?: (?:it|them|this|these|the \w+))? to)\s(?P<name>{_CAPITAL} {_CAPITALS})"
)
_BESIDE = re.compile(rf"(?P<name>{_CAPITAL}(?: {_CAPITAL}){{1,2}})[,:;(\s-]{{1,3}}$")

_TITLED_BRANDS = word_list("titled_brands")
_NO_NAMES = word_list("no_names")
_ENDINGS = ("ing", "ed", "able", "ible", "ful", "ous", "ish", "less", "ive", "ly")
_GIVEN_NAMES = word_list("given_names")
_SMALL_STOPS = word_list("small_stops")


def find_names(text: str, beside: Iterable[Finding] = ()) -> Iterator[Finding]:
    """Names in half-width text; `beside` are e-mail addresses and phone numbers in it."""
    for match in _STATED.finditer(text):
        if match["name"] and match["name"].split()[0] not in _NO_NAMES:
            yield _finding(match)
        elif match["small"] and not match[0].lstrip("\n,;.( ").lower().startswith(("name", "full")):
            words = match["small"].split()
            kept = [words[0]] if words[-1].lower() in _SMALL_STOPS else words
            if kept[0].lower() not in _SMALL_STOPS:
                start = match.start("small")
                yield Finding(Kind.NAME, start, start + len(" ".join(kept)))
    for match in _LABEL.finditer(text):
        yield _finding(match)
    for match in (*_I_AM.finditer(text), *_CALL_ME.finditer(text), *_RELATED.finditer(text)):
        if _may_be_name(match["name"]):
            yield _finding(match)
    for match in _THIS_IS.finditer(text):
        if match["name"].split()[0] in _GIVEN_NAMES:
            yield _finding(match)
    for match in _I_AM_SMALL.finditer(text):
        if match["name"].title() in _GIVEN_NAMES:
            yield _finding(match)
    for match in _TITLE.finditer(text):
        first = re.sub("['’]s$", "", match["name"].split()[0])
        if first not in _TITLED_BRANDS | _NO_NAMES:
            yield _finding(match)
    for match in _SIGNED.finditer(text):
        if match["name"].split()[0] not in _NO_NAMES:
            yield _finding(match)
    for match in (*_SENT.finditer(text), *_HERE.finditer(text)):
        if match["name"].split()[0] in _GIVEN_NAMES:
            yield _finding(match)
    for other in beside:
        before = text[: other.start]
        match = _BESIDE.search(before[-60:])
        if match and match["name"].split()[0] not in _NO_NAMES:
            offset = len(before) - len(before[-60:])
            yield Finding(Kind.NAME, offset + match.start("name"), offset + match.end("name"))


def _finding(match: re.Match[str]) -> Finding:
    return Finding(Kind.NAME, *match.span("name"))


def _may_be_name(name: str) -> bool:
    """Whether "I'm …" may be followed by a name here, not by what somebody is."""
    words = name.split()
    if words[0] in _GIVEN_NAMES:
        return True
    ordinary = words[0] in _NO_NAMES or words[0].lower().endswith(_ENDINGS)
    return not ordinary and len(words[0]) > 2 and not words[0].isupper()
