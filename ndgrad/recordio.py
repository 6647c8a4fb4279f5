"""RecordIO: files of byte strings, and the labels and images that MXNet packs into these.

A record is a magic number, a word with a continuation flag (3 bits) and a length (29 bits), and the
content, padded with zeros to a multiple of four bytes.  Where the content itself holds the magic
number at a multiple of four, it is cut there into several parts without it.  So a reader that is
somewhere in a file finds the next record.
"""

from __future__ import annotations

import numbers
import os
import struct
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any, NamedTuple, TypeAlias

import numpy as np

from . import _pictures
from ._files import file_name
from .base import HostArray, MXNetError, public_names

__all__ = [
    "IRHeader",
    "MXIndexedRecordIO",
    "MXRecordIO",
    "pack",
    "pack_img",
    "unpack",
    "unpack_img",
]
__dir__ = public_names(globals())

_MAGIC = struct.pack("<I", 0xCED7230A)
_HEAD = struct.Struct("<4sI")
_LENGTH_BITS = 29
_LARGEST = (1 << _LENGTH_BITS) - 1
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)

_reopening = threading.Lock()
"""Held while a forked child opens a file anew, which several of its threads may ask for."""


def _new_lock() -> None:
    global _reopening
    _reopening = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def _parts(content: bytes) -> list[bytes]:
    """*content*, cut where it holds the magic number at a multiple of four bytes."""
    parts, begin, at = [], 0, content.find(_MAGIC)
    while at >= 0:
        if at % 4 == 0:
            parts.append(content[begin:at])
            begin = at + 4
            at = content.find(_MAGIC, begin)
        else:
            at = content.find(_MAGIC, at + 1)
    return [*parts, content[begin:]]


Key: TypeAlias = Any
"""What an index calls a record: a number, or what a program's *key_type* makes of text."""


class MXRecordIO:
    """A file of records that are written, or read, one after another.

    A forked child may go on reading: its first access opens the file anew, at the beginning.

    Parameters
    ----------
    uri : str or path-like
    flag : {'r', 'w'}
        Whether to read or to write; an old file is replaced.

    Raises
    ------
    ValueError
        For another *flag*.
    MXNetError
        If the file cannot be opened.
    """

    handle: IO[bytes]

    def __init__(self, uri: str | os.PathLike[str], flag: str) -> None:
        self.is_open = False
        self.uri = file_name(uri, type(self).__name__)
        self.flag = flag
        self.pid: int | None = None
        self.open()

    def open(self) -> None:
        """Open the file, at its beginning.

        Raises
        ------
        ValueError
            If the flag is neither 'r' nor 'w'.
        MXNetError
            If the file cannot be opened.
        """
        if self.flag not in ("r", "w"):
            raise ValueError(f"Invalid flag {self.flag}: expected 'r' or 'w'")
        self.writable = self.flag == "w"
        try:
            self.handle = open(self.uri, self.flag + "b")
        except OSError as error:
            raise MXNetError(
                f"{type(self).__name__}: cannot open uri={self.uri!r}: {error.strerror or error}"
            ) from error
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self.is_open = True

    def close(self) -> None:
        """Close the file; without effect if it is closed."""
        if self.is_open:
            self._end(self.handle)
            self.is_open = False
            self.pid = None

    def _end(self, file: IO[bytes] | IO[str]) -> None:
        if self.writable and self.pid != os.getpid():
            with open(os.devnull, "wb") as nowhere:  # what is buffered is the parent's to write
                os.dup2(nowhere.fileno(), file.fileno())
        file.close()

    def __del__(self) -> None:
        self.close()

    def __getstate__(self) -> dict[str, object]:
        state = dict(self.__dict__)
        for name in ("handle", "_lock"):
            state.pop(name, None)
        if self.writable:  # to open it again would empty it
            state["is_open"] = False
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state, is_open=False)
        if state["is_open"]:
            self.open()

    def _check_pid(self, allow_reset: bool = False) -> None:
        """Make sure that the file was opened by this process; else open it, if that is allowed."""
        if self.pid == os.getpid():
            return
        if not self.is_open:
            raise MXNetError(f"{type(self).__name__}: the file {self.uri!r} is closed")
        if not allow_reset:
            raise RuntimeError("Forbidden operation in multiple processes")
        with _reopening:
            if self.pid != os.getpid():
                self.reset()

    def _check_flag(self, flag: str, what: str) -> None:
        if self.flag != flag:
            raise MXNetError(
                f"{type(self).__name__}.{what}: the file {self.uri!r} was opened with "
                f"flag={self.flag!r}, expected {flag!r}"
            )

    def reset(self) -> None:
        """Close the file and open it again, at its beginning; an output file is emptied."""
        self.close()
        self.open()

    def write(self, buf: bytes) -> None:
        """Append a record.

        Parameters
        ----------
        buf : bytes

        Raises
        ------
        TypeError
            If it is not bytes.
        MXNetError
            If it is 512 MiB or larger, or the file was opened to be read.
        """
        self._check_flag("w", "write")
        if not isinstance(buf, (bytes, bytearray, memoryview)):
            raise TypeError(f"{type(self).__name__}.write: buf must be bytes, got {type(buf)}")
        content = bytes(buf)
        if len(content) > _LARGEST:
            raise MXNetError(
                f"{type(self).__name__}.write: a record has at most {_LARGEST} bytes, "
                f"got {len(content)}"
            )
        self._check_pid(allow_reset=False)
        parts = _parts(content)
        last = len(parts) - 1
        for i, part in enumerate(parts):
            kind = _WHOLE if not last else _FIRST if not i else _LAST if i == last else _MIDDLE
            head = _HEAD.pack(_MAGIC, kind << _LENGTH_BITS | len(part))
            self.handle.writelines((head, part, bytes(-len(part) % 4)))

    def read(self) -> bytes | None:
        """Read the next record.

        Returns
        -------
        bytes or None
            None at the end of the file.

        Raises
        ------
        MXNetError
            If the file has no record here, or ends within it, or was opened to be written.
        """
        self._check_flag("r", "read")
        self._check_pid(allow_reset=True)
        return self._next()

    def _invalid(self, at: int, why: str) -> MXNetError:
        return MXNetError(
            f"{type(self).__name__}.read: {self.uri!r} has no record at byte {at}: {why}"
        )

    def _next(self) -> bytes | None:
        file = self.handle
        start = file.tell()
        parts: list[bytes] = []
        while True:
            head = file.read(8)
            if not head and not parts:
                return None
            if len(head) < 8:
                raise self._invalid(start, "the file ends within it")
            magic, word = _HEAD.unpack(head)
            kind, length = word >> _LENGTH_BITS, word & _LARGEST
            if magic != _MAGIC:
                raise self._invalid(start, "the magic number is missing")
            if kind not in ((_MIDDLE, _LAST) if parts else (_WHOLE, _FIRST)):
                raise self._invalid(start, f"unexpected continuation flag {kind}")
            padded = length + -length % 4
            if padded > (1 << 16) and padded > os.fstat(file.fileno()).st_size - file.tell():
                raise self._invalid(start, "the file ends within it")
            content = file.read(padded)
            if len(content) < padded:
                raise self._invalid(start, "the file ends within it")
            parts.append(content[:length])
            if kind in (_WHOLE, _LAST):
                return _MAGIC.join(parts)


