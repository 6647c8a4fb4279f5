"""Counts of tokens."""

from __future__ import annotations

import re
from collections import Counter

from ...base import public_names

__all__ = ["count_tokens_from_str"]
__dir__ = public_names(globals())


def count_tokens_from_str(
    source_str: str,
    token_delim: str = " ",
    seq_delim: str = "\n",
    to_lower: bool = False,
    counter_to_update: Counter[str] | None = None,
) -> Counter[str]:
    """Count the tokens of a text.

    Parameters
    ----------
    source_str : str
    token_delim, seq_delim : str
        What separates tokens and sequences: regular expressions.
    to_lower : bool
        Whether to count tokens in lower case.
    counter_to_update : collections.Counter, optional
        To add the counts to; it is not changed if it is empty.

    Examples
    --------
    >>> count_tokens_from_str("a b\\nc a")
    Counter({'a': 2, 'b': 1, 'c': 1})
    """
    tokens = filter(None, re.split(f"{token_delim}|{seq_delim}", source_str))
    counter = counter_to_update if counter_to_update else Counter()
    counter.update(token.lower() if to_lower else token for token in tokens)
    return counter
