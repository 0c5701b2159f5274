"""What the API's answers look like, for its documentation; a test holds them to their models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CONVERSATION = "019a0c3e-5b7e-7c1d-9f0a-2b1f6f0f9a11"
_CARD: Mapping[str, Any] = {
    "product_id": "jkt-0012",
    "title": "Ridgeline Rain Jacket",
    "price": "89.00",
    "list_price": "120.00",
    "currency": "USD",
    "url": "https://shop.example/jackets/ridgeline",
    "image_url": "https://shop.example/jackets/ridgeline.jpg",
    "availability": "in_stock",
    "rating": 4.6,
    "rating_count": 212,
    "click_probability": 0.31,
    "reasons": ["under $100", "waterproof", "4.6 stars from 212 reviews"],
    "sponsored": False,
}
_REPLY: Mapping[str, Any] = {
    "conversation_id": _CONVERSATION,
    "turn": 1,
    "language": "en",
    "text": "I found two waterproof jackets under $100. The Ridgeline is reduced to $89.00.",
    "products": [_CARD],
    "constraints": {
        "category": ["jackets"],
        "price": {"max": "100"},
        "attributes": {"waterproof": True},
    },
    "intent": "recommend",
    "handoff": False,
    "suggestions": ["cheaper ones", "in blue"],
    "writer": "composer",
    "models": {"clicks": "v1", "embedder": "minilm", "llm": None},
    "latency_ms": {"understand": 2, "retrieve": 9, "rerank": 80, "first_text": 120, "total": 240},
}
_LINE: Mapping[str, Any] = {
    "product_id": "jkt-0012",
    "title": "Ridgeline Rain Jacket",
    "options": {"size": "M"},
    "quantity": 2,
    "price": "89.00",
    "amount": "178.00",
    "currency": "USD",
}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Reply": _REPLY,
    "History": {
        "conversation_id": _CONVERSATION,
        "turns": [
            {
                "turn": 1,
                "message": "waterproof jacket under $100",
                "reply": _REPLY,
                "created_at": "2026-11-27T10:15:00Z",
                "helpful": True,
            }
        ],
        "messages": [],
        "standing": {"state": "guide", "agent": None, "staffed": False, "typing": False},
        "wanted": [{"path": "price", "label": "up to $100"}],
        "more": False,
    },
    "CartView": {"lines": [_LINE], "totals": {"USD": "178.00"}, "url": "https://shop.example/cart"},
    "Results": {
        "results": [
            {
                "rank": 1,
                "product_id": "jkt-0012",
                "title": "Ridgeline Rain Jacket",
                "price": "89.00",
                "currency": "USD",
                "availability": "in_stock",
                "url": "https://shop.example/jackets/ridgeline",
                "image_url": "https://shop.example/jackets/ridgeline.jpg",
                "score": 0.82,
                "click_probability": 0.31,
                "sources": {"lexical": 2, "dense": 1},
            }
        ]
    },
    "CatalogReport": {
        "added": 1,
        "updated": 1,
        "unchanged": 0,
        "retired": 0,
        "rejected": [{"index": 2, "id": "tnt-3", "reason": "title: Field required"}],
        "revision": 42,
        "searchable": True,
        "seconds": 0.21,
    },
    "WidgetShop": {
        "shop": "Larkfell & Sons",
        "examples": [
            {
                "text": {"en": "a tent for two under $200", "zh": "200美元以内的双人帐篷"},
                "image": "https://guide.example/images/tent.jpg",
            }
        ],
        "pictures": False,
    },
    "EventBody": {"kind": "click", "turn": 1, "product_id": "jkt-0012", "position": 1},
    "ConsentBody": {"purpose": "training", "given": True},
    "ProblemDetails": {
        "title": "Too Many Requests",
        "status": 429,
        "detail": "At most 60 requests a minute are answered.",
    },
}
"""An example for each schema that has none of its own, by the schema's name."""
