"""Key-value stores: arrays by key, summed over devices."""

from . import base, kvstore
from .base import KVStoreBase
from .kvstore import KVStore, create

__all__ = ["KVStore", "KVStoreBase", "base", "create", "kvstore"]
