"""Single kinds of claim and how each is checked: numbers, comparisons, promises, denials.

Each check takes a sentence whose product titles are masked and the records it speaks of, raises
ClaimError where a claim is not on record, and gives back the sentence without what it proved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from assistant.evidence import FEW_RATINGS, WORD, Evidence, stem, stems
from assistant.neutral_words import ENGLISH
from retrieval.product import Availability, Product


class ClaimError(Exception):
    """A claim that the records do not bear out."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


COLOURS = _stems(
    """black white red blue green yellow orange purple pink brown grey gray beige navy teal
    turquoise gold golden silver bronze copper cream ivory khaki olive maroon burgundy violet
    lilac lavender coral mint charcoal tan camel rose multicolor multicolour"""
)
MATERIALS = _stems(
    """cotton wool leather suede linen silk polyester nylon denim fleece down cashmere merino velvet
    canvas rubber plastic metal steel stainless aluminum aluminium titanium iron brass wood wooden
    oak walnut bamboo glass ceramic porcelain stone marble paper cork silicone acrylic viscose
    spandex elastane microfiber microfibre foam feather lace satin chiffon crystal crystals"""
)
FEATURES = _stems(
    """waterproof windproof breathable insulated wireless rechargeable foldable portable washable
    organic vegan recycled handmade dishwasher microwave oven adjustable reversible cordless
    unisex men women kid kids girl girls boy boys baby adult"""
)
SUPERLATIVES = _stems(
    """best cheapest lowest highest most least greatest largest smallest biggest lightest heaviest
    strongest softest warmest coolest fastest finest newest latest longest shortest thinnest top
    unbeatable unmatched unique only premier ultimate perfect perfection flawless
    better cheaper lower higher larger smaller bigger lighter heavier stronger softer warmer
    faster finer newer longer shorter thinner more less fewer superior
    always never everything everyone nothing everywhere incredible amazing award winner winning
    bestseller bestselling"""
)
TELLING_NOUNS = _stems("top cooler lighter")
"""Superlatives or comparatives by their form that also name things."""
PROMISES = _stems(
    """free gratis guarantee guaranteed guarantees warranty warranties promise promised certified
    deliver delivers delivered delivery ship ships shipped shipping dispatch arrive arrives
    arrival discount discounts discounted coupon coupons voucher vouchers code codes sale sales
    deal deals promotion promo special bargain save saves saving savings cashback refund refunds
    refundable return returns returned stock stocked available availability limited hurry soon
    today tomorrow tonight now gift gifts bonus reduced reduction off percent"""
)
_AMOUNT = (
    r"(?P<sign>US\$|CN¥|JP¥|[$€£¥￥])\s?(?P<a>\d[\d,]*(?:\.\d+)?)"
    r"|(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>dollars?|usd|euros?|eur|pounds?|gbp|yuan|rmb|cny|"
    r"美元|欧元|英镑|元|块钱|块|人民币)"
)
_SIGNS = {
    "us$": "USD",
    "$": "USD",
    "cn¥": "CNY",
    "jp¥": "JPY",
    "€": "EUR",
    "£": "GBP",
    "dollar": "USD",
    "dollars": "USD",
    "usd": "USD",
    "美元": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "欧元": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "gbp": "GBP",
    "英镑": "GBP",
    "yuan": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "元": "CNY",
    "块": "CNY",
    "块钱": "CNY",
    "人民币": "CNY",
}
_PROVED = " ¤ "
_UPPER = (
    r"(?:under|below|less than|within|up to|no more than|not more than|at most|maximum of|"
    r"不超过|低于|少于|最多|小于)\s*(?:your |the |a )?(?:budget of |limit of |price of )?$"
)
_BEFORE = r"(?:down from|reduced from|was|originally|instead of|原价)\s*$"
_VAGUE = (
    r"(?:over|above|more than|from|around|about|nearly|almost|starting at|at least|only|just|"
    r"save|off|约|大约|左右|高于|超过)\s*$"
)
_STARS = re.compile(
    r"(?P<value>\d+(?:\.\d+)?)(?:[\s-]*(?:stars?\b|星|分)|\s*(?:/\s*5\b|out of (?:5|five)\b))"
    r"(?:\s*out of (?:5|five)(?: stars)?)?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?P<value>\d[\d,]*)\s*(?:customer |user |verified )?"
    r"(?:reviews?\b|ratings?\b|customers?\b|buyers?\b|reviewers?\b|条评价|条评论|个评价|位顾客)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<value>\d+(?:[.,]\d+)*)(?P<rest>[\s-]*(?P<unit>[^\W\d_]+|[%\"”″])?)"
)
_WORDED = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety|hundred|hundreds|thousand|thousands|million|millions|"
    r"dozens?|half|double|triple|twice|thrice|quarter|pair|couple|several|many|few|countless)\b"
    r"|[两三四五六七八九十百千万]+(?=[个款件条种年月天小时倍成折])",
    re.IGNORECASE,
)
_UNITS = {
    "liter": "l",
    "litre": "l",
    "litr": "l",
    "gram": "g",
    "kilogram": "kg",
    "kilo": "kg",
    "centimet": "cm",
    "centimetr": "cm",
    "millimet": "mm",
    "millimetr": "mm",
    "meter": "m",
    "metr": "m",
    "inch": "in",
    "hour": "h",
    "hr": "h",
    "hrs": "h",
    "watt": "w",
    "volt": "v",
    "ounc": "oz",
    "pound": "lb",
    "lbs": "lb",
    "minut": "min",
    "milliliter": "ml",
    "millilitr": "ml",
    '"': "in",
    "”": "in",
    "″": "in",
    "person": "peopl",
}


