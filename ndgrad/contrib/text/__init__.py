"""`mx.contrib.text`: vocabularies, token embeddings from files, counts of tokens."""

from ...base import public_names
from . import datasets, embedding, utils, vocab

__all__ = ["datasets", "embedding", "utils", "vocab"]
__dir__ = public_names(globals())
