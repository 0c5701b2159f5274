"""What the customer is told when a person comes or goes, in the conversation's language."""

from __future__ import annotations

from assistant.language import Language
from assistant.takeover.timeline import MessageKind

_NOTICES: dict[Language, dict[MessageKind, str]] = {
    "en": {
        MessageKind.JOINED: "{name} has joined and will answer you here.",
        MessageKind.LEFT: (
            "{name} had to leave. A colleague will go on here; meanwhile you can ask the guide."
        ),
        MessageKind.HANDED_BACK: "{name} has left. The guide answers you again.",
        MessageKind.CLOSED: (
            "{name} has ended this part of the conversation. If there is anything else, just write."
        ),
        MessageKind.DISMISSED: (
            "The request for a colleague is closed. The guide still helps you; say so if you "
            "need a person again."
        ),
    },
    "zh": {
        MessageKind.JOINED: "{name}已加入对话，会在这里回复您。",
        MessageKind.LEFT: "{name}临时离开了，会有其他同事继续跟进；在此期间您可以继续问导购助手。",
        MessageKind.HANDED_BACK: "{name}已离开对话，导购助手会继续为您服务。",
        MessageKind.CLOSED: "{name}结束了这段对话。如果还有其他需要，直接留言就好。",
        MessageKind.DISMISSED: (
            "转人工的请求已关闭。导购助手会继续为您服务；如果还需要人工，请告诉我们。"
        ),
    },
}


def notice(kind: MessageKind, language: Language, name: str) -> str:
    """The words of a notice; `name` is the colleague's."""
    return _NOTICES[language][kind].format(name=name)


_WITH: dict[Language, str] = {
    "en": "{name} has your message. The answer will come here: ask again in a moment.",
    "zh": "{name}已收到您的消息，回复会出现在这里，请稍后再问一下。",
}
_SAID: dict[Language, str] = {"en": "{name}: {text}", "zh": "{name}：{text}"}


def patience(language: Language, name: str) -> str:
    """For a customer who must ask for an answer: there is none yet."""
    return _WITH[language].format(name=name)


def quoted(language: Language, name: str, text: str) -> str:
    """A colleague's words where nothing else shows whose they are."""
    return _SAID[language].format(name=name, text=text)
