"""Vectors of tokens, read from files of text."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Unpack, overload

import numpy as np

from ... import registry
from ...array.ndarray import NDArray
from ...base import HostArray, data_dir, public_names
from ...nd import array, zeros
from .vocab import UNKNOWN, Vocabulary, VocabularyArguments

__all__ = [
    "CompositeEmbedding",
    "CustomEmbedding",
    "FastText",
    "GloVe",
    "create",
    "get_pretrained_file_names",
    "register",
]
__dir__ = public_names(globals())


class _TokenEmbedding(Vocabulary):
    """A vocabulary with a vector for each token.

    Attributes
    ----------
    idx_to_vec : NDArray
        The vectors, by index.
    vec_len : int
        Their length.
    """

    def __init__(
        self, vectors: NDArray | None = None, **kwargs: Unpack[VocabularyArguments]
    ) -> None:
        super().__init__(**kwargs)
        self._idx_to_vec = vectors

    @property
    def vec_len(self) -> int:
        """The length of vectors."""
        return 0 if self._idx_to_vec is None else self._idx_to_vec.shape[1]

    @property
    def idx_to_vec(self) -> NDArray | None:
        """The vectors, by index."""
        return self._idx_to_vec

    def _vectors(self) -> NDArray:
        if self._idx_to_vec is None:
            raise AssertionError("The property `idx_to_vec` has not been properly set.")
        return self._idx_to_vec

    def get_vecs_by_tokens(
        self, tokens: str | Sequence[str], lower_case_backup: bool = False
    ) -> NDArray:
        """Return the vector of a token, or a matrix of them; that of the unknown one for others.

        Parameters
        ----------
        tokens : str or list of str
        lower_case_backup : bool
            Whether to look for a token in lower case too.
        """
        single = isinstance(tokens, str)
        given = [tokens] if isinstance(tokens, str) else list(tokens)
        if lower_case_backup:
            given = [t if t in self.token_to_idx else t.lower() for t in given]
        vectors = self._vectors()[array(self.to_indices(given), dtype="int64")]
        return vectors[0] if single else vectors

    def update_token_vectors(self, tokens: str | Sequence[str], new_vectors: NDArray) -> None:
        """Replace the vectors of tokens.

        Parameters
        ----------
        tokens : str or list of str
        new_vectors : NDArray
            A row for each token; for one token also a vector.

        Raises
        ------
        AssertionError
            If numbers or lengths do not fit.
        ValueError
            For a token that is not here.
        """
        vectors = self._vectors()
        given = [tokens] if isinstance(tokens, str) else list(tokens)
        if not isinstance(new_vectors, NDArray) or new_vectors.ndim not in (1, 2):
            raise AssertionError("`new_vectors` must be a 1-D or 2-D NDArray.")
        rows = new_vectors.reshape((1, -1)) if new_vectors.ndim == 1 else new_vectors
        if rows.shape != (len(given), self.vec_len):
            raise AssertionError(
                "The length of new_vectors must be equal to the number of tokens and the width of "
                "new_vectors must be equal to the dimension of embeddings of the glossary: got "
                f"{new_vectors.shape}, expected {(len(given), self.vec_len)}"
            )
        for token in given:
            if token not in self.token_to_idx:
                raise ValueError(
                    f"Token {token} is unknown. To update the embedding vector for an unknown "
                    "token, please specify it explicitly as the `unknown_token` "
                    f"{self.unknown_token} in `tokens`. This is to avoid unintended updates."
                )
        vectors[array(self.to_indices(given), dtype="int64")] = rows

    def _load_embedding(
        self,
        pretrained_file_path: str,
        elem_delim: str,
        init_unknown_vec: Callable[..., NDArray],
        encoding: str = "utf8",
    ) -> None:
        """Take tokens and vectors from a file: a token and its numbers on each line."""
        path = os.fspath(pretrained_file_path)
        if not os.path.isfile(path):
            raise ValueError(
                "`pretrained_file_path` must be a valid path to the pre-trained token embedding "
                f"file, got {path}"
            )
        found: dict[str, list[float]] = {}
        unknown: list[float] | None = None
        length: int | None = None
        with open(path, encoding=encoding) as file:
            for number, line in enumerate(file, start=1):
                token, *numbers = line.rstrip().split(elem_delim)
                if not numbers:
                    raise AssertionError(f"{path}, line {number}: {token!r} has no vector")
                values = [float(x) for x in numbers]
                if token == self.unknown_token and unknown is None:
                    unknown = values
                    length = len(values) if length is None else length
                elif token in found:
                    _skip(path, number, f"token {token} comes a second time")
                elif len(values) <= 1:
                    _skip(path, number, f"token {token} with {values} is likely a header")
                elif length is not None and len(values) != length:
                    raise AssertionError(
                        f"{path}, line {number}: the vector of {token} has length {len(values)}, "
                        f"but previous ones {length}"
                    )
                else:
                    length = len(values)
                    found[token] = values
        known = self._idx_to_token
        self._set_tokens(known + [token for token in found if token not in set(known)])
        table = np.zeros((len(self), length or 0), "float32")
        first = init_unknown_vec(shape=length or 0) if unknown is None else array(unknown)
        table[UNKNOWN] = first.asnumpy()
        for token, values in found.items():
            table[self.token_to_idx[token]] = values
        self._idx_to_vec = array(table)

    def _restrict(self, vocabulary: Vocabulary | None) -> None:
        """Keep the tokens of a vocabulary alone, in its order."""
        if vocabulary is None:
            return
        self._idx_to_vec = array(_joined(vocabulary, [self]))
        self._unknown_token = vocabulary.unknown_token
        self._reserved_tokens = vocabulary.reserved_tokens
        self._set_tokens(list(vocabulary.idx_to_token))


def _skip(path: str, line: int, why: str) -> None:
    warnings.warn(f"{path}, line {line} is skipped: {why}", stacklevel=4)


def _joined(vocabulary: Vocabulary, embeddings: Sequence[_TokenEmbedding]) -> HostArray:
    """The vectors that embeddings have for a vocabulary's tokens, side by side."""
    tokens = vocabulary.idx_to_token
    return np.hstack([x.get_vecs_by_tokens(tokens).asnumpy() for x in embeddings])