def record_positions(uri: str) -> list[int]:
    """Where the records of a file begin.

    Raises
    ------
    MXNetError
        If the file cannot be read, or there is something else in it.
    """
    positions: list[int] = []
    try:
        with open(uri, "rb", buffering=0) as file:
            size, at = os.fstat(file.fileno()).st_size, 0
            while at + _HEAD.size <= size:
                file.seek(at)
                magic, word = _HEAD.unpack(file.read(_HEAD.size))
                if magic != _MAGIC:
                    raise MXNetError(f"{uri!r} has no record at byte {at}")
                if word >> _LENGTH_BITS in (_WHOLE, _FIRST):
                    positions.append(at)
                length = word & _LARGEST
                at += _HEAD.size + length + -length % 4
    except OSError as error:
        raise MXNetError(f"cannot read {uri!r}: {error.strerror or error}") from error
    return positions


class MXIndexedRecordIO(MXRecordIO):
    """A file of records that are found by keys, which a second file lists with their positions.

    Several threads may read from one object, by `read_idx`.

    Parameters
    ----------
    idx_path : str or path-like
        The list: a line for each record, the key and the position with a tab between them.
    uri : str or path-like
        The file of records.
    flag : {'r', 'w'}
    key_type : callable
        Makes a key of its text.

    Raises
    ------
    OSError, MXNetError
        If one of the files cannot be opened; if a line of the list is not understood.
    """

    def __init__(
        self,
        idx_path: str | os.PathLike[str],
        uri: str | os.PathLike[str],
        flag: str,
        key_type: Callable[[str], Key] = int,
    ) -> None:
        self.idx_path = file_name(idx_path, type(self).__name__)
        self.idx: dict[Key, int] = {}
        self.keys: list[Key] = []
        self.key_type = key_type
        self.fidx: IO[str] | None = None
        super().__init__(uri, flag)

    def open(self) -> None:
        """Open both files.

        Raises
        ------
        ValueError
            If the flag is neither 'r' nor 'w'.
        MXNetError
            If the file of records cannot be opened, or a line of the index is wrong.
        OSError
            If the index cannot be opened.
        """
        super().open()
        self.idx, self.keys = {}, []
        try:
            file = open(self.idx_path, self.flag)
        except OSError:
            super().close()
            raise
        if self.writable:
            self.fidx = file
            return
        with file:
            for number, line in enumerate(file, 1):
                fields = line.strip().split("\t")
                try:
                    key, position = self.key_type(fields[0]), int(fields[1])
                except (ValueError, IndexError):
                    raise MXNetError(
                        f"{type(self).__name__}: line {number} of idx_path={self.idx_path!r} "
                        f"must be a key, a tab and a position, got {line!r}"
                    ) from None
                self.idx[key] = position
                self.keys.append(key)

    def close(self) -> None:
        """Close both files; without effect if they are closed."""
        if self.is_open and self.fidx is not None:
            self._end(self.fidx)
            self.fidx = None
        super().close()

    def __getstate__(self) -> dict[str, object]:
        return super().__getstate__() | {"fidx": None}

    def seek(self, idx: Key) -> None:
        """Go to the record with the key *idx*; the next `read` reads it."""
        self._check_flag("r", "seek")
        self._check_pid(allow_reset=True)
        if idx not in self.idx:
            raise KeyError(
                f"{type(self).__name__}: {self.idx_path!r} has no record with the key {idx!r}"
            )
        self.handle.seek(self.idx[idx])

    def tell(self) -> int:
        """The position where the next record will be written."""
        self._check_flag("w", "tell")
        return self.handle.tell()

    def read_idx(self, idx: Key) -> bytes | None:
        """Read the record with the key *idx*.

        Raises
        ------
        KeyError
            If the list does not have it.
        MXNetError
            As `read`.
        """
        self._check_flag("r", "read_idx")
        self._check_pid(allow_reset=True)  # before the lock, which a child may inherit locked
        with self._lock:
            self.seek(idx)
            return self.read()

    def write_idx(self, idx: Key, buf: bytes) -> None:
        """Append a record, and its key *idx* to the list."""
        key = self.key_type(idx)
        position = self.tell()
        self.write(buf)
        assert self.fidx is not None
        self.fidx.write(f"{key}\t{position}\n")
        self.idx[key] = position
        self.keys.append(key)


