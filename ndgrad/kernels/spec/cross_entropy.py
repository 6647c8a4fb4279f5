"""Softmax cross-entropy of a row of scores: its formulas, for kernels and for compiled programs.

``x`` is a score, ``c`` that of the row's label, ``m`` the greatest, ``s`` the sum of `TERM` over
the row, ``w`` its `WEIGHT` and ``g`` the incoming gradient.
"""

from __future__ import annotations

TERM = "exp(x - m)"
LOSS = "(m - c) + log(s)"
WEIGHT = "1 / s"
GRADIENT = f"w * g * {TERM}"
LABEL_GRADIENT = f"{GRADIENT} - g"
