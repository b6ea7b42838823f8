"""The prompts that were used last, the newest first, in a file of the user's; nothing of it is in a .blend."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..files import write_whole

MOST = 20


class PromptHistory:
    """What the menu of former prompts shows. A history that cannot be read or written is no reason to stop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.prompts: tuple[str, ...] = ()
        """As last read."""

    def load(self) -> tuple[str, ...]:
        """Read the file; other Blenders write it, too."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(found, list):
                self.prompts = tuple(p for p in found if isinstance(p, str))[:MOST]
        return self.prompts

    def add(self, prompt: str) -> None:
        """Put a prompt first; it is in there once only."""
        if not prompt.strip():
            return
        self.prompts = (prompt, *(p for p in self.load() if p != prompt))[:MOST]
        self._write()

    def clear(self) -> None:
        """Forget all."""
        self.prompts = ()
        self._write()

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            write_whole(self.path, json.dumps(self.prompts, ensure_ascii=False))
