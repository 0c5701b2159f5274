"""Everything that faces people and other machines: web chat, HTTP API, command line."""