class IRHeader(NamedTuple):
    """The header of an image in a record.

    ``flag`` is how many labels there are if ``label`` is not a number but several; ``id`` and
    ``id2`` number the image.
    """

    flag: int
    label: float | HostArray | Sequence[float]
    id: int
    id2: int


HeaderLike: TypeAlias = IRHeader | tuple[int, float | HostArray | Sequence[float], int, int]

_IR = struct.Struct("<IfQQ")
_IR_SIZE = _IR.size


def pack(header: HeaderLike, s: bytes) -> bytes:
    """Put a header in front of a byte string.

    Parameters
    ----------
    header : IRHeader or tuple
        If ``label`` is no number but several, ``flag`` becomes how many.
    s : bytes

    Returns
    -------
    bytes
    """
    header = IRHeader(*header)
    if isinstance(header.label, numbers.Number):
        header = header._replace(flag=0)
    else:
        label = np.asarray(header.label, dtype="<f4")
        header = header._replace(flag=label.size, label=0)
        s = label.tobytes() + s
    return _IR.pack(*header) + s


def unpack(s: bytes) -> tuple[IRHeader, bytes]:
    """Separate the header from the byte string that `pack` put it in front of.

    Returns
    -------
    header : IRHeader
        Several labels are a float32 array.
    s : bytes

    Raises
    ------
    MXNetError
        If *s* is too short for its header.
    """
    if len(s) < _IR_SIZE:
        raise MXNetError(f"unpack: s must have {_IR_SIZE} bytes or more, got {len(s)}")
    header = IRHeader(*_IR.unpack_from(s))
    s = s[_IR_SIZE:]
    if header.flag > 0:
        if 4 * header.flag > len(s):
            raise MXNetError(
                f"unpack: s must hold the {header.flag} labels that its header counts, "
                f"got {len(s)} bytes"
            )
        header = header._replace(label=np.frombuffer(s, np.float32, header.flag))
        s = s[4 * header.flag :]
    return header, s


def pack_img(header: HeaderLike, img: HostArray, quality: int = 95, img_fmt: str = ".jpg") -> bytes:
    """Encode an image, and put a header in front of it.

    Parameters
    ----------
    header : IRHeader or tuple
        See `pack`.
    img : numpy.ndarray
        uint8, of shape (height, width), or (height, width, 3) in the order blue, green, red.
    quality : int
        0 to 100 for JPEG; for PNG 0 to 9, how much to compress.
    img_fmt : str
        ``.jpg``, ``.jpeg``, ``.png`` or another ending that Pillow knows.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    MXNetError
        If the image cannot be encoded.
    """
    return pack(header, _pictures.encode(_pictures.swapped(img), img_fmt, quality))


def unpack_img(s: bytes, iscolor: int = -1) -> tuple[IRHeader, HostArray]:
    """Separate a header and an image, and decode this.

    Parameters
    ----------
    s : bytes
        What `pack_img` returns.
    iscolor : {-1, 0, 1}
        1 makes it a colour image, 0 a grey one, -1 leaves it as it is.

    Returns
    -------
    header : IRHeader
    img : numpy.ndarray
        uint8, of shape (height, width), or (height, width, 3) in the order blue, green, red.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    MXNetError
        If there is no image.
    """
    header, s = unpack(s)
    return header, _pictures.swapped(_pictures.decode(s, iscolor, "unpack_img"))
