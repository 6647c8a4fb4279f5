"""A contract for import-linter: op files do not import each other."""

from __future__ import annotations

from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class OpFilesContract(Contract):
    """Modules of a package whose names have no underscore import none of their like.

    A contract of its own, as import-linter's patterns cannot say "without an underscore" and a list
    of files would have to be kept up by hand.
    """

    package = fields.StringField()
    shared = fields.SetField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        children = graph.find_children(self.package)
        op_files = {m for m in children if not m.rpartition(".")[2].startswith("_")}
        forbidden = op_files - set(self.shared)
        found = sorted(
            (importer, imported)
            for importer in op_files
            for imported in graph.find_modules_directly_imported_by(importer) & forbidden
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} must not import {imported}")
