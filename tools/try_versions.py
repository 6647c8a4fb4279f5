"""Try the wheel in new environments: every Python found, oldest and newest dependencies.

    python tools/try_versions.py
    python tools/try_versions.py --python 3.12 --dependencies oldest --tests tests/ops

The sdist and, from it, the wheel are built.  For each Python that ``requires-python`` allows and
that is found as ``python3.N`` on the PATH or among pyenv's versions, an environment is made with
the oldest dependencies that ``pyproject.toml`` allows and that have wheels for this Python, and one
with the newest.  The wheel is installed there, and tests of the unpacked sdist run, from which the
package is taken out, so that what is tested is what is installed.  Needs `packaging`, and a package
index for pip.  The exit status is 1 if an environment could not be made or a test failed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = ("oldest", "newest")

# What depends on versions of Python, Numba and NumPy: the disk cache, launching, threads; and
# gradients, files, reductions and compiled programs.
QUICK = (
    "tests/kernels/test_identity.py",
    "tests/kernels/test_calling.py",
    "tests/kernels/test_series.py",
    "tests/kernels/test_threads.py",
    "tests/api/test_autograd.py",
    "tests/api/test_serialization.py",
    "tests/ops/test_reduce.py",
    "tests/ops/test_softmax.py",
    "tests/compiler/test_compile_training.py",
)

# Of the extra `test`: compilers for GPUs, and what only changes how tests are run.
NOT_NEEDED = {"numba-cuda", "pytest-cov", "pytest-xdist"}


def run(
    command: Sequence[str | Path], log: Path | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run *command* apart from the checkout; its output is returned, or goes to *log*."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONNOUSERSITE": "1"}
    if log is None:
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, env=environment, cwd=cwd
        )
    with log.open("a") as file:
        print("$", *command, file=file, flush=True)
        return subprocess.run(
            list(map(str, command)),
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=cwd,
        )


def must(command: Sequence[str | Path], log: Path, cwd: Path | None = None) -> None:
    """The same; raises RuntimeError if the command fails."""
    if status := run(command, log, cwd).returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {status}")


def pythons() -> dict[str, Path]:
    """The interpreters that ``requires-python`` allows, one for each minor version."""
    folders = [*map(Path, os.get_exec_path()), *Path.home().glob(".pyenv/versions/*/bin")]
    allowed = SpecifierSet(PROJECT["requires-python"])
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("python3.*"))):
        if re.fullmatch(r"python3\.\d+", path.name) and path.name[6:] not in found:
            version = run([path, "-c", "import platform; print(platform.python_version())"])
            # pyenv's shims are there for versions that are not.
            if version.returncode == 0 and version.stdout.strip() in allowed:
                found[path.name[6:]] = path
    return dict(sorted(found.items(), key=lambda item: Version(item[0])))


def build(folder: Path, log: Path) -> tuple[Path, Path]:
    """Make the sdist, and the wheel from it; the paths of the wheel and of the unpacked sdist."""
    must([sys.executable, "-m", "venv", folder / "build"], log)
    python = folder / "build" / "bin" / "python"
    must([python, "-m", "pip", "install", "--quiet", "build"], log)
    must([python, "-m", "build", "--outdir", folder / "dist", ROOT], log)
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "sdist", filter="data")
    (source,) = (folder / "sdist").iterdir()
    shutil.rmtree(source / "ndgrad")  # what is imported is what is installed
    return wheel, source


def oldest(python: Path) -> Iterator[str]:
    """The dependencies that have a lower bound, each pinned to the oldest wheel for *python*.

    Raises
    ------
    RuntimeError
        If the index has no wheel that is allowed.
    """
    for text in PROJECT["dependencies"]:
        requirement = Requirement(text)
        if not requirement.specifier or (requirement.marker and not requirement.marker.evaluate()):
            continue
        pip = [python, "-m", "pip"]
        listed = run([*pip, "index", "versions", requirement.name]).stdout
        match = re.search(r"Available versions: (.*)", listed)
        versions = [Version(text) for text in match[1].split(", ")] if match else []
        allowed = sorted(version for version in versions if version in requirement.specifier)
        pins = (f"{requirement.name}=={version}" for version in allowed)
        # The list has versions too that would have to be built from their sources.
        get = [*pip, "install", "--quiet", "--dry-run", "--ignore-installed"]
        get += ["--no-deps", "--only-binary=:all:"]
        pin = next((pin for pin in pins if run([*get, pin]).returncode == 0), None)
        if pin is None:
            raise RuntimeError(f"no wheel of {requirement} for this Python")
        yield pin


def try_environment(
    python: Path, pins: Iterable[str], wheel: Path, source: Path, tests: Sequence[str], log: Path
) -> str:
    """Install and test; returns what the tests said.

    Raises
    ------
    RuntimeError
        If the environment cannot be made or a test fails.
    """
    environment = log.with_suffix("")
    must([python, "-m", "venv", environment], log)
    own = environment / "bin" / "python"
    needed = [
        text
        for text in PROJECT["optional-dependencies"]["test"]
        if Requirement(text).name not in NOT_NEEDED
    ]
    must([own, "-m", "pip", "install", "--quiet", wheel, *pins, *needed], log)
    must([own, "-m", "pip", "check"], log)
    frozen = run([own, "-m", "pip", "freeze"]).stdout
    names = [Requirement(text).name for text in PROJECT["dependencies"]]
    installed = ", ".join(
        f"{name} {match[1]}"
        for name in names
        if (match := re.search(rf"^{name}==(.*)$", frozen, re.MULTILINE))
    )
    print(f"  {installed}", flush=True)
    where = run([own, "-c", "import ndgrad; print(ndgrad.__file__)"], cwd=source)
    if not Path(where.stdout.strip() or ROOT).is_relative_to(environment):
        raise RuntimeError(f"ndgrad is not imported from the environment: {where}")
    status = run([own, "-m", "pytest", "--quiet", *tests], log, source).returncode
    last = log.read_text().strip().rpartition("\n")[2]
    if status:
        raise RuntimeError(last)
    return last


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found = pythons()
    parser.add_argument(
        "--python", nargs="+", choices=found, default=list(found), help="default: all found"
    )
    parser.add_argument(
        "--dependencies",
        nargs="+",
        choices=DEPENDENCIES,
        default=DEPENDENCIES,
        help="which versions that pyproject.toml allows (default: both)",
    )
    parser.add_argument(
        "--pin",
        nargs="+",
        default=[],
        metavar="REQUIREMENT",
        help="further requirements, such as numpy==2.0.2",
    )
    parser.add_argument(
        "--tests", nargs="+", default=QUICK, metavar="ARG", help="what pytest runs (default: quick)"
    )
    options = parser.parse_args()

    table = []
    with tempfile.TemporaryDirectory(prefix="ndgrad-versions-") as name:
        folder = Path(name)
        print("sdist and wheel", flush=True)
        try:
            wheel, source = build(folder, folder / "build.log")
        except RuntimeError:
            print((folder / "build.log").read_text())
            raise
        for version in options.python:
            for which in options.dependencies:
                print(f"Python {version}, {which} dependencies", flush=True)
                log = folder / f"{version}-{which}.log"
                began = time.monotonic()
                try:
                    pins = list(oldest(found[version])) if which == "oldest" else []
                    pins += options.pin
                    said = try_environment(found[version], pins, wheel, source, options.tests, log)
                    verdict = "passed"
                except RuntimeError as error:
                    verdict, said = "FAILED", str(error)
                    print(log.read_text()[-20_000:] if log.exists() else error)
                shutil.rmtree(log.with_suffix(""), ignore_errors=True)
                seconds = f"{time.monotonic() - began:.0f} s"
                table.append((version, which, verdict, seconds, said))
    print()
    for version, which, verdict, seconds, said in table:
        print(f"{version:5} {which:7} {verdict:7} {seconds:>6}  {said}")
    return int(any(row[2] != "passed" for row in table))


if __name__ == "__main__":
    sys.exit(main())
