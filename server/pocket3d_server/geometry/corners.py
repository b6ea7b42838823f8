"""Corners of faces that refer to several tables at once (positions, texture coordinates, normals) as vertices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def distinct(
    columns: Sequence[tuple[NDArray[np.integer[Any]], int]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each different corner stands first, ordered by the columns; and which of these each corner (N,) is.

    A column is an index (N,) into a table, and that table's length. One number for each corner is sorted much faster
    than rows are; two at a time never overflow.
    """
    key = columns[0][0].astype(np.int64)
    for index, length in columns[1:]:
        _, key = np.unique(key, return_inverse=True)
        key = key * length + index
    _, where, inverse = np.unique(key, return_index=True, return_inverse=True)
    return where, inverse


def same_rows(table: NDArray[np.floating[Any]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The different rows of a table (N, D) as float32, and which of these each row (N,) is."""
    rows = np.asarray(table, np.float32) + np.float32(0)  # makes -0 the same as 0
    bits = rows.view(np.int32)
    columns = [np.unique(bits[:, k], return_inverse=True)[1] for k in range(bits.shape[1])]
    where, which = distinct([(column, len(rows)) for column in columns])
    return rows[where], which
