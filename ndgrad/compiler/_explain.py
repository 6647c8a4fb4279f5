"""What `explain` shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Explanation(str):
    """Text; prints itself."""

    entries: list[Any]

    def __new__(cls, name: str, entries: Sequence[Any]) -> Explanation:
        lines = [f"{name}: {len(entries)} program(s)"]
        for number, program in enumerate(entries):
            lines.append(f"program {number}: {program.signature}")
            for part, plan in (("forward", program.forward), ("backward", program.backward)):
                if plan is None:
                    continue
                r = plan.report
                lines.append(
                    f"  {part}: {r.instructions} instructions in {r.kernels} steps, "
                    f"{r.unfused_bytes:,} -> {r.fused_bytes:,} bytes moved, workspace "
                    f"{r.workspace:,} bytes, {r.seconds:.3f} s"
                )
                for title, _, reasons in r.groups:
                    lines.append(f"    {title}")
                    lines += [f"      ends: {reason}" for reason in reasons[:4]]
        text = super().__new__(cls, "\n".join(lines))
        text.entries = list(entries)
        return text

    def __repr__(self) -> str:
        return str(self)
