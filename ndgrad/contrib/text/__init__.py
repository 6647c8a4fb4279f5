"""`mx.contrib.text`: vocabularies, token embeddings from files, counts of tokens."""

from ...base import public_names
from . import embedding, utils, vocab

__all__ = ["embedding", "utils", "vocab"]
__dir__ = public_names(globals())
