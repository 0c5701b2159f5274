"""`python -m ui.cli` is the `shopguide` command."""

from ui.cli import main

main()
