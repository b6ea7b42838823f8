"""Where results go, and how variants stand beside each other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from addon.core.meshes import placement

SIZES = st.floats(0.01, 50)
PLACES = st.floats(-100, 100)


def test_variants_stand_in_a_row() -> None:
    assert placement.beside((1, 2), (2, 2), []) == 1
    first = ((0.0, 1.0), (2.0, 3.0))
    second = placement.beside((1, 2), (2, 2), [first])
    assert second == 2 + 0.5 + 1
    third = placement.beside((1, 2), (2, 2), [first, ((second - 1, 1.0), (second + 1, 3.0))])
    assert third == second + 2.5
    assert placement.beside((1, 2), (2, 2), [((0.0, 50.0), (2.0, 52.0))]) == 1, "it was moved out of the way"


@settings(max_examples=200, deadline=None)
@given(PLACES, PLACES, SIZES, SIZES, st.lists(st.tuples(PLACES, PLACES, SIZES, SIZES), max_size=8))
def test_nothing_overlaps(
    x: float, y: float, width: float, depth: float, others: list[tuple[float, float, float, float]]
) -> None:
    boxes = [((a, b), (a + w, b + d)) for a, b, w, d in others]
    found = placement.beside((x, y), (width, depth), boxes)
    assert found >= x
    for (low_x, low_y), (high_x, high_y) in boxes:
        apart = found - width / 2 >= high_x or found + width / 2 <= low_x
        assert apart or y - depth / 2 >= high_y or y + depth / 2 <= low_y
