"""Durations as people read them."""

from __future__ import annotations

import pytest
from pocket3d_server.times import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (2.5, "2.5 seconds"),
        (90, "90 seconds"),
        (3000, "50 minutes"),
        (2 * 3600, "2 hours"),
        (9000, "2.5 hours"),
        (14_400, "4 hours"),
    ],
)
def test_a_duration_is_told_in_a_unit_that_suits_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
