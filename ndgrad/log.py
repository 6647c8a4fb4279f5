"""`mx.log`: loggers whose lines begin with level, time, process and source position, in colours."""

from __future__ import annotations

import logging
import warnings
from logging import CRITICAL, DEBUG, ERROR, INFO, NOTSET, WARNING

from .base import public_names

__all__ = [
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "INFO",
    "NOTSET",
    "WARNING",
    "getLogger",
    "get_logger",
]
__dir__ = public_names(globals())

_BLUE, _GREEN, _RED = "\x1b[34m", "\x1b[32m", "\x1b[31m"


class _Formatter(logging.Formatter):
    """Formats records as ``I1130 09:23:15 4711 file.py:function:6] message``."""

    def __init__(self, colours: bool) -> None:
        super().__init__(datefmt="%m%d %H:%M:%S")
        self.colours = colours

    def format(self, record: logging.LogRecord) -> str:
        letter = record.levelname[0] if record.levelname in _LEVELS else "U"
        colour = _RED
        if record.levelno < WARNING:
            colour = _GREEN if record.levelno == INFO else _BLUE
        time = self.formatTime(record, self.datefmt)
        place = f"{record.pathname}:{record.funcName}:{record.lineno}"
        head = f"{letter}{time} {record.process} {place}]"
        if self.colours:
            head = f"{colour}{head}\x1b[0m"
        text = f"{head} {record.getMessage()}"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return text


_LEVELS = frozenset(("CRITICAL", "DEBUG", "ERROR", "INFO", "WARNING"))


def get_logger(
    name: str | None = None,
    filename: str | None = None,
    filemode: str | None = None,
    level: int = WARNING,
) -> logging.Logger:
    """Return a logger that writes to a file or to standard error.

    Parameters
    ----------
    name : str, optional
        The root logger if it is not given, whose handlers are left alone.
    filename : str, optional
        A file for the messages, without heads; standard error by default.
    filemode : str, optional
        How the file is opened, ``'a'`` by default.
    level : int
        The least level that is written.
    """
    logger = logging.getLogger(name)
    if name is None or getattr(logger, "_ndgrad_handler", None) is not None:
        return logger
    if filename:
        handler: logging.Handler = logging.FileHandler(filename, filemode or "a")
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(_Formatter(handler.stream.isatty()))
    logger._ndgrad_handler = handler  # type: ignore[attr-defined]
    logger.addHandler(handler)
    logger.setLevel(level)
    return logger


def getLogger(
    name: str | None = None,
    filename: str | None = None,
    filemode: str | None = None,
    level: int = WARNING,
) -> logging.Logger:
    """Return `get_logger` of the same arguments: its old name."""
    warnings.warn("getLogger is deprecated, Use get_logger instead.", DeprecationWarning, 2)
    return get_logger(name, filename, filemode, level)
