"""The build hook that adds the database of the built-in record to the package, for fast reads without a store."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltInRecord(BuildHookInterface[Any]):
    """Adds the database to a wheel. An editable installation has none, because its data files can change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the database, check it, and add it beside the data files."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from spacedialog.importing import built_in
        from spacedialog.maintenance import checks

        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / built_in.DATABASE
        with closing(built_in.folded_record()) as connection:
            path.write_bytes(connection.serialize())
        if not checks.is_sound(path):
            raise RuntimeError(f"{path}: the database of the built-in record is damaged")
        build_data["force_include"][str(path)] = f"spacedialog/data/{built_in.DATABASE}"
