"""Prices and numbers as a customer of each language reads them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, format_decimal

from assistant.language import Language

_LOCALES: dict[Language, str] = {"en": "en_US", "zh": "zh_CN"}


def price_text(amount: Decimal, currency: str | None, language: Language) -> str:
    """A price with its cents: "$89.00", "US$89.00" for a Chinese reader, "89.00" for none."""
    if currency is None:
        return format_decimal(amount, format="#,##0.00", locale=_LOCALES[language])
    return format_currency(amount, currency, locale=_LOCALES[language])


def limit_text(amount: Decimal, currency: str | None, language: Language) -> str:
    """A price limit as people say it: "$100", and "$99.50" only where there are cents."""
    if amount != amount.to_integral_value():
        return price_text(amount, currency, language)
    if currency is None:
        return format_decimal(amount, format="#,##0", locale=_LOCALES[language])
    return format_currency(
        amount, currency, "¤#,##0", locale=_LOCALES[language], currency_digits=False
    )


def number_text(value: float | int, language: Language) -> str:
    """A count or a measure: "1,204", "4.6"."""
    return format_decimal(value, locale=_LOCALES[language])
