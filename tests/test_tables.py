"""Tables: read-only columns and a digest that notices everything."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace

import numpy as np
import pytest

from borderops.tables import Table


@dataclass(frozen=True)
class Heights(Table):
    """A small table."""

    horizon: int
    height: np.ndarray
    is_tall: np.ndarray


def _heights() -> Heights:
    return Heights(horizon=9, height=np.array([150, 180, 160], dtype=np.int32), is_tall=np.array([False, True, False]))


def test_columns_are_the_arrays_in_their_order():
    """Plain numbers are no columns."""
    assert list(_heights().columns()) == ["height", "is_tall"]


def test_a_table_cannot_be_changed():
    """Neither a cell nor a column: what one stage built no later stage can bend."""
    table = _heights()
    with pytest.raises(ValueError, match="read-only"):
        table.height[0] = 1
    with pytest.raises(FrozenInstanceError):
        table.height = np.zeros(3)  # type: ignore[misc]


def test_equal_tables_have_equal_digests():
    """The digest depends on content alone, as 64 hexadecimal digits."""
    assert _heights().digest() == _heights().digest()
    assert len(_heights().digest()) == 64
    assert int(_heights().digest(), 16) >= 0


@pytest.mark.parametrize(
    "column",
    [
        np.array([150, 180, 161], dtype=np.int32),
        np.array([180, 150, 160], dtype=np.int32),
        np.array([150, 180, 160], dtype=np.int64),
        np.array([150, 180, 160], dtype=np.float32),
        np.array([150, 180], dtype=np.int32),
        np.array([[150, 180, 160]], dtype=np.int32),
    ],
    ids=["one value", "order", "width", "kind", "length", "shape"],
)
def test_any_difference_changes_the_digest(column):
    """A value, the order of rows, the type, the length or the shape."""
    assert replace(_heights(), height=column).digest() != _heights().digest()


def test_digest_knows_names_of_columns():
    """The same arrays under other names are another table."""

    @dataclass(frozen=True)
    class Widths(Table):
        horizon: int
        width: np.ndarray
        is_tall: np.ndarray

    assert Widths(9, _heights().height, _heights().is_tall).digest() != _heights().digest()


def test_digest_does_not_depend_on_how_an_array_lies_in_memory():
    """Byte order of the machine and strides are no content."""
    heights = _heights()
    swapped = heights.height.astype(">i4")
    strided = np.repeat(heights.height, 2)[::2]
    assert replace(heights, height=swapped).digest() == heights.digest()
    assert replace(heights, height=strided).digest() == heights.digest()
