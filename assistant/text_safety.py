"""Making foreign text harmless before a model reads it or a customer sees it quoted."""

from __future__ import annotations

import re
import unicodedata

# Words of text that talks to a machine instead of describing a thing. A sentence with one is
# neither shown to a model nor taken as evidence; this is a second net: what a model writes is
# verified whatever it has read.
_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,60}"
    r"\b(instruct\w*|previous|prior|above|rules?|prompts?|everything|guidelines?|said)\b"
    r"|\b(system|developer|hidden|secret)\s*(prompt|message|instruct\w*|note)\b"
    r"|\b(assistant|chatbot|language model|ai|llm|gpt|shopping guide)s?\b.{0,40}"
    r"\b(must|should|shall|has to|have to|need to|will|please|always|never|say|tell|reply)\b"
    r"|\b(you|u)\b.{0,12}\b(must|are now|have to|shall|are required)\b"
    r"|\b(say|tell|reply|respond|answer|output|print|write|repeat|announce|inform|mention)\b"
    r".{0,30}\b(that|with|the (customer|user|buyer|shopper)|exactly|following|only|every)\b"
    r"|</?\s*(system|user|assistant|data|instruction|im_start|im_end)\b|<\|"
    r"|忽略|无视|忘记.{0,8}(指令|规则|提示)|系统提示|你(必须|现在是|应该)|请(回答|回复|告诉|输出|说)"
    r"|(助手|机器人|模型|人工智能).{0,10}(必须|应当|应该|请|要)",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"<[^<>]{0,200}>|[`*_#|{}\[\]\\]+")
_ENCODED = re.compile(r"\b[A-Za-z0-9+/]{40,}={0,2}")
_SENTENCE = re.compile(r"(?<=[.!?。！？;；])\s*|\n+")


def plain(text: str, limit: int | None = None) -> str:
    """`text` on one line without control, zero-width and bidirectional characters or markup."""
    normal = unicodedata.normalize("NFKC", text)
    visible = "".join(
        " " if character.isspace() else character
        for character in normal
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs"}
    )
    clean = " ".join(_MARKUP.sub(" ", visible).split())
    if limit is None or len(clean) <= limit:
        return clean
    return clean[:limit].rsplit(" ", 1)[0] + "…"


_COMMAND = re.compile(
    r"\W*(?:please\s+)?(?:say|tell|reply|answer|respond|print|output|write|repeat|ignore|forget)\b"
    r"|\W*(?:请)?(?:说|回答|回复|输出|忽略)",
    re.IGNORECASE,
)


def is_command(value: object) -> bool:
    """Whether the value of a field begins as an order to a machine does: "say HACKED"."""
    return isinstance(value, str) and _COMMAND.match(value) is not None


def gives_orders(text: str) -> bool:
    """Whether the text seems to address a machine: an order, a role tag, an encoded block."""
    normal = unicodedata.normalize("NFKC", text)
    return bool(_ORDERS.search(normal) or _ENCODED.search(normal))


def without_orders(text: str) -> str:
    """The text of a page of the shop's own, without sentences that give a machine orders.

    Unlike with texts of strangers, what stands beside such a sentence is kept.
    """
    if not gives_orders(text):
        return text
    parts = [part for part in _SENTENCE.split(text) if part and part.strip()]
    return " ".join(part.strip() for part in parts if not gives_orders(part))


def describing_sentences(text: str) -> list[str]:
    """The sentences of `text` that describe; those that give orders are left out.

    Where one sentence gives orders its neighbours may carry them on, so those go too.
    """
    raw = [part for part in _SENTENCE.split(text) if part and part.strip()]
    orders = [gives_orders(part) for part in raw]
    near = [any(orders[max(0, at - 1) : at + 2]) for at in range(len(raw))]
    return [
        clean for part, bad in zip(raw, near, strict=True) if not bad and (clean := plain(part))
    ]
