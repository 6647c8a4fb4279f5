"""All optimizers, and `Updater`, under the path of MXNet's module."""

from ..base import public_names
from .adaptive import *  # noqa: F403
from .base import *  # noqa: F403
from .layerwise import *  # noqa: F403
from .sgd import *  # noqa: F403
from .updater import *  # noqa: F403

__all__ = [name for name in globals() if not name.startswith("_") and name != "public_names"]
__dir__ = public_names(globals())
