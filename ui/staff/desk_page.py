"""`/staff/queue` and what an agent does with a conversation: take, answer, pass on, hand back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from assistant.cards import chosen_cards
from assistant.log import UnknownTurnError
from assistant.takeover.attendance import attend, is_away
from assistant.takeover.canned import CannedAnswers
from assistant.takeover.desk import LONGEST, MOST_CARDS, DeskError
from retrieval.catalog import Catalog
from retrieval.filters import Filters
from ui.api.access import Api, api_of
from ui.i18n import LANGUAGES
from ui.markup import product_address, render, safe_link
from ui.problems import problem
from ui.staff.accounts import StaffUser
from ui.staff.conversation_page import CONVERSATIONS, Id, address_of, conversation_view
from ui.staff.desk_view import agent_of, desk_of
from ui.staff.guard import console_of, require
from ui.staff.pages import language_of, staff_page, staff_words, wants_html
from ui.staff.roles import Role

QUEUE = "/staff/queue"
FOUND = 8
AtDesk = Annotated[StaffUser, Depends(require(Role.AGENT))]

router = APIRouter(include_in_schema=False)


@router.get(QUEUE)
def queue(request: Request, user: AtDesk) -> Response:
    """Who waits for a person, and who has which conversation."""
    engine = console_of(request).engine
    attend(engine, user.id, user.name)
    return staff_page(request, "staff/queue.html", status=200, **_cases(request, user))


@router.get(QUEUE + "/rows")
def rows(request: Request, user: AtDesk) -> Response:
    """The same alone, for a page that is open already."""
    language = language_of(request)
    return HTMLResponse(
        render(
            "staff/queue_rows.html",
            t=staff_words(language),
            language=language,
            user=user,
            csrf=request.state.csrf,
            **_cases(request, user),
        )
    )


@router.get(QUEUE + "/count")
def count(request: Request, user: AtDesk) -> Response:
    """How many wait and how many are one's own: asked by every open page, which is so there."""
    engine = console_of(request).engine
    attend(engine, user.id, user.name)
    waiting, mine = desk_of(request).counts(user.id)
    return JSONResponse({"waiting": waiting, "mine": mine})


@router.post(QUEUE + "/away")
def away(
    request: Request, user: AtDesk, do: Annotated[Literal["go", "return"], Form()]
) -> Response:
    """Take nothing on for a while, or again."""
    attend(console_of(request).engine, user.id, user.name, is_away=do == "go")
    return RedirectResponse(QUEUE, 303)


@router.post(CONVERSATIONS + "/{conversation_id}/take")
def take(
    request: Request,
    user: AtDesk,
    conversation_id: Id,
    from_others: Annotated[bool, Form()] = False,
) -> Response:
    """Join a conversation; a lead may take it off a colleague."""
    attend(console_of(request).engine, user.id, user.name)
    forced = from_others and user.may(Role.LEAD)
    return _done(
        request,
        user,
        conversation_id,
        lambda: desk_of(request).take(agent_of(user), conversation_id, from_others=forced),
    )


