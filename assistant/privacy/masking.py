"""Masking: a text without what names a person, fit to be stored, shown to staff, trained on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from assistant.privacy.addresses import find_addresses
from assistant.privacy.chinese_names import find_chinese_names
from assistant.privacy.contacts import find_contacts
from assistant.privacy.findings import Finding, Kind, apart, half_width
from assistant.privacy.names import find_names
from assistant.privacy.numbers import find_numbers
from assistant.privacy.phones import REGIONS, find_phones

_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(kind.value for kind in Kind)})\]")
_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders such as "[email]" in place of `findings`."""

    text: str
    findings: tuple[Finding, ...]

    @property
    def spoken(self) -> str:
        """The text with nothing in place of them: what the guide reads and searches for."""
        return (
            _SPACES.sub(" ", _PLACEHOLDER.sub("", self.text)).strip()
            if self.findings
            else self.text
        )


def nothing_known(_text: str) -> bool:
    """No number is known to be a product's."""
    return False


class Masker:
    """Finds and replaces; knows the shop's countries and, by `is_product`, its product ids."""

    def __init__(
        self,
        regions: Sequence[str] = REGIONS,
        is_product: Callable[[str], bool] = nothing_known,
    ) -> None:
        self._regions = tuple(regions)
        self._is_product = is_product

    def find(self, text: str) -> list[Finding]:
        """What names a person, in order of place."""
        plain = half_width(text)
        numbers = [*find_contacts(plain), *find_numbers(plain), *find_phones(plain, self._regions)]
        known = [each for each in numbers if not self._is_product(text[each.start : each.end])]
        firm = apart(known)
        contact = [each for each in firm if each.kind in (Kind.EMAIL, Kind.PHONE)]
        names = [*find_names(plain, contact), *find_chinese_names(plain, contact)]
        return apart([*firm, *find_addresses(plain), *names])

    def mask(self, text: str, spared: Sequence[str] = ()) -> Masked:
        """The text with a placeholder for each finding but those in one of the texts `spared`."""
        findings = tuple(
            each
            for each in self.find(text)
            if not any(text[each.start : each.end] in known for known in spared)
        )
        if not findings:
            return Masked(text, ())
        pieces: list[str] = []
        at = 0
        for finding in findings:
            pieces += [text[at : finding.start], f"[{finding.kind.value}]"]
            at = finding.end
        return Masked("".join((*pieces, text[at:])), findings)

    def mask_all(self, value: object) -> object:
        """A JSON value with every text in it masked; names of fields stay."""
        if isinstance(value, str):
            return self.mask(value).text
        if isinstance(value, Mapping):
            items = cast("Mapping[str, object]", value).items()
            return {name: self.mask_all(each) for name, each in items}
        if isinstance(value, list | tuple):
            return [self.mask_all(each) for each in cast("Sequence[object]", value)]
        return value
