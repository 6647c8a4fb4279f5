"""Fixtures of several files."""

from __future__ import annotations

from typing import Any

import pytest
from symbol_helpers import polynomial_symbol


@pytest.fixture
def polynomial() -> tuple[Any, Any, str]:
    """x * x + 1: the array, its symbol, and the name of x."""
    return polynomial_symbol()
