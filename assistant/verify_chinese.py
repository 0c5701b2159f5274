"""The word check for Chinese sentences: segmented by jieba, each word neutral or on record."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.claims import PROMISES, SUPERLATIVES, ClaimError
from assistant.evidence import Evidence, stem
from assistant.neutral_words import CHINESE, ENGLISH

_DENIED = re.compile(r"不|没|無|无|未|非|别|勿")
_PROMISED = re.compile(
    r"免费|包邮|免邮|保修|质保|保证|承诺|打折|折扣|优惠|促销|秒杀|赠|送货|配送|发货|到货|退|换货|返现|"
    r"立减|领券|红包|限时|限量|今天|明天|最|第一|唯一|更|首选|顶级|极致|完美|绝对|百分之"
)
_SKIPPED = re.compile(r"[\s§¤，。、；：！“”‘’（）()《》,.;:!\-–—·…/&+\"']+")
# A negating character inside a word of its own: these are things, not denials.
_WHOLE = ("不锈钢", "无线", "无纺布", "无人机", "别致", "非常", "不错")


def check_chinese_words(text: str, subjects: Sequence[Evidence], soft: frozenset[str]) -> int:
    """Every word must be neutral or stand in each record; returns how many were evidence."""
    import jieba

    plain = text
    for word in _WHOLE:
        plain = plain.replace(word, "")
    if (said := _DENIED.search(plain)) is not None:
        raise ClaimError(f"a negation: {said.group()}")
    if (said := _PROMISED.search(text)) is not None:
        raise ClaimError(f"a promise or superlative: {said.group()}")
    told = 0
    for word in jieba.lcut(text):
        if _SKIPPED.fullmatch(word) or word in CHINESE:
            continue
        if word.isascii():
            root = stem(word)
            if root in PROMISES or root in SUPERLATIVES:
                raise ClaimError(f"a promise or superlative: {word}")
            if all(root in each.stated for each in subjects):
                told += 1
            elif word.casefold() not in ENGLISH:
                raise ClaimError(f"no evidence for: {word}")
        elif all(word.casefold() in each.text for each in subjects):
            told += 1
        elif all(character in CHINESE for character in word):
            continue
        elif word in soft and all(_describes(each, word) for each in subjects):
            told += 1
        else:
            raise ClaimError(f"no evidence for: {word}")
    return told


def _describes(evidence: Evidence, word: str) -> bool:
    return any(word in described for described in evidence.described)
