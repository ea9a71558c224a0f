"""Models as `.keras` files that plain Keras loads, equal models as equal bytes."""

import io
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from components.train import backend

# What Keras writes beside the model: when it was saved. Fixed, so that digests hold.
EPOCH = (1980, 1, 1, 0, 0, 0)
DATE = "1980-01-01@00:00:00"


def keras_bytes(model: Any) -> bytes:
    """The model as the content of a `.keras` file, free of times and addresses."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        with backend.current().alone():
            model.save(path)
        return without_times(path.read_bytes())


def without_times(content: bytes) -> bytes:
    """A `.keras` file's content rewritten with fixed times."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in sorted(old.namelist()):
            member = old.read(name)
            if name == "metadata.json":
                metadata = json.loads(member) | {"date_saved": DATE}
                member = json.dumps(metadata, sort_keys=True).encode()
            if name == "config.json":
                member = renumbered(member)
            new.writestr(zipfile.ZipInfo(name, EPOCH), member)
    return buffer.getvalue()


def renumbered(config: bytes) -> bytes:
    """A model's config, objects that Keras numbers by their address numbered 1, 2, …"""
    numbers: dict[bytes, int] = {}

    def number(match: re.Match[bytes]) -> bytes:
        index = numbers.setdefault(match[2], len(numbers) + 1)
        return match[1] + str(index).encode()

    return re.sub(rb'("shared_object_id": )(\d+)', number, config)
