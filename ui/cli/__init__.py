"""The console command `shopguide`."""

from ui.cli.app import main

__all__ = ["main"]
