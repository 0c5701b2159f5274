"""The official client of OpenAI's API talks to the guide, unmodified."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from visiting import RealSite

from ui.api.keys import Scope

WISH: ChatCompletionMessageParam = {"role": "user", "content": "a waterproof jacket under $100"}
Talk = list[ChatCompletionMessageParam]


@pytest.fixture
def client(real_site: RealSite) -> Iterator[openai.OpenAI]:
    key = real_site.key(Scope.CHAT)["Authorization"].removeprefix("Bearer ")
    with openai.OpenAI(
        base_url=f"{real_site.address}/v1", api_key=key, max_retries=0, timeout=30
    ) as client:
        yield client


def conversation_of(answer: object) -> tuple[str, int]:
    reply = answer.model_extra["shopguide"]  # type: ignore[attr-defined]
    return reply["conversation_id"], reply["turn"]


def test_a_talk_is_one_conversation(client: openai.OpenAI, real_site: RealSite) -> None:
    assert [model.id for model in client.models.list()] == ["shopguide"]
    talk: Talk = [{"role": "system", "content": "Be brief."}, WISH]
    first = client.chat.completions.create(model="shopguide", messages=talk, temperature=0.2)
    content = first.choices[0].message.content or ""
    assert "1. [" in content
    assert f"{real_site.address}/product/jacket-" in content
    talk += [{"role": "assistant", "content": f" {content}\n"}, {"role": "user", "content": "red"}]
    second = client.chat.completions.create(model="shopguide", messages=talk)
    assert conversation_of(second) == (conversation_of(first)[0], 2)
    wish = second.model_extra["shopguide"]["constraints"]  # type: ignore[index]
    assert wish["price"]["max"] == "100"

    # Taken up again at an earlier place, the talk goes on beside the first.
    talk[-1] = {"role": "user", "content": "in blue"}
    beside = client.chat.completions.create(model="shopguide", messages=talk)
    assert conversation_of(beside)[0] != conversation_of(first)[0]
    assert beside.model_extra["shopguide"]["constraints"]["price"]["max"] == "100"  # type: ignore[index]


def test_a_talk_is_streamed(client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="shopguide", messages=[WISH], stream=True))
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert content.startswith("1. [")
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert content.endswith(chunks[-1].model_extra["shopguide"]["text"])  # type: ignore[index]
    talk: Talk = [WISH, {"role": "assistant", "content": content}, {"role": "user", "content": "?"}]
    again = client.chat.completions.create(model="shopguide", messages=talk)
    assert conversation_of(again)[1] == 2


def test_what_cannot_be_answered_is_refused_as_the_client_expects(
    client: openai.OpenAI, real_site: RealSite
) -> None:
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sg_wrong").chat.completions.create(
            model="shopguide", messages=[WISH]
        )
    search = real_site.key(Scope.SEARCH)["Authorization"].removeprefix("Bearer ")
    with pytest.raises(openai.PermissionDeniedError):
        client.with_options(api_key=search).chat.completions.create(
            model="shopguide", messages=[WISH]
        )
    picture: ChatCompletionMessageParam = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}],
    }
    for messages in ([picture], [{"role": "assistant", "content": "hello"}]):
        with pytest.raises(openai.UnprocessableEntityError):
            client.chat.completions.create(model="shopguide", messages=messages)  # type: ignore[arg-type]
