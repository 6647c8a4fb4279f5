"""The class of arrays that operators return; the room above this one installs it."""

from __future__ import annotations

from ..tape import Array

array: type[Array] = Array
