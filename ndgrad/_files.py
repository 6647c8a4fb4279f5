"""Files of users: read whole; written so that an old one stays until all of the new is there."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from .base import MXNetError, UnreadableFileError

# A file cannot be made in the folder, or cannot take the old one's name: write in place then.
_NOT_REPLACEABLE = (errno.EACCES, errno.EBUSY, errno.EPERM, errno.EROFS, errno.EXDEV)
# There is nothing to flush, or the file system does not offer it.
_NO_SYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def file_name(fname: object, op: str) -> str:
    """The name of a file that a user gave to *op* as the argument ``fname``.

    Raises
    ------
    TypeError
        If it is neither a string nor a path.
    MXNetError
        If no file can have that name.
    """
    if not isinstance(fname, (str, os.PathLike)):
        raise TypeError(f"{op}: fname must be a string or a path, got {type(fname).__name__}")
    name = os.fsdecode(fname)
    if not name or "\0" in name:
        raise MXNetError(f"{op}: fname={name!r} is no file's name")
    return name


def read_file(fname: object, op: str) -> bytes:
    """The whole content of a file.

    Raises
    ------
    TypeError, MXNetError
        As for `file_name`; if the file cannot be read, with its name and the reason.
    """
    name = file_name(fname, op)
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        kind = UnreadableFileError if isinstance(error, FileNotFoundError) else MXNetError
        raise kind(f"{op}: cannot read fname={name!r}: {error.strerror or error}") from error


def write_file(fname: object, parts: Iterable[object], op: str) -> None:
    """Write a file so that its name leads to the old content or to the whole new one.

    The content goes to a new file in the same folder (``.ndgrad-<number>.tmp``), which is flushed
    to the disk and then renamed.  An error, a full disk or an interrupt on the way leaves what was
    there before and nothing else; a process that is killed leaves the unfinished new file too.

    Permissions, owner, extended attributes and a symbolic link stay as they are, as with a plain
    write.  Another hard link keeps the old content.  What cannot be replaced is written in place: a
    device or pipe, a mount point, a file whose folder or owner does not allow it.

    Parameters
    ----------
    fname : str or path-like
    parts : iterable of bytes-like
        Computed while they are written; their errors are passed on.
    op : str
        The function that asks, for the error.

    Raises
    ------
    TypeError, MXNetError
        As for `file_name`; if the file cannot be written, with its name and the reason.
    """
    name = file_name(fname, op)
    try:
        _write(os.path.realpath(name), parts)
    except OSError as error:
        raise MXNetError(f"{op}: cannot write fname={name!r}: {error.strerror or error}") from error


def _write(path: str, parts: Iterable[object]) -> None:
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        _write_in_place(path, parts)
        return
    if old is not None:
        os.close(os.open(path, os.O_WRONLY))  # refused where a plain write is
    if not _replace(path, old, parts):
        _write_in_place(path, parts)


def _write_in_place(path: str, parts: Iterable[Any]) -> None:
    with open(path, "wb") as file:
        file.writelines(parts)


def _replace(path: str, old: os.stat_result | None, parts: Iterable[Any]) -> bool:
    """Write a new file and rename it; False, with *parts* untouched, where that is not possible."""
    draft = os.path.join(os.path.dirname(path), f".ndgrad-{uuid.uuid4().hex[:12]}.tmp")
    try:
        file = open(draft, "xb")
    except OSError as error:
        if old is None or error.errno not in _NOT_REPLACEABLE:
            raise
        return False
    try:
        with file:
            if old is not None and not _resembles(draft, path, old):
                return False
            file.writelines(parts)
            file.flush()
            _sync(file.fileno())
        try:
            os.replace(draft, path)
        except OSError as error:
            if old is None or error.errno not in _NOT_REPLACEABLE:
                raise
            shutil.copyfile(draft, path)
    finally:
        with suppress(OSError):  # renamed, as a rule
            os.unlink(draft)
    _sync_folder(os.path.dirname(path))
    return True


def _resembles(draft: str, path: str, old: os.stat_result) -> bool:
    """Give the draft the old file's owner, permissions and attributes; whether that worked."""
    try:
        own = os.stat(draft)
        if (own.st_uid, own.st_gid) != (old.st_uid, old.st_gid):
            os.chown(draft, old.st_uid, old.st_gid)
        shutil.copystat(path, draft)
    except OSError:
        return False
    return True


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _sync_folder(folder: str) -> None:
    """Flush the new name to the disk, where a folder can be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
