"""The HTTP API under `/v1`: conversations, search, products, catalogue, chat completions."""
