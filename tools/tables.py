"""What benches found, as a table: for a terminal, or as Markdown for the docs."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, markdown: bool) -> None:
    """Print a table; no line of heads on a terminal where all are empty."""
    lines = [[str(cell) for cell in line] for line in (heads, *rows)]
    if markdown:
        lines.insert(1, ["---"] * len(heads))
        print("\n".join(f"| {' | '.join(line)} |" for line in lines))
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines if any(heads) else lines[1:]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
