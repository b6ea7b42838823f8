"""Why weights could not be had."""

from __future__ import annotations


class InstallError(Exception):
    """An installation stopped for a reason that a person can mend; ``suggestion`` is a sentence that says how."""

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class CancelledError(Exception):
    """Somebody stopped the installation; what has arrived stays for the next time."""


def size_text(count: float) -> str:
    """Bytes as people write them: ``3.2 GB``, ``45 MB``, ``387 B``."""
    if 0 < count < 950:
        return f"{count:.0f} B"
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor * 0.95:
            amount = count / factor
            return f"{amount:.0f} {unit}" if amount >= 20 else f"{round(amount, 1):g} {unit}"
    return f"{count / 1e3:.0f} kB"