register = registry.get_register_func(_TokenEmbedding, "token embedding")
_create = registry.get_create_func(_TokenEmbedding, "token embedding")


def create(embedding_name: str, **kwargs: object) -> _TokenEmbedding:
    """Return an embedding of a registered class: 'glove', 'fasttext' or one's own.

    Parameters
    ----------
    embedding_name : str
    **kwargs
        What the class takes.

    Raises
    ------
    AssertionError
        If no such class is registered.
    """
    return _create(embedding_name, **kwargs)


class _Pretrained(_TokenEmbedding):
    """An embedding from a file that was fetched before."""

    def __init__(
        self,
        pretrained_file_name: str,
        embedding_root: str | None,
        init_unknown_vec: Callable[..., NDArray],
        vocabulary: Vocabulary | None,
        **kwargs: Unpack[VocabularyArguments],
    ) -> None:
        super().__init__(**kwargs)
        path = _folder(type(self).__name__.lower(), embedding_root) / pretrained_file_name
        if not path.exists():
            raise KeyError(
                f"Cannot find pretrained file {pretrained_file_name} for token embedding "
                f"{type(self).__name__.lower()}: put it at {path}, as ndgrad downloads none"
            )
        self._load_embedding(str(path), " ", init_unknown_vec)
        self._restrict(vocabulary)


