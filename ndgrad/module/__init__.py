"""`ndgrad.module`: symbols with parameters, an optimizer and data: training loops of MXNet 1.x."""

from ..base import public_names
from .base_module import BaseModule
from .bucketing_module import BucketingModule
from .module import Module
from .python_module import PythonLossModule, PythonModule
from .sequential_module import SequentialModule

__all__ = [
    "BaseModule",
    "BucketingModule",
    "Module",
    "PythonLossModule",
    "PythonModule",
    "SequentialModule",
]
__dir__ = public_names(globals())
