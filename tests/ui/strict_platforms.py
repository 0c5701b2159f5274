"""What the platforms refuse, by their documentation; None for what they would take."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

Json = dict[str, Any]


def fault(request: httpx.Request) -> str | None:
    """What the platform at this address would not take."""
    body = json.loads(request.content)
    host, path = request.url.host, request.url.path
    if host == "api.telegram.org":
        return _telegram(path.rpartition("/")[2], body)
    if host == "slack.com":
        return _slack(body)
    if host == "graph.facebook.com":
        return _whatsapp(body)
    if host == "desk.example":
        return _chatwoot(path, body)
    return None if body["type"] in ("reply", "message") else "an unknown type"


def _telegram(method: str, body: Json) -> str | None:
    if method == "answerCallbackQuery":
        return None if body["callback_query_id"] else "no callback query"
    shown = re.sub(r"<[^>]*>", "", body["text"]).replace("&lt;", "<").replace("&gt;", ">")
    if not shown.strip():
        return "Bad Request: message text is empty"
    if len(shown.replace("&amp;", "&")) > 4096:
        return "Bad Request: message is too long"
    if re.search(r"<(?!/?(a|b|i)\b)|&(?!amp;|lt;|gt;|quot;|#)", body["text"]):
        return "Bad Request: can't parse entities"
    for row in body.get("reply_markup", {}).get("inline_keyboard", []):
        if not 1 <= len(row) <= 8:
            return "a row of no or too many buttons"
        for button in row:
            if not button["text"].strip():
                return "Bad Request: text buttons are empty"
            if ("url" in button) == ("callback_data" in button):
                return "Bad Request: one kind of button"
            if len(button.get("callback_data", "x").encode()) not in range(1, 65):
                return "Bad Request: BUTTON_DATA_INVALID"
            if not button.get("url", "https://").startswith("https://"):
                return "Bad Request: BUTTON_URL_INVALID"
    return None


def _slack(body: Json) -> str | None:
    blocks = body["blocks"]
    if not 1 <= len(blocks) <= 50:
        return "invalid_blocks: how many"
    for block in blocks:
        if block["type"] == "section":
            if not 1 <= len(block["text"]["text"]) <= 3000:
                return "invalid_blocks: text"
            accessory = block.get("accessory")
            if accessory is not None:
                if not 1 <= len(accessory["alt_text"]) <= 2000:
                    return "invalid_blocks: alt_text"
                if not accessory["image_url"].startswith("https://"):
                    return "invalid_blocks: image_url"
        elif block["type"] == "actions":
            elements = block["elements"]
            if not 1 <= len(elements) <= 25:
                return "invalid_blocks: elements"
            if len({each["action_id"] for each in elements}) != len(elements):
                return "invalid_blocks: action_id"
            if any(not 1 <= len(each["text"]["text"]) <= 75 for each in elements):
                return "invalid_blocks: button"
            if any(len(each["value"]) > 2000 for each in elements):
                return "invalid_blocks: value"
        else:
            return f"invalid_blocks: {block['type']}"
    return None


def _whatsapp(body: Json) -> str | None:
    if body["type"] == "text":
        return None if 1 <= len(body["text"]["body"].strip()) <= 4096 else "(#131009) text"
    interactive = body["interactive"]
    if not 1 <= len(interactive["body"]["text"].strip()) <= 1024:
        return "(#131009) body"
    replies = [each["reply"] for each in interactive["action"]["buttons"]]
    titles = [each["title"] for each in replies]
    if not 1 <= len(replies) <= 3 or any(not 1 <= len(title) <= 20 for title in titles):
        return "(#131009) buttons"
    if len(set(titles)) != len(titles) or len({each["id"] for each in replies}) != len(replies):
        return "(#131009) duplicate button"
    return None


def _chatwoot(path: str, body: Json) -> str | None:
    if path.endswith("/toggle_status"):
        return None if body["status"] in ("open", "pending", "resolved") else "status"
    if len(body["content"]) > 150_000:
        return "Content is too long"
    items = body.get("content_attributes", {}).get("items", [])
    match body["content_type"]:
        case "text":
            return None if body["content"].strip() else "no content"
        case "cards":
            keys = {"title", "description", "media_url", "actions"}
            good = items and all(set(each) <= keys and each["title"] for each in items)
            links = all(
                action["type"] == "link" and action["uri"] and action["text"]
                for each in items
                for action in each["actions"]
            )
            return None if good and links else "Items are not cards"
        case "input_select":
            good = items and all(set(each) == {"title", "value"} for each in items)
            return None if good else "Items are not choices"
        case other:
            return f"content_type {other}"
