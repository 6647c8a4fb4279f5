"""Files for users: an old one stays until all of a new one is on the disk."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ndgrad import MXNetError, _files, autograd, nd, symbol
from ndgrad._files import write_file

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions, links and signals")
user = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere"
)


@cache  # whose variable has a number in its name
def graph() -> Any:
    x = nd.ones(3)
    x.attach_grad()
    with autograd.record():
        y = x * 2 + 1
    return autograd.get_symbol(y)


WRITERS: dict[str, Callable[[Path], Any]] = {
    "save": lambda path: nd.save(str(path), nd.arange(100_000)),
    "Symbol.save": lambda path: graph().save(path),
    "Symbol.draw": lambda path: graph().draw(path),
}
writers = pytest.mark.parametrize("op", WRITERS)


@writers
def test_a_file_appears_whole_and_alone(op: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    WRITERS[op](path)
    first = path.read_bytes()
    path.write_bytes(b"old" * 1_000_000)
    WRITERS[op](str(path))
    assert len(path.read_bytes()) == len(first)
    assert os.listdir(tmp_path) == ["file"]


@writers
def test_names_that_no_file_can_have(op: str, tmp_path: Path) -> None:
    for name, reason in (
        (tmp_path / "missing" / "file", "No such file"),
        (tmp_path, "directory"),
        (tmp_path / "nu\0l", "no file's name"),
        (tmp_path / ("n" * 300), "too long"),
    ):
        with pytest.raises(MXNetError, match=f"^{op}: ") as caught:
            WRITERS[op](name)
        assert reason in str(caught.value)
        assert str(name).replace("\0", "\\x00") in str(caught.value)
    assert os.listdir(tmp_path) == []


@writers
def test_a_full_disk_leaves_the_old_file_and_no_other(
    op: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        MXNetError, match=f"^{op}: cannot write fname='.*file': No space left on device"
    ):
        WRITERS[op](path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


PROGRAM = """
import os, sys
from ndgrad import MXNetError, nd
path = sys.argv[1]
"""


def run(source: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM + textwrap.dedent(source), *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@posix
def test_a_file_that_may_not_grow_so_far(tmp_path: Path) -> None:
    path = tmp_path / "file"
    nd.save(str(path), nd.ones(3))
    result = run(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            nd.save(path, [nd.zeros(1000), nd.zeros(1_000_000)])
        except MXNetError as error:
            print(error)
        """,
        str(path),
    )
    assert result.stdout == f"save: cannot write fname={str(path)!r}: File too large\n", (
        result.stderr
    )
    assert nd.load(str(path))[0].tolist() == [1, 1, 1]
    assert os.listdir(tmp_path) == ["file"]


@posix
def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """Killed at twelve moments while it replaces a file of thirty arrays again and again."""
    path = tmp_path / "file"
    nd.save(str(path), [nd.zeros(10_000) for _ in range(30)])
    result = run(
        """
        import signal, time

        nd.full(10_000, 0)
        for kill in range(12):
            if (child := os.fork()) == 0:
                for i in range(1, 1_000_000):
                    nd.save(path, [nd.full(10_000, i) for _ in range(30)])
            time.sleep(0.02 + 0.007 * kill)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            arrays = nd.load(path)
            assert [x.shape for x in arrays] == [(10_000,)] * 30
            (value,) = {v for x in arrays for v in x.asnumpy().tolist()}
            print(value)
        """,
        str(path),
    )
    assert result.returncode == 0, result.stderr
    values = result.stdout.split()
    assert len(values) == 12
    assert set(values) != {"0.0"}  # some of them did replace it


def test_an_error_or_an_interrupt_between_parts(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    for kind in (ZeroDivisionError, KeyboardInterrupt, MemoryError):

        def parts(kind: type[BaseException] = kind) -> Iterator[bytes]:
            yield b"new" * 100_000
            raise kind

        with pytest.raises(kind):
            write_file(path, parts(), "save")
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["file"]


@posix
def test_permissions_stay_and_new_files_have_a_plain_files(tmp_path: Path) -> None:
    path, plain = tmp_path / "file", tmp_path / "plain"
    plain.write_text("")
    write_file(path, [b"1"], "save")
    assert path.stat().st_mode == plain.stat().st_mode
    for mode in (0o600, 0o664, 0o751):
        path.chmod(mode)
        write_file(path, [b"2"], "save")
        assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_links_stay_and_lead_to_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link, dangling = tmp_path / "folder" / "file", tmp_path / "link", tmp_path / "dangling"
    target.write_text("old")
    link.symlink_to(Path("folder", "file"))
    dangling.symlink_to(Path("folder", "none"))
    for path in (link, dangling):
        write_file(path, [b"new"], "save")
        assert path.is_symlink()
        assert path.read_text() == "new"
    assert target.read_text() == "new"
    assert sorted(os.listdir(tmp_path / "folder")) == ["file", "none"]


@user
def test_a_file_that_may_not_be_written_to_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(MXNetError, match="Permission denied"):
        write_file(path, [b"new"], "save")
    assert path.read_text() == "old"


@pytest.mark.parametrize("refused", ["open", "chown", "copystat", "replace"])
def test_what_cannot_be_replaced_is_written_in_place(
    refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder where no file can be made; where its owner cannot be kept; a mount point."""
    path = tmp_path / "file"
    path.write_text("old, and longer")
    number = path.stat().st_ino
    real_open, real_stat = open, os.stat

    def no(*args: Any, **options: Any) -> Any:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if refused == "open":
        monkeypatch.setattr(
            _files,
            "open",
            lambda name, mode: no() if mode == "xb" else real_open(name, mode),
            raising=False,
        )
    elif refused == "chown":

        def another_owner(name: Any, **options: Any) -> os.stat_result:
            found = real_stat(name, **options)
            fields = list(found)
            fields[4] += str(name) == str(path)
            return os.stat_result(fields)

        monkeypatch.setattr(os, "chown", no, raising=False)
        monkeypatch.setattr(os, "stat", another_owner)
    elif refused == "copystat":
        monkeypatch.setattr(_files.shutil, "copystat", no)
    else:
        monkeypatch.setattr(os, "replace", no)
    write_file(path, [b"n", b"ew"], "save")
    monkeypatch.undo()
    assert path.read_text() == "new"
    assert path.stat().st_ino == number
    assert os.listdir(tmp_path) == ["file"]


@posix
def test_pipes_and_devices_are_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, [b"con", b"tent"], "save")
    reader.join(30)
    assert received == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_file(os.devnull, [b"content"], "save")
    if os.path.exists("/dev/full"):
        with pytest.raises(MXNetError, match="cannot write fname='/dev/full': No space left"):
            nd.save("/dev/full", nd.ones(3))


@pytest.mark.parametrize("sync", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_without_flushing(
    sync: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(sync, os.strerror(sync))

    monkeypatch.setattr(os, "fsync", refuse)
    write_file(tmp_path / "file", [b"content"], "save")
    assert (tmp_path / "file").read_bytes() == b"content"


def test_readers_name_the_file_and_themselves(tmp_path: Path) -> None:
    for op, load in (("load", nd.load), ("symbol.load", symbol.load)):
        for name in (tmp_path, tmp_path / "none"):
            with pytest.raises(MXNetError, match=f"^{op}: cannot read fname='{name}': "):
                load(name)
        with pytest.raises(MXNetError, match=f"^{op}: fname='' is no file's name"):
            load("")
        with pytest.raises(TypeError, match=f"^{op}: fname must be a string or a path, got int"):
            load(5)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(MXNetError, match="is no graph: it is not UTF-8"):
        symbol.load(tmp_path / "binary")
