"""Chinese names where a customer states them: 我叫…, 收件人：…, …先生."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from assistant.privacy.findings import Finding, Kind
from assistant.privacy.word_lists import word_list

_HAN = r"[\u4e00-\u9fff]"
_COMPOUND = "|".join(sorted(word_list("chinese_compound_surnames")))
_SURNAMES = "".join(sorted(word_list("chinese_surnames")))
_SURNAME = rf"(?:{_COMPOUND}|[{_SURNAMES}])"
# What ends a name where no sign does: the beginning of what the customer goes on to say.
_GO_ON = (
    "，。！？、；：,.!?;:()（）~\\s"
    "的是想要在有买和与跟我你您请麻手电地住今来给寄送收下订问需也就了吗呢吧啊哦"
)
_END = rf"(?=[{_GO_ON}A-Za-z0-9]|$)"

_STATED = re.compile(
    r"(?:我的?(?:名字|姓名)(?:叫做|叫|是|为|:)|(?:我|老公|老婆|妻子|丈夫|儿子|女儿|孩子|宝宝|妈妈|爸爸|母亲|父亲"
    r"|朋友|同事|他|她)(?:的名字)?(?:名)?叫做?|名字叫做?|叫我|称呼我(?:为)?)"
    rf"(?P<name>{_SURNAME}{_HAN}{{1,2}}?{_END}|{_SURNAME}{_HAN}{{2}}|[小阿老]{_HAN}{{1,2}}{_END})"
)
_LABELLED = re.compile(
    r"(?:(?:客户|收货人|收件人)?姓名|收件人|收货人|联系人|户名|签名|落款|署名)(?:是|为|叫|:)?\s?"
    rf"(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:{_END}|(?=身份证|电话|手机|地址|住))"
)
_WEAK = re.compile(
    rf"(?:我是|这里是|本人|我(?:爸|妈|哥|姐|弟|妹|老公|老婆|朋友|同事|爷爷|奶奶)|寄给|写给|转告|转交给?|交给|送给|发给|通知)"
    rf"(?P<name>{_SURNAME}{_HAN}{{1,2}})(?<!女士|先生|小姐|太太|经理|老师)(?!的){_END}(?![A-Za-z0-9])"
)
_RECIPIENT = re.compile(
    rf"(?:^|[，。！？,.!?\s])(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=是(?:收件人|收货人|联系人))"
)
_SURNAME_ALONE = re.compile(rf"我姓(?P<name>{_SURNAME}){_END}")
_TITLED = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|请|找|给|问|告|和|跟|是|叫|我|位|姓|知|系|让)"
    rf"(?P<name>{_SURNAME}{_HAN}{{0,2}}?)(?=先生|女士|小姐(?!姐)|太太|经理)"
)
_BESIDE = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|是)(?P<name>{_SURNAME}{_HAN}{{1,2}})[，,、:：\s]{{0,2}}(?:的?(?:电话|手机|邮箱)号?码?(?:是|:)?\s?)?$"
)
_ALSO_NAMES = word_list("chinese_also_names")
_NO_NAMES = word_list("chinese_no_names")
_NOT_GIVEN = frozenset("不啥什么谁没过做出来着成我你他她它们这那哪个只件款")


def find_chinese_names(text: str, beside: Iterable[Finding] = ()) -> Iterator[Finding]:
    """Names in half-width text; `beside` are e-mail addresses and phone numbers in it."""
    for pattern in (_STATED, _LABELLED):
        for match in pattern.finditer(text):
            if not set(match["name"]) & _NOT_GIVEN:
                yield Finding(Kind.NAME, *match.span("name"))
    for pattern in (_WEAK, _RECIPIENT):
        for match in pattern.finditer(text):
            if not _is_ordinary(match["name"]):
                yield Finding(Kind.NAME, *match.span("name"))
    for pattern in (_SURNAME_ALONE, _TITLED):
        for match in pattern.finditer(text):
            if len(match["name"]) == 1 or not _is_ordinary(match["name"]):
                yield Finding(Kind.NAME, *match.span("name"))
    for other in beside:
        offset = max(0, other.start - 24)
        match = _BESIDE.search(text[offset : other.start])
        if match and not set(match["name"]) & _NOT_GIVEN:
            name = match["name"]
            if name not in _ordinary_words() - _ALSO_NAMES:
                yield Finding(Kind.NAME, offset + match.start("name"), offset + match.end("name"))


def _is_ordinary(name: str) -> bool:
    """Whether the word, or its beginning, is in the dictionary as anything but a name."""
    if set(name) & _NOT_GIVEN:
        return True
    words = _ordinary_words()
    return name in words or (
        len(name) == 3 and name[:2] in words - word_list("chinese_compound_surnames")
    )


@cache
def _ordinary_words() -> frozenset[str]:
    """Words that begin like a surname and are none, from jieba's dictionary with its tags."""
    import jieba

    surnames = set(_SURNAMES) | {each[0] for each in word_list("chinese_compound_surnames")}
    words: set[str] = set()
    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            if line[0] in surnames:
                word, count, tag = line.split(" ")
                # The dictionary takes many a frequent word for a name.
                if 2 <= len(word) <= 3 and (not tag.startswith("nr") or int(count) > 500):
                    words.add(word)
    return frozenset(words | _NO_NAMES)
