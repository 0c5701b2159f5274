"""How far a "not" reaches: "not black or red", "no leather please, brown is fine", 不要黑色.

A negation covers the first thing named after its cue and those joined to it by "or", "nor" or
an "and" between things of one kind; a comma, a contrast ("but", "rather") or a condition of
another kind ends it. Phrases that only sound negative ("not too expensive", "no problem",
"non-slip") are no cues.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language import has_chinese
from assistant.understanding.vocabulary import Kind, Span, ordinary_words
from assistant.understanding.words import grammar_pattern, grammar_words

EXCLUDABLE: tuple[Kind, ...] = (
    "colour", "brand", "material", "feature", "style", "value", "category", "product", "use",
    "audience",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Words from `start` to `end` that say what is not wanted: known `spans`, or free `words`."""

    start: int
    end: int
    spans: tuple[Span, ...]
    words: tuple[str, ...] = ()


_CUE = grammar_pattern("exclusions", "cue")
_FILLER = grammar_pattern("exclusions", "filler")
_NOT_A_CUE = grammar_pattern("exclusions", "not_a_cue")
_JOIN = grammar_pattern("exclusions", "join")
_JOIN_SAME = re.compile(r"\s*(?:and|&|,|,\s*and)\s+(?:any |a |an |the )*")
_LIST_AHEAD = re.compile(r"^[^.;!?]{0,40}?\b(?:or|nor)\b")
_FINE_AFTER = re.compile(
    r"\s*(?:is|are|would be|will be|works?|seems|looks)(?: (?:also|just|all|totally|perfectly))? "
    r"(?:fine|ok|okay|good|great|alright|best|better|perfect|nice|preferred)"
)
_FREE_STOP = grammar_words("exclusions", "free_stop")
# Cues strong enough to refuse a thing the vocabulary does not know.
_REFUSES = re.compile(
    r"without|w/o|no\b|free|any|not a|allergic|avoid|exclud|except|hate|dislike"
    r"|.* (?:want|like|have|contain|include|show(?: me)?|wear|prefer)$"
)
_ZH_CUE = re.compile(
    r"(?:(?<!要)不想要|(?<!要)不要|别要|不喜欢|不爱|讨厌|不用|不含|不带|不是|别给我|不考虑|拒绝|不买|避免|排除|除了|除去|除开|不能是|不能有|没有|除)"
    r"(?!超过|太贵|贵|紧|问题|太|高于|大于|低于|一会|多少|关系|所谓|吗|呢)(?:要|是|有|带|含|任何|那种|那个|用)?"
)
_ZH_JOIN = re.compile(
    r"(?:色)?\s*(?:的)?\s*(?:和|或者|或|跟|与|、|及|以及|还有|也不要)(?:任何)?\s*"
)
_ZH_TAIL = re.compile(r"(?:的|色的|色)?(?:以外|之外|外)?(?:的)?(?:都可以|都行|都好|均可)?")


def find_exclusions(
    text: str, spans: Sequence[Span], taken: Sequence[tuple[int, int]]
) -> list[Exclusion]:
    """The exclusions of a clean text, in order.

    `taken` are stretches already understood as something else (prices, sizes, "waterproof"
    in "no need for ..."), where no cue is looked for.
    """
    found: list[Exclusion] = []
    done = 0
    for match in sorted([*_CUE.finditer(text), *_ZH_CUE.finditer(text)], key=lambda m: m.start()):
        if match.start() < done or any(a <= match.start() < b for a, b in taken):
            continue
        if any(span.start <= match.start() < span.end for span in spans):
            continue
        chinese = has_chinese(match.group())
        exclusion = _chinese(text, match, spans) if chinese else _english(text, match, spans, taken)
        if exclusion is not None:
            found.append(exclusion)
            done = exclusion.end
    return found


