"""The profiler of the process: whether it runs, and what it has recorded."""

from __future__ import annotations

import threading
from typing import Any

from .._files import write_file
from .instruments import Instruments
from .records import Record, recorder
from .trace import chrome_trace

_WHAT = ("profile_imperative", "profile_symbolic", "profile_api", "profile_memory")


class Profiler:
    """Starts and stops recording.

    Attributes
    ----------
    running, paused : bool
    options : dict
        Those of `set_config`.
    instruments : Instruments
    """

    def __init__(self) -> None:
        self.running = self.paused = False
        self.options: dict[str, Any] = dict.fromkeys(_WHAT, True)
        self.options |= {"profile_all": False, "profile_memory": False, "filename": "profile.json"}
        self.instruments = Instruments()
        self._lock = threading.RLock()

    @property
    def records(self) -> list[Record]:
        """What was recorded."""
        return recorder.records

    def change(self, running: bool | None = None, paused: bool | None = None) -> None:
        """Set what is given; replace what is called, or restore it, where that follows."""
        with self._lock:
            self.running = self.running if running is None else running
            self.paused = self.paused if paused is None else paused
            wanted = self.running and not self.paused
            if wanted and not recorder.recording:
                self.instruments.install(self._is_profiled)
            elif recorder.recording and not wanted:
                self.instruments.remove()
            recorder.recording = wanted

    def _is_profiled(self, option: str) -> bool:
        return bool(self.options["profile_all"] or self.options[option])

    def write(self, filename: str, what: str, records: list[Record] | None = None) -> None:
        """Write a trace of *records*, by default all, to a file; *what* asks for it."""
        text = chrome_trace(list(self.records) if records is None else records, recorder.threads)
        write_file(filename, [text.encode()], what)


profiler = Profiler()