def check_numbers(text: str, subjects: Sequence[Evidence], limits: frozenset[str]) -> str:
    """Prices, stars, counts and measures, each against its own field of every record."""
    text = re.sub(
        _AMOUNT, lambda match: _price(match, text, subjects, limits), text, flags=re.IGNORECASE
    )
    text = _STARS.sub(lambda match: _stars(match, subjects), text)
    text = _COUNT.sub(lambda match: _count(match, subjects), text)
    text = _NUMBER.sub(lambda match: _measure(match, subjects), text)
    if (worded := _WORDED.search(text)) is not None:
        raise ClaimError(f"a number in words: {worded.group()}")
    if (left := re.search(r"\d", text)) is not None:
        raise ClaimError(f"a number not on record: {text[left.start() :][:12]}")
    return text


def _price(
    match: re.Match[str], text: str, subjects: Sequence[Evidence], limits: frozenset[str]
) -> str:
    amount = Decimal((match["a"] or match["b"]).replace(",", ""))
    sign = (match["sign"] or match["unit"]).casefold()
    before = text[: match.start()].casefold()
    products = [each.product for each in subjects]
    if sign in _SIGNS and any(product.currency != _SIGNS[sign] for product in products):
        raise ClaimError(f"another currency: {match.group()}")
    if re.search(_UPPER, before):
        fits = all(p.current_price is not None and p.current_price <= amount for p in products)
        if not fits or str(amount.normalize()) not in {_normal(limit) for limit in limits}:
            raise ClaimError(f"a limit that was not named or kept: {match.group()}")
        return _PROVED
    if re.search(_BEFORE, before):
        if all(p.sale_price is not None and p.price == amount for p in products):
            return _PROVED
        raise ClaimError(f"not the former price: {match.group()}")
    if re.search(_VAGUE, before) or re.match(
        r"\s*(?:off|less|more|左右|以上|起)", text[match.end() :]
    ):
        raise ClaimError(f"a vague price: {match.group()}")
    if any(p.current_price != amount for p in products):
        raise ClaimError(f"not the price: {match.group()}")
    return _PROVED


def _normal(amount: str) -> str:
    return str(Decimal(amount).normalize())


def _stars(match: re.Match[str], subjects: Sequence[Evidence]) -> str:
    said = match["value"]
    for each in subjects:
        rating = each.product.rating
        if rating is None or f"{rating:.{len(said.partition('.')[2])}f}" != said:
            raise ClaimError(f"not the rating: {match.group()}")
        if "." not in said and rating != int(said):
            raise ClaimError(f"a rounded rating: {match.group()}")
    return _PROVED


