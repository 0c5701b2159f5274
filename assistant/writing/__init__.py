"""What the guide says: deterministic composers in two languages, and a verified LLM beside them."""
