"""Understanding of messages, English and Chinese: constraints, intent, referents, query."""

from assistant.understanding.understander import Understander, Understood

__all__ = ["Understander", "Understood"]