@register
class GloVe(_Pretrained):
    """GloVe's vectors, from ``~/.mxnet/embeddings/glove``.

    Parameters
    ----------
    pretrained_file_name : str
    embedding_root : str, optional
        The folder that has a folder ``glove``.
    init_unknown_vec : callable
        Makes the vector of the unknown token, from ``shape=``, unless the file has one.
    vocabulary : Vocabulary, optional
        The tokens to keep; all by default.
    **kwargs
        What `Vocabulary` takes.

    References
    ----------
    J. Pennington, R. Socher, C. Manning: GloVe: Global vectors for word representation.  2014.
    """

    def __init__(
        self,
        pretrained_file_name: str = "glove.840B.300d.txt",
        embedding_root: str | None = None,
        init_unknown_vec: Callable[..., NDArray] = zeros,
        vocabulary: Vocabulary | None = None,
        **kwargs: Unpack[VocabularyArguments],
    ) -> None:
        super().__init__(
            pretrained_file_name, embedding_root, init_unknown_vec, vocabulary, **kwargs
        )


@register
class FastText(_Pretrained):
    """fastText's vectors, from ``~/.mxnet/embeddings/fasttext``.

    Parameters
    ----------
    pretrained_file_name, embedding_root, init_unknown_vec, vocabulary, **kwargs
        As for `GloVe`.

    References
    ----------
    P. Bojanowski, E. Grave, A. Joulin, T. Mikolov: Enriching word vectors with subword
    information.  2017.
    """

    def __init__(
        self,
        pretrained_file_name: str = "wiki.simple.vec",
        embedding_root: str | None = None,
        init_unknown_vec: Callable[..., NDArray] = zeros,
        vocabulary: Vocabulary | None = None,
        **kwargs: Unpack[VocabularyArguments],
    ) -> None:
        super().__init__(
            pretrained_file_name, embedding_root, init_unknown_vec, vocabulary, **kwargs
        )


class CustomEmbedding(_TokenEmbedding):
    """Vectors from a user's file: a token and its numbers on each line.

    Parameters
    ----------
    pretrained_file_path : str
    elem_delim : str
        What separates the token and the numbers.
    encoding : str
    init_unknown_vec, vocabulary, **kwargs
        As for `GloVe`.

    Raises
    ------
    ValueError
        If there is no such file.
    """

    def __init__(
        self,
        pretrained_file_path: str,
        elem_delim: str = " ",
        encoding: str = "utf8",
        init_unknown_vec: Callable[..., NDArray] = zeros,
        vocabulary: Vocabulary | None = None,
        **kwargs: Unpack[VocabularyArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._load_embedding(pretrained_file_path, elem_delim, init_unknown_vec, encoding)
        self._restrict(vocabulary)


class CompositeEmbedding(_TokenEmbedding):
    """The vectors of several embeddings, side by side, for the tokens of a vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
    token_embeddings : embedding, or list of them
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        token_embeddings: _TokenEmbedding | Sequence[_TokenEmbedding],
    ) -> None:
        embeddings = [token_embeddings] if isinstance(token_embeddings, Vocabulary) else None
        super().__init__(
            array(_joined(vocabulary, embeddings or token_embeddings)),  # type: ignore[arg-type]
            unknown_token=vocabulary.unknown_token,
            reserved_tokens=vocabulary.reserved_tokens,
        )
        self._set_tokens(list(vocabulary.idx_to_token))


def _folder(name: str, root: str | None = None) -> Path:
    return Path(root or Path(data_dir()) / "embeddings").expanduser() / name


@overload
def get_pretrained_file_names(embedding_name: None = None) -> dict[str, list[str]]: ...
@overload
def get_pretrained_file_names(embedding_name: str) -> list[str]: ...
def get_pretrained_file_names(
    embedding_name: str | None = None,
) -> list[str] | dict[str, list[str]]:
    """Return the files that are there for an embedding, or a dict of them for all.

    Raises
    ------
    KeyError
        For an unknown name.
    """
    found = {
        name: sorted(path.name for path in _folder(name).glob("*"))
        for name, kind in registry.get_registry(_TokenEmbedding).items()
        if issubclass(kind, _Pretrained)
    }
    if embedding_name is None:
        return found
    if embedding_name not in found:
        raise KeyError(
            f"Cannot find `embedding_name` {embedding_name}. Use "
            "`get_pretrained_file_names(embedding_name=None).keys()` to get all the valid "
            "embedding names."
        )
    return found[embedding_name]
