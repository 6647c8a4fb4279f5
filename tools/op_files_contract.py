"""A contract for import-linter: modules of operator definitions do not import each other."""

from __future__ import annotations

from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class OpFilesContract(Contract):
    """Modules below a package import none of each other but the shared ones.

    A contract of its own, as import-linter's wants a list of modules, kept up by hand.
    """

    package = fields.StringField()
    shared = fields.SetField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        op_files = {m for m in graph.find_descendants(self.package) if not graph.find_children(m)}
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