def _count(match: re.Match[str], subjects: Sequence[Evidence]) -> str:
    said = int(match["value"].replace(",", ""))
    if any(each.product.rating_count != said for each in subjects):
        raise ClaimError(f"not the number of reviews: {match.group()}")
    return _PROVED


def _measure(match: re.Match[str], subjects: Sequence[Evidence]) -> str:
    unit = _unit(match["unit"] or "")
    for each in subjects:
        known = {(number, _unit(beside)) for number, beside in each.measures}
        if (match["value"], unit) not in known:
            raise ClaimError(f"a measure not on record: {match.group().strip()}")
    return " "


def _unit(word: str) -> str:
    return _UNITS.get(stem(word), stem(word))


_CHEAPEST = re.compile(
    r"\b(?:the )?(?:cheapest|least expensive|most affordable|lowest[- ]priced?|lowest price)\b"
    r"(?: of (?:these|them|all|the \w+))?|最便宜|价格最低|最低价",
    re.IGNORECASE,
)
_LESS = re.compile(r"\b(?:to )?spend less\b", re.IGNORECASE)  # the customer does, no product
_DEAREST = re.compile(r"\b(?:the )?most expensive\b|最贵|价格最高", re.IGNORECASE)
_BEST_RATED = re.compile(
    r"\b(?:the )?(?:best|highest|top)[- ]rat(?:ed|ing)\b(?: of (?:these|them|all))?|评分最高",
    re.IGNORECASE,
)
_MOST_REVIEWED = re.compile(r"\b(?:the )?most(?:[- ]reviewed| reviews)\b|评价最多", re.IGNORECASE)
_CHEAPER = re.compile(
    r"§.{0,20}\b(?:cheaper|less expensive|more affordable) than\s*(?:the\s*)?§|§\s*比\s*§\s*便宜",
    re.IGNORECASE,
)


def check_comparisons(text: str, subjects: Sequence[Evidence], shown: Sequence[Evidence]) -> str:
    """ "Cheapest", "best rated" and their like must be true of the one product among all shown."""
    text = _LESS.sub(" ", text)
    products = [each.product for each in shown]
    for pattern, measure in _SUPERLATIVE_CLAIMS:
        if (said := pattern.search(text)) is not None:
            if len(subjects) != 1 or not _leads(subjects[0].product, products, measure):
                raise ClaimError(f"not so among those shown: {said.group()}")
            text = pattern.sub(" ", text)
    if _CHEAPER.search(text):
        prices = [each.product.current_price for each in subjects]
        if len(prices) != 2 or prices[0] is None or prices[1] is None or prices[0] >= prices[1]:
            raise ClaimError("not cheaper")
        text = _CHEAPER.sub(" § § ", text)
    return text


_Measure = Callable[[Product], float | None]


def _cheapness(product: Product) -> float | None:
    return None if product.current_price is None else -float(product.current_price)


def _dearness(product: Product) -> float | None:
    return None if product.current_price is None else float(product.current_price)


def _rating(product: Product) -> float | None:
    return product.rating if (product.rating_count or 0) >= FEW_RATINGS else None


def _reviews(product: Product) -> float | None:
    return product.rating_count


_SUPERLATIVE_CLAIMS: tuple[tuple[re.Pattern[str], _Measure], ...] = (
    (_CHEAPEST, _cheapness),
    (_DEAREST, _dearness),
    (_BEST_RATED, _rating),
    (_MOST_REVIEWED, _reviews),
)


def _leads(one: Product, products: Sequence[Product], measure: _Measure) -> bool:
    """Whether the measure is known of all and greater for this product than for every other."""
    own = measure(one)
    others = [measure(product) for product in products if product.id != one.id]
    if own is None or not others or len({product.currency for product in products}) > 1:
        return False
    return all(other is not None and other < own for other in others)


