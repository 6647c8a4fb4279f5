"""The class of arrays that operators return; `ndgrad.array` installs it."""

from __future__ import annotations

from ..tape import Array

array: type[Array] = Array
