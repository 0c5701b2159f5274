"""Understanding of messages, English and Chinese: constraints, intent, referents, query."""
