"""Small words of the composer's Chinese."""

from __future__ import annotations

NUMBERS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


def number(count: int) -> str:
    """The number before a measure word: "两", "12 "."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,} "
