"""Who calls, what that opens, and how often: keys, conversations' tokens and rate limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from sqlalchemy import Engine

from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.api.capability import ConversationTokens
from ui.api.errors import RefusedError
from ui.api.keys import ApiKey, ApiKeys, Scope
from ui.api.ledger import Ledger
from ui.chat.storefront import Storefronts
from ui.desk import TurnDesk
from ui.limiting import Limiter
from ui.settings import Settings

NEWS_PER_MINUTE = 120
"""How often a conversation's page may ask for news."""
REPORTS_PER_MINUTE = 120
"""How often events and consent may be told of a conversation."""

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key made by `shopguide keys add`."
)
_TOKEN = APIKeyHeader(
    name="X-Conversation-Token",
    auto_error=False,
    scheme_name="conversation",
    description="The `token` that came when the conversation was begun; opens it alone.",
)


class Api:
    """What the API's routes work with; `app.state.api` holds it."""

    def __init__(self, settings: Settings, engine: Engine, guide: Guide, catalog: Catalog) -> None:
        self.settings = settings
        self.engine = engine
        self.guide = guide
        self.catalog = catalog
        self.keys = ApiKeys(engine)
        self.tokens = ConversationTokens(engine)
        self.ledger = Ledger(engine)
        self.desk = TurnDesk(
            settings.turns_at_once, settings.turns_waiting, settings.turn_wait_seconds
        )
        self.storefronts = Storefronts(catalog, settings.currency)
        self.streams = 0
        """How many streams of news are open."""
        self._limiter = Limiter(settings.rate_limit_storage)

    def limit(self, request: Request, who: str, per_minute: int) -> None:
        """Count a request; the answer's headers will tell how many are left.

        Raises:
            RefusedError: there were as many within the last minute.
        """
        count = self._limiter.hit(RateLimitItemPerMinute(per_minute), who)
        request.state.answer_headers = {
            "RateLimit-Limit": str(per_minute),
            "RateLimit-Remaining": str(count.remaining),
            "RateLimit-Reset": str(count.seconds),
        }
        if not count.allowed:
            detail = f"At most {per_minute} requests a minute are answered."
            raise RefusedError(429, detail, {"Retry-After": str(count.seconds)})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a key, or somebody without one."""

    name: str
    key: ApiKey | None

    def may(self, scope: Scope) -> bool:
        """Whether the key has a scope; `conversations` includes `chat`."""
        if self.key is None:
            return False
        scopes = self.key.scopes
        return scope in scopes or (scope is Scope.CHAT and Scope.CONVERSATIONS in scopes)


def api_of(request: Request) -> Api:
    """The API of the application that serves this request."""
    return cast(Api, request.app.state.api)


def caller_of(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Caller:
    """Who calls, counted against the limit of the key or, without one, of the address.

    Raises:
        RefusedError: 401 for a key that is not known, 429 for too many requests.
    """
    api = api_of(request)
    address = request.client.host if request.client else "unknown"
    if "authorization" in request.headers and credentials is None:
        raise _unauthorized("The Authorization header is not of the form “Bearer KEY”.")
    if credentials is None:
        api.limit(request, f"address {address}", api.settings.address_rate_per_minute)
        return Caller(f"address {address}", None)
    key = api.keys.find(credentials.credentials)
    if key is None:
        api.limit(request, f"address {address}", api.settings.address_rate_per_minute)
        raise _unauthorized("The key is not known, or it is revoked.")
    api.limit(request, f"key {key.id}", key.rate_per_minute or api.settings.rate_per_minute)
    return Caller(f"key {key.id}", key)


def with_scope(request: Request, caller: Caller, scope: Scope) -> Caller:
    """The caller, if it has a key with this scope.

    Raises:
        RefusedError: 401 without a key, 403 without the scope.
    """
    if caller.key is None:
        raise _unauthorized("This needs a key.")
    if not caller.may(scope):
        raise RefusedError(403, f"The key does not have the scope “{scope.value}”.")
    return caller


def searcher(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A key that may search."""
    return with_scope(request, caller, Scope.SEARCH)


def cataloguer(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A key that may change the catalogue."""
    return with_scope(request, caller, Scope.CATALOG)


def chat_client(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A key that may chat."""
    return with_scope(request, caller, Scope.CHAT)


def talker(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Whoever may begin conversations: a key for it, or anybody where the shop's chat is open."""
    if caller.key is None and api_of(request).settings.open_chat:
        return caller
    return with_scope(request, caller, Scope.CHAT)


def participant(
    request: Request,
    conversation_id: str,
    caller: Annotated[Caller, Depends(caller_of)],
    token: Annotated[str | None, Depends(_TOKEN)],
) -> Caller:
    """Whoever may read and continue this conversation: by its token, or a key for all.

    Raises:
        RefusedError: 401 without either; 403 for a wrong token, whether or not there is such
            a conversation.
    """
    if caller.may(Scope.CONVERSATIONS):
        return caller
    if token is None:
        raise _unauthorized("This needs the conversation's token in X-Conversation-Token.")
    if not api_of(request).tokens.matches(conversation_id, token):
        raise RefusedError(403, "The token is not this conversation's.")
    return talker(request, caller)


def witness(
    request: Request,
    conversation_id: str,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    token: Annotated[str | None, Depends(_TOKEN)],
) -> Caller:
    """Whoever may read what comes in this conversation: by its token alone, or a key for all.

    Pages ask again and again: with the token it counts against the conversation's own limit,
    so that many customers behind one address do not shut each other out.

    Raises:
        RefusedError: 401 without either, 403 for a wrong token, 429 for too many requests.
    """
    api = api_of(request)
    if token is not None and api.tokens.matches(conversation_id, token):
        api.limit(request, f"news {conversation_id}", NEWS_PER_MINUTE)
        return Caller(f"conversation {conversation_id}", None)
    caller = caller_of(request, credentials)
    if caller.may(Scope.CONVERSATIONS):
        return caller
    if token is None:
        raise _unauthorized("This needs the conversation's token in X-Conversation-Token.")
    raise RefusedError(403, "The token is not this conversation's.")


def reporter(request: Request, conversation_id: str) -> None:
    """Whoever tells what happened in a conversation: its id is enough, within a limit of its own.

    Raises:
        RefusedError: 429 for too many requests.
    """
    api_of(request).limit(request, f"reports {conversation_id}", REPORTS_PER_MINUTE)


def count_guess(request: Request) -> None:
    """Count what named nothing that is known against its address.

    Raises:
        RefusedError: 429 for too many requests.
    """
    api = api_of(request)
    address = request.client.host if request.client else "unknown"
    api.limit(request, f"guesses {address}", api.settings.address_rate_per_minute)


def _unauthorized(detail: str) -> RefusedError:
    return RefusedError(401, detail, {"WWW-Authenticate": "Bearer"})


ApiHere = Annotated[Api, Depends(api_of)]
Searcher = Annotated[Caller, Depends(searcher)]
Cataloguer = Annotated[Caller, Depends(cataloguer)]
ChatClient = Annotated[Caller, Depends(chat_client)]
Talker = Annotated[Caller, Depends(talker)]
Participant = Annotated[Caller, Depends(participant)]
Witness = Annotated[Caller, Depends(witness)]
