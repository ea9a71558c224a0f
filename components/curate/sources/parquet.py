"""Records in Parquet files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge

from components.curate.source import Chunk, CurateError, Facts, Flaw, Raw, numbered
from components.curate.values import ArraySource
from components.foresight import Foresight
from components.parts import SpecPath

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


class Parquet(ArraySource):
    """Records in a column of lists of numbers, or in several columns of numbers."""

    kind: Literal["parquet"] = "parquet"
    path: SpecPath
    """A file, or a folder of `.parquet` files."""
    data: str | list[str] = "data"
    """The column of lists, or the columns of numbers that make a record."""
    shape: list[Annotated[int, Ge(1)]] | None = None
    """Of a record; None: points, as long as the list."""
    labels: str | None = None
    """The column of labels, whole numbers from 0; null for none."""

    def title(self) -> str:
        return Path(self.path).stem

    def files(self) -> list[tuple[str, str]]:
        root = Path(self.path)
        if root.is_file():
            return [(root.name, str(root))]
        found = sorted(root.rglob("*.parquet"))
        return [(path.relative_to(root).as_posix(), str(path)) for path in found]

    def _columns(self) -> list[str]:
        columns = [self.data] if isinstance(self.data, str) else list(self.data)
        return columns if self.labels is None else [*columns, self.labels]

    def foresee(self) -> Foresight:
        return Foresight(labelled=self.labels is not None)

    def facts(self) -> Facts:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        from components.curate.arrays import facts_of

        files = self.files()
        if not files:
            raise CurateError(
                f"No records in {self.title()}. Expected a .parquet file or a folder "
                "of them. Received: a folder with none"
            )
        try:
            schema = pq.read_schema(files[0][1])
        except (OSError, pa.ArrowInvalid) as error:
            raise CurateError(
                f"Cannot read {files[0][0]}. Expected a Parquet file. Received: {error}"
            ) from error
        missing = [name for name in self._columns() if name not in schema.names]
        if missing:
            raise CurateError(
                f"No column {', '.join(missing)} in {files[0][0]}. Expected some of: "
                f"{', '.join(schema.names)}. Say which with `data` and `labels`."
            )
        kind = schema.field(self._columns()[0]).type
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        listed = listed or pa.types.is_fixed_size_list(kind)
        element = kind.value_type if listed else kind
        width = len(self.data) if isinstance(self.data, list) else self._width(files)
        shape = (width,) if self.shape is None else tuple(self.shape)
        where = f"{'/'.join(self._columns())} of {files[0][0]}"
        if int(np.prod(shape)) != width:
            raise CurateError(
                f"Invalid value for `shape`. Expected {width} numbers a record in "
                f"{where}. Received: {shape}"
            )
        dtype = pa.array([], element).to_numpy(zero_copy_only=False).dtype
        return facts_of(shape, dtype, self.limits(), self.class_names(), where)

    def _width(self, files: list[tuple[str, str]]) -> int:
        """The length of the first list that is not null."""
        import pyarrow.parquet as pq

        for _, path in files:
            file = pq.ParquetFile(path)
            for batch in file.iter_batches(1024, columns=self._columns()[:1]):
                lists = batch.column(0).drop_null()
                if len(lists):
                    value = lists[0].as_py()
                    return len(value) if isinstance(value, list) else 1
        raise CurateError(
            f"No records in {self.title()}. Expected lists of numbers in "
            f"`{self.data}`. Received: no rows"
        )

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        import pyarrow.parquet as pq

        groups = []
        for name, path in self.files():
            metadata = pq.read_metadata(path)
            first = 0
            for group in range(metadata.num_row_groups):
                rows = metadata.row_group(group).num_rows
                groups.append((rows, first, (name, path, str(group))))
                first += rows
        return [Chunk(index, *group) for index, group in enumerate(groups)]

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np
        import pyarrow.parquet as pq

        name, path, group = chunk.names
        file = pq.ParquetFile(path)
        table = file.read_row_group(int(group), columns=self._columns())
        labels = np.full(table.num_rows, -1, np.int32)
        if self.labels is not None:
            labels = table[self.labels].fill_null(-1).to_numpy().astype(np.int32)
        origins = numbered(name, chunk.first, table.num_rows)
        return Raw(origins, labels, *self._values(table))

    def _values(
        self, table: "pa.Table"
    ) -> "tuple[np.ndarray[Any, Any], dict[int, Flaw]]":
        """Records (n, *shape), and the flaws of rows that are no records."""
        import numpy as np

        shape = self.facts().shape
        if isinstance(self.data, list):
            stacked = [table[name].to_numpy() for name in self.data]
            return np.stack(stacked, axis=1).reshape(-1, *shape), {}
        column, width = table[self.data].combine_chunks(), int(np.prod(shape))
        flaws = {
            row: flaw
            for row, value in enumerate(_irregular(column, width))
            if (flaw := _flaw(value, width)) is not None
        }
        if not flaws:
            return np.asarray(column.flatten()).reshape(-1, *shape), {}
        whole = [row for row in range(len(column)) if row not in flaws]
        values = np.zeros((len(column), width))
        for row in whole:
            values[row] = column[row].as_py()
        return values.reshape(-1, *shape), flaws


def _irregular(column: "pa.Array", width: int) -> list[Any]:
    """The lists one by one, if any of them is not `width` numbers; else nothing."""
    import numpy as np

    flat = column.flatten()
    regular = not column.null_count and not flat.null_count
    if regular and (np.asarray(column.value_lengths()) == width).all():
        return []
    return list(column.to_pylist())


def _flaw(value: list[Any] | None, width: int) -> Flaw | None:
    if value is None or None in value:
        return Flaw("missing_value", "null" if value is None else "a null in the list")
    if len(value) != width:
        return Flaw("wrong_size", f"{len(value)} numbers, expected {width}")
    return None
