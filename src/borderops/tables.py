"""Tables: frozen dataclasses of arrays, read-only once built.

pandas begins where people read; inside the model a table is a set of equal-long arrays.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields

import numpy as np


class Table:
    """Base of frozen dataclasses whose fields are arrays (or plain numbers)."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def columns(self) -> dict[str, np.ndarray]:
        """All arrays by name, in the order of their declaration."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {name: value for name, value in pairs if isinstance(value, np.ndarray)}

    def digest(self) -> str:
        """SHA-256 over plain numbers, and names, types, shapes and bytes of columns, as 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, int):
                digest.update(f"{field.name}={value};".encode())
        for name, column in self.columns().items():
            little_endian = column.astype(column.dtype.newbyteorder("<"), copy=False)
            digest.update(f"{name}:{little_endian.dtype.str}:{column.shape};".encode())
            digest.update(np.ascontiguousarray(little_endian).data)  # as bytes, without a copy
        return digest.hexdigest()
