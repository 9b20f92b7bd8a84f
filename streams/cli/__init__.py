"""The `hoso` command: reads options, calls the wiring, shows what comes back. No rule of the domain stands here."""

from streams.cli.command import app, main

__all__ = ["app", "main"]