@router.post(CONVERSATIONS + "/{conversation_id}/assign")
def assign(
    request: Request,
    user: AtDesk,
    conversation_id: Id,
    to: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Pass a conversation on to a colleague."""
    member = console_of(request).accounts.get(to)

    def act() -> None:
        if member is None or member.disabled or not member.may(Role.AGENT):
            raise DeskError("desk.nobody", "there is no such colleague at the desk")
        by, is_lead = agent_of(user), user.may(Role.LEAD)
        desk_of(request).assign(by, conversation_id, agent_of(member), is_lead=is_lead)

    return _done(request, user, conversation_id, act)


@router.post(CONVERSATIONS + "/{conversation_id}/hand-back")
def hand_back(request: Request, user: AtDesk, conversation_id: Id) -> Response:
    """Let the guide answer again."""
    is_lead = user.may(Role.LEAD)
    return _done(
        request,
        user,
        conversation_id,
        lambda: desk_of(request).hand_back(agent_of(user), conversation_id, is_lead=is_lead),
    )


@router.post(CONVERSATIONS + "/{conversation_id}/close")
def close(request: Request, user: AtDesk, conversation_id: Id) -> Response:
    """End what is done, or dismiss what only waits."""
    is_lead = user.may(Role.LEAD)
    return _done(
        request,
        user,
        conversation_id,
        lambda: desk_of(request).close(agent_of(user), conversation_id, is_lead=is_lead),
    )


@router.post(CONVERSATIONS + "/{conversation_id}/typing")
def typing(request: Request, user: AtDesk, conversation_id: Id) -> Response:
    """The agent writes; the customer is told so for some seconds."""
    desk_of(request).typing(agent_of(user), conversation_id)
    return Response(status_code=204)


@router.post(CONVERSATIONS + "/{conversation_id}/answer")
def answer(
    request: Request,
    user: AtDesk,
    conversation_id: Id,
    text: Annotated[str, Form(max_length=2 * LONGEST)] = "",
    product: Annotated[list[str] | None, Form(max_length=MOST_CARDS)] = None,
    key: Annotated[str | None, Form(min_length=1, max_length=100)] = None,
) -> Response:
    """Write to the customer, with cards of products."""
    engine = console_of(request).engine
    shop = console_of(request).settings.shop_name
    canned = [
        each.text_for(language, shop=shop, agent=user.name)
        for each in CannedAnswers(engine).all()
        for language in LANGUAGES
    ]

    def act() -> dict[str, object]:
        desk = desk_of(request)
        cards = []
        if product:
            case = desk.case(conversation_id)
            language = "zh" if case is not None and case.language == "zh" else "en"
            naming = api_of(request).storefronts.now().namings[language]
            cards = chosen_cards(Catalog(engine), product, naming)
            if len(cards) < len(set(product)):
                raise DeskError("desk.product", "the shop does not show one of these products")
        said = desk.say(
            agent_of(user),
            conversation_id,
            text,
            cards,
            key=key,
            spared=[*canned, shop],
        )
        return {"number": said.number, "text": said.text}

    return _done(request, user, conversation_id, act)


@router.get(CONVERSATIONS + "/{conversation_id}/products")
def products(
    request: Request,
    _user: AtDesk,
    conversation_id: Id,
    q: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    """What the shop has for some words, to be pasted into the conversation."""
    api: Api = api_of(request)
    case = desk_of(request).case(conversation_id)
    language = "zh" if case is not None and case.language == "zh" else "en"
    cards = []
    if q.strip():
        hits = api.guide.search(q.strip(), Filters(), FOUND)
        naming = api.storefronts.now().namings[language]
        cards = chosen_cards(api.catalog, [hit.hit.product.id for hit in hits], naming)
    return HTMLResponse(
        render(
            "staff/found.html",
            cards=cards,
            asked=q.strip(),
            t=staff_words(language_of(request)),
            safe_link=safe_link,
            product_address=product_address,
        )
    )


@router.get(CONVERSATIONS + "/{conversation_id}/pulse")
def pulse(request: Request, user: AtDesk, conversation_id: Id) -> Response:
    """A few words that change when anything in the conversation does: cheap to ask often."""
    attend(console_of(request).engine, user.id, user.name)
    return JSONResponse({"pulse": desk_of(request).pulse(conversation_id)})


def _cases(request: Request, user: StaffUser) -> dict[str, object]:
    cases = desk_of(request).cases()
    return {
        "waiting": [each for each in cases if each.is_waiting],
        "mine": [each for each in cases if each.agent_id == user.id],
        "others": [each for each in cases if not each.is_waiting and each.agent_id != user.id],
        "is_away": is_away(console_of(request).engine, user.id),
        "is_lead": user.may(Role.LEAD),
        "now": datetime.now(UTC),
    }


def _done(
    request: Request, user: StaffUser, conversation_id: str, act: Callable[[], object]
) -> Response:
    """Do it, and lead a browser back to the conversation or tell a script that it is done."""
    t = staff_words(language_of(request))
    try:
        told = act()
    except UnknownTurnError:
        if not wants_html(request):
            return problem(404, t["message.conversation.unknown.title"])
        return staff_page(request, "staff/message.html", status=404, key="conversation.unknown")
    except DeskError as error:
        fault = t[error.key].format(name=error.name, most=LONGEST)
        if not wants_html(request):
            return problem(409, fault)
        return conversation_view(request, user, conversation_id, 409, fault)
    if not wants_html(request):
        return JSONResponse(told or {})
    return RedirectResponse(address_of(conversation_id, "#case"), 303)