_FUNCTION_WORDS = _stems("a an the its very really")
_MADE_OF = re.compile(
    r"\bmade (?:\w+ )?(?:of|from|out of|with)\s+(?P<what>[^,.;:!]*?)"
    r"(?=[,.;:!]|\s(?:and|with|is|are|has|have|for|in|by)\b|$)",
    re.IGNORECASE,
)


def check_materials(text: str, subjects: Sequence[Evidence]) -> None:
    """What something is made of must be its material; a colour called gold is none."""
    for said in _MADE_OF.finditer(text):
        words = {stem(word) for word in WORD.findall(said["what"])} - _FUNCTION_WORDS
        for each in subjects:
            named = stems(each.product.title) & MATERIALS
            if not words or not words <= each.materials | named:
                raise ClaimError(f"not its material: {said['what']}")


_ON_SALE = re.compile(
    r"\b(?:(?:currently |now )?(?:on sale|on offer|discounted|reduced)|down from|reduced from)\b"
    r"|正在打折|特价|原价",
    re.IGNORECASE,
)
_IN_STOCK = re.compile(
    r"\b(?:currently |now )?(?:in stock|available)(?: now)?\b|有货|现货", re.IGNORECASE
)
_OUT = re.compile(
    r"\b(?:currently )?(?:out of stock|sold out|not available|unavailable)\b|缺货|售罄",
    re.IGNORECASE,
)
_X_FREE = re.compile(r"\b([a-z]+)[- ]free\b", re.IGNORECASE)


def _is_gone(product: Product) -> bool:
    return product.availability is Availability.OUT_OF_STOCK


def _is_there(product: Product) -> bool:
    return product.availability is Availability.IN_STOCK


def _is_reduced(product: Product) -> bool:
    return product.sale_price is not None and (product.price or 0) > product.sale_price


_STATUS_CLAIMS: tuple[tuple[re.Pattern[str], Callable[[Product], bool]], ...] = (
    (_OUT, _is_gone),
    (_IN_STOCK, _is_there),
    (_ON_SALE, _is_reduced),
)


def check_promises(text: str, subjects: Sequence[Evidence]) -> str:
    """Sale and stock against the record, "BPA free" against its words; the rest fails later."""
    for pattern, holds in _STATUS_CLAIMS:
        if (said := pattern.search(text)) is not None:
            if not all(holds(each.product) for each in subjects):
                raise ClaimError(f"not so: {said.group()}")
            text = pattern.sub(" ", text)
    for said in list(_X_FREE.finditer(text)):
        if said[1].casefold() in ENGLISH:
            continue  # "with free", "for free": not a thing it is free of
        phrase = re.compile(rf"\b{re.escape(said[1])}[- ]free\b", re.IGNORECASE)
        if not all(phrase.search(each.text) for each in subjects):
            raise ClaimError(f"not in the record: {said.group()}")
        text = text.replace(said.group(), " ")
    return text


_DENIAL = re.compile(
    r"\b(?:(?:does|do|is|are|has|have) not|(?:doesn|isn|don|hasn|aren)['’]t|not|without|no|lacks)"
    r"\s+(?:(?:have|a|an|any|be|come with)\s+)*(?P<what>[a-z]+(?:-[a-z]+)?)",
    re.IGNORECASE,
)
_NEGATOR = re.compile(
    r"\b(?:not|no|never|without|none|neither|nor|cannot|lack\w*|hardly|barely|except|unless|"
    r"non|un)\b|n['’]t\b",
    re.IGNORECASE,
)


def check_negations(text: str, subjects: Sequence[Evidence]) -> tuple[str, int]:
    """A denial must deny what the record marks as false; any other negation fails.

    Returns the sentence without what was proved, and how many denials that were.
    """
    proved = 0
    for said in list(_DENIAL.finditer(text)):
        denied = stems(said["what"].replace("-", " "))
        if denied and all(denied <= each.denied for each in subjects):
            text = text.replace(said.group(), " ")
            proved += 1
    if (left := _NEGATOR.search(text)) is not None:
        raise ClaimError(f"a negation: {left.group()}")
    return text, proved
