"""The chat that a shop's own pages show: `/widget.js`, and a demo shop around it."""
