"""The official MCP client uses the guide's tools, over HTTP and over stdio."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from own_loop import in_own_loop
from visiting import RealSite

from ui.api.keys import Scope

TOOLS = {"search_products", "get_product", "compare_products", "ask_guide", "get_cart",
         "update_cart"}  # fmt: skip
Use = Callable[[Client], Awaitable[None]]


def over_http(site: RealSite, headers: dict[str, str], use: Use) -> None:
    async def go() -> None:
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(f"{site.address}/mcp", http_client=http)
            async with Client(transport) as client:
                await use(client)

    in_own_loop(go)


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return " ".join(part.text for part in result.content if part.type == "text")


def test_an_agent_shops_over_http(real_site: RealSite) -> None:
    async def use(client: Client) -> None:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        found = await call(client, "search_products", query="rain jacket", filters=["price<=80"])
        assert found["results"]
        assert all(float(each["price"]) <= 80 for each in found["results"])
        record = await call(client, "get_product", product_id="jacket-1")
        assert (record["title"], record["sale_price"]) == ("Ridgeline Rain Jacket", "89.00")
        table = await call(client, "compare_products", product_ids=["jacket-1", "jacket-2"])
        assert {"name": "price", "values": ["$89.00", "$74.50"]} in table["rows"]

        first = await call(client, "ask_guide", message="a waterproof jacket under $100")
        conversation = first["conversation"]
        assert first["products"]
        second = await call(client, "ask_guide", message="in red", conversation=conversation)
        assert second["conversation"] == conversation
        await call(client, "update_cart", conversation=conversation, product_id="jacket-3",
                   quantity=2)  # fmt: skip
        cart = await call(client, "get_cart", conversation=conversation)
        assert cart["totals"] == {"USD": "198.00"}
        history = real_site.guide.history(conversation.partition(".")[0])
        assert [turn.message for turn in history][:2] == [
            "a waterproof jacket under $100",
            "in red",
        ]

        assert "no product none" in await refusal(client, "get_product", product_id="none")
        assert "price~1" in await refusal(client, "search_products", query="x", filters=["price~1"])
        forged = conversation.partition(".")[0] + ".forged"
        assert "no such conversation" in await refusal(client, "get_cart", conversation=forged)

    over_http(real_site, real_site.key(Scope.CHAT, Scope.SEARCH), use)


@pytest.mark.parametrize(("scopes", "status"), [((), 401), ((Scope.CHAT,), 403)])
def test_tools_need_a_key(real_site: RealSite, scopes: tuple[Scope, ...], status: int) -> None:
    headers = real_site.key(*scopes) if scopes else {}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = httpx.post(f"{real_site.address}/mcp", json=body, headers=headers, timeout=30)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_command_offers_the_tools_on_stdio(real_site: RealSite) -> None:
    root = str(Path(__file__).resolve().parents[2])
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ui.cli", "mcp"],
        env={
            "PYTHONPATH": root,
            "SHOPGUIDE_DATA_DIR": str(real_site.settings.data_dir),
            "SHOPGUIDE_WRITER": "composer",
            "SHOPGUIDE_OTHER_LANGUAGES": "off",
        },
        cwd=str(real_site.settings.data_dir),
    )

    async def go() -> None:
        async with Client(server) as client:
            found = await call(client, "search_products", query="jacket", limit=2)
            assert len(found["results"]) <= 2
            answer = await call(client, "ask_guide", message="防水夹克")
            assert answer["products"]

    in_own_loop(go)
