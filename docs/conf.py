"""Sphinx: `./run docs` builds docs/_build/html."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import _generate
import _operators

import ndgrad

project = "ndgrad"
author = "the ndgrad contributors"
version = release = ndgrad.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinx-mathjax-offline",
]
exclude_patterns = ["_build", "gallery/*.ipynb", "gallery/*.py", "gallery/*.json"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words
napoleon_google_docstring = False
napoleon_use_rtype = False
default_role = "code"
suppress_warnings = ["ref.python"]  # types such as shape, which several classes have as attributes

nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "../examples/gallery",
    "gallery_dirs": "gallery",
    "capture_repr": (),  # what Matplotlib's functions return is of no interest
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 1e9,  # times of a machine that does other things as well
    "write_computation_times": False,
    "within_subsection_order": "ExampleTitleSortKey",
}

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_title = f"ndgrad {version}"
html_show_sphinx = False
pygments_style = "friendly"


def _fill_in(app: object, docname: str, source: list[str]) -> None:
    source[0] = re.sub(
        r"<!-- generated: (\w+) -->",
        lambda match: _generate.PARTS[match[1]](),
        source[0],
    )


def _escape_bars(
    app: object, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """``|x|`` is an absolute value in our docstrings, a substitution to Sphinx."""
    lines[:] = [
        line
        if ">>>" in line
        else re.sub(r"`+[^`]+`+|(\|)", lambda match: "\\|" if match[1] else match[0], line)
        for line in lines
    ]


def _skip_operators(
    app: object, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Methods that are operators of the table are on the operators' pages."""
    return True if getattr(obj, "__module__", "") in ("ndgrad.nd", "ndgrad.symbol") else None


_operators.write(Path(__file__).parent / "operators")


def setup(app: object) -> None:
    app.connect("autodoc-skip-member", _skip_operators)  # type: ignore[attr-defined]
    app.connect("source-read", _fill_in)  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", _escape_bars)  # type: ignore[attr-defined]