def _english(
    text: str, cue: re.Match[str], spans: Sequence[Span], taken: Sequence[tuple[int, int]]
) -> Exclusion | None:
    if _NOT_A_CUE.match(text, cue.end()):
        return None
    filler = _FILLER.match(text, cue.end())
    place = filler.end() if filler else cue.end()
    while place < len(text) and text[place] == " ":
        place += 1
    if any(a <= place < b for a, b in taken):
        return None
    covered: list[Span] = []
    end = place
    while True:
        run = _run(text, spans, end)
        if not run:
            break
        covered += run
        end = run[-1].end
        joined = _JOIN.match(text, end)
        if joined is None:
            same = _JOIN_SAME.match(text, end)
            if same and _same_kind(run[-1], _span_at(spans, same.end())):
                comma = "," in same.group()
                if not comma or _LIST_AHEAD.match(text[same.end() :]):
                    joined = same
        if joined is None or not _run(text, spans, joined.end()):
            break
        next_run = _run(text, spans, joined.end())
        if _FINE_AFTER.match(text, next_run[-1].end):
            break
        end = joined.end()
    if covered:
        if _FINE_AFTER.match(text, end):
            return None
        essential = _essential(covered)
        return Exclusion(cue.start(), essential[-1].end, tuple(essential))
    words = _free_words(text, place)
    if not words:
        return None
    if not _REFUSES.match(cue.group()):
        # "headphones, not in-ear": a bare "not" refuses what ends its clause and is no plain word.
        clause = re.search(r"(?:^|[,;]|\bbut)\s*$", text[: cue.start()])
        ends = re.match(r"\s*(?:$|[,.;!?])", text[words[1] :])
        told = text[words[0] : words[1]].split()
        if not (clause and ends) or all(word in ordinary_words() for word in told):
            return None
    if cue.group() in ("no", "not") and place > cue.end() + 1 and text[cue.end()] in ",.":
        return None
    start, stop = words
    return Exclusion(cue.start(), stop, (), (text[start:stop],))


def _chinese(text: str, cue: re.Match[str], spans: Sequence[Span]) -> Exclusion | None:
    if cue.group().startswith("没有") and re.search(
        r"(?:有|吗|呢|么)[^,，。]*$", text[: cue.start()]
    ):
        return None
    if cue.group() == "没有" and cue.start() and text[cue.start() - 1] == "有":
        return None
    covered: list[Span] = []
    place = cue.end()
    while place < len(text) and text[place] in " 是用穿":
        place += 1
    while (span := _span_at(spans, place)) is not None:
        covered.append(span)
        place = span.end
        joined = _ZH_JOIN.match(text, place)
        if joined and _span_at(spans, joined.end()) is not None:
            place = joined.end()
    if not covered:
        return None
    essential = _essential(covered)
    place = essential[-1].end
    tail = _ZH_TAIL.match(text, place)
    return Exclusion(cue.start(), tail.end() if tail else place, tuple(essential))


def _run(text: str, spans: Sequence[Span], place: int) -> list[Span]:
    """The spans that follow one another from `place` with nothing but spaces between."""
    run: list[Span] = []
    span = _span_at(spans, place)
    while span is not None:
        run.append(span)
        place = span.end
        if text[place : place + 1] == " ":
            place += 1
        span = _span_at(spans, place)
    return run


def _essential(covered: list[Span]) -> list[Span]:
    """Without the thing itself where a property of it is what is refused: "no black jackets"."""
    properties = [span for span in covered if span.entry("category", "product") is None
                  or span.entry("colour", "material") is not None]  # fmt: skip
    return properties or covered


def _same_kind(left: Span, right: Span | None) -> bool:
    if right is None:
        return False
    return bool({entry.kind for entry in left.entries} & {entry.kind for entry in right.entries})


def _span_at(spans: Sequence[Span], place: int) -> Span | None:
    return next((span for span in spans if span.start == place and span.entry(*EXCLUDABLE)), None)


def _free_words(text: str, place: int) -> tuple[int, int] | None:
    """Where the first unknown noun phrase from `place` stands, three words at most."""
    end = place
    count = 0
    for match in re.finditer(r"[a-z][a-z'\-]*", text[place:]):
        if count and not re.fullmatch(r" ?", text[end : place + match.start()]):
            break
        if not count and match.start():
            return None
        if match.group() in _FREE_STOP or count == 2:
            break
        count, end = count + 1, place + match.end()
    return (place, end) if count else None
