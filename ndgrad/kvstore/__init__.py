"""Key-value stores: arrays of several devices, summed and kept alike."""

from . import base, kvstore
from .base import KVStoreBase
from .kvstore import KVStore, create

__all__ = ["KVStore", "KVStoreBase", "base", "create", "kvstore"]
