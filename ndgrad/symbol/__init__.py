"""Symbols: recorded graphs as values, to read, draw, save and evaluate."""

from ..base import public_names
from .symbol import Symbol, fromjson, get_symbol, load, load_json

__all__ = ["Symbol", "fromjson", "get_symbol", "load", "load_json"]
__dir__ = public_names(globals())
