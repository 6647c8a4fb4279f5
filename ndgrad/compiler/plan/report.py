"""What a plan says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class StepReport:
    """One step of a plan.

    Attributes
    ----------
    titles : list of str
        Of its instructions.
    form : str
        How many elements it runs over.
    source : str
        The generated text of a fused kernel, else "".
    reasons : list of str
        Why other instructions did not join it.
    reads : list of (int or str)
        Earlier steps, and sources by name.
    """

    titles: list[str]
    form: str
    source: str
    reasons: list[str]
    reads: list[int | str]


@dataclass
class Report:
    """A plan.

    Attributes
    ----------
    steps : list of StepReport
        In the order in which they run.
    text : str
        The function that runs them.
    instructions : int
        Of the program, after it was made smaller.
    workspace : int
        Bytes that intermediate values take.
    unfused_bytes, fused_bytes : int
        What the instructions would read and write one by one, and what the steps do.
    kernels, cached : int
        Fused kernels, and how many of them were found compiled.
    seconds : float
        Time that planning and compiling took.
    replay : str
        On a GPU: whether the plan is started as one launch, or why it is not.
    """

    steps: list[StepReport] = field(default_factory=list)
    text: str = ""
    instructions: int = 0
    workspace: int = 0
    unfused_bytes: int = 0
    fused_bytes: int = 0
    kernels: int = 0
    cached: int = 0
    seconds: float = 0.0
    replay: str = ""
