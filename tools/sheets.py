"""Contact sheets: labelled pictures in rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

LABEL = 20
"""Height of a label in pixels."""


def labelled(picture: NDArray[np.uint8], text: str) -> Image.Image:
    """A picture (H, W, 3 or 4) with a line of text under it, cut where it is too long."""
    cell = Image.new("RGB", (picture.shape[1], picture.shape[0] + LABEL), "white")
    cell.paste(Image.fromarray(np.ascontiguousarray(picture[..., :3])), (0, 0))
    ImageDraw.Draw(cell).text((4, picture.shape[0] + 3), text, fill=(40, 40, 40), font_size=13)
    return cell


def sheet(cells: Sequence[Image.Image], columns: int) -> Image.Image:
    """Cells of one size in rows."""
    width, height = cells[0].size
    columns = min(columns, len(cells))
    page = Image.new("RGB", (columns * width, -(-len(cells) // columns) * height), "white")
    for place, cell in enumerate(cells):
        page.paste(cell, (place % columns * width, place // columns * height))
    return page
