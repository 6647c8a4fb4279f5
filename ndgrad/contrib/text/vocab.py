"""Vocabularies: tokens and their indices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from ...base import public_names

if TYPE_CHECKING:
    from ...typing import MaybeMany

__all__ = ["Vocabulary"]
__dir__ = public_names(globals())

UNKNOWN = 0
"""The index of the unknown token."""


class VocabularyArguments(TypedDict, total=False):
    """Arguments of `Vocabulary`."""

    counter: Counter[str] | None
    most_freq_count: int | None
    min_freq: int
    unknown_token: str
    reserved_tokens: Sequence[str] | None


class Vocabulary:
    """Tokens by index: the unknown one, reserved ones, then others, the most frequent first.

    Parameters
    ----------
    counter : collections.Counter, optional
        Counts of tokens; equal counts are in alphabetical order.
    most_freq_count : int, optional
        How many tokens of *counter* to take at most.
    min_freq : int
        The least count of a token to take.
    unknown_token : str
        What stands for all other tokens.
    reserved_tokens : list of str, optional

    Attributes
    ----------
    idx_to_token : list of str
    token_to_idx : dict of str to int
    unknown_token : str
    reserved_tokens : list of str or None

    Raises
    ------
    AssertionError
        If *counter* is no counter, *min_freq* is below 1, or reserved tokens are repeated.
    """

    def __init__(
        self,
        counter: Counter[str] | None = None,
        most_freq_count: int | None = None,
        min_freq: int = 1,
        unknown_token: str = "<unk>",
        reserved_tokens: Sequence[str] | None = None,
    ) -> None:
        if min_freq <= 0:
            raise AssertionError(
                f"Vocabulary: `min_freq` must be set to a positive value, got {min_freq}"
            )
        reserved = None if reserved_tokens is None else list(reserved_tokens)
        if reserved and unknown_token in reserved:
            raise AssertionError("`reserved_token` cannot contain `unknown_token`.")
        if reserved and len(set(reserved)) != len(reserved):
            raise AssertionError("`reserved_tokens` cannot contain duplicate reserved tokens.")
        self._unknown_token, self._reserved_tokens = unknown_token, reserved
        self._set_tokens([unknown_token, *(reserved or [])])
        if counter is None:
            return
        if not isinstance(counter, Counter):
            raise AssertionError("`counter` must be an instance of collections.Counter.")
        known = set(self._idx_to_token)
        order = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
        frequent = [t for t, n in order if n >= min_freq and t not in known]
        if most_freq_count is not None and most_freq_count >= 0:
            del frequent[most_freq_count:]
        self._set_tokens(self._idx_to_token + frequent)

    def _set_tokens(self, tokens: list[str]) -> None:
        self._idx_to_token = tokens
        self._token_to_idx = {token: i for i, token in enumerate(tokens)}

    def __len__(self) -> int:
        return len(self._idx_to_token)

    @property
    def token_to_idx(self) -> dict[str, int]:
        """Indices by token."""
        return self._token_to_idx

    @property
    def idx_to_token(self) -> list[str]:
        """Tokens by index."""
        return self._idx_to_token

    @property
    def unknown_token(self) -> str:
        """What stands for tokens that are not here."""
        return self._unknown_token

    @property
    def reserved_tokens(self) -> list[str] | None:
        """Tokens that are here whatever their counts."""
        return self._reserved_tokens

    def to_indices(self, tokens: str | Sequence[str]) -> int | MaybeMany:
        """Return the index of a token, or a list of them; that of the unknown one for others."""
        if isinstance(tokens, str):
            return self._token_to_idx.get(tokens, UNKNOWN)
        return [self._token_to_idx.get(token, UNKNOWN) for token in tokens]

    def to_tokens(self, indices: int | Sequence[int]) -> str | MaybeMany:
        """Return the token at an index, or a list of them.

        Raises
        ------
        ValueError
            If an index is none of this vocabulary.
        """
        single = not isinstance(indices, (list, tuple))
        found = []
        for index in [indices] if single else indices:  # type: ignore[union-attr]
            if not isinstance(index, int) or not 0 <= index < len(self):
                raise ValueError(f"Token index {index} in the provided `indices` is invalid.")
            found.append(self._idx_to_token[index])
        return found[0] if single else found
