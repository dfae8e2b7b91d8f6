"""Lines of CSV and JSON Lines, each with the very bytes that it is written in."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, BinaryIO

import msgspec

from jobs.processors.files.document import COMPRESSED, Table

LONGEST = 8 * 1024 * 1024  # bytes of a line
BYTE_ORDER_MARK = "\ufeff"

csv.field_size_limit(LONGEST)
decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
decode = msgspec.json.Decoder().decode
encode = msgspec.json.encode

Get = Callable[[Any], str | None]  # a row's value in a column, as text


class Malformed(Exception):
    """A line that is not what the format says: nobody can tell whose it is."""


class Lacking(Exception):
    """A file without a column that the settings name."""


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A file's lines, whether it is compressed or not."""
    with file:
        if name.endswith(COMPRESSED):
            with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield file


def lines(file: BinaryIO) -> Iterator[bytes]:
    for line in iter(partial(file.readline, LONGEST), b""):
        if len(line) == LONGEST:
            raise Malformed
        yield line


class Rows:
    """What is read of one file. `head` are bytes that stand before the first row."""

    head = b""

    def __iter__(self) -> Iterator[tuple[bytes, Any]]:
        """Bytes and row; the bytes of all of them, behind the head, are the file."""
        raise NotImplementedError

    def get(self, column: str) -> Get:
        raise NotImplementedError

    def names(self) -> Sequence[str]:
        """The columns, where the file begins by telling them."""
        return ()

    def given(self, row: Any, columns: Sequence[str] | None) -> bytes:
        """As JSON."""
        raise NotImplementedError

    def differs(self, row: Any, wanted: Mapping[str, Any]) -> bool:
        """Whether a row has other values in these columns."""
        raise NotImplementedError

    def changed(self, raw: bytes, row: Any, wanted: Mapping[str, Any]) -> bytes:
        """The bytes of a row with these values."""
        raise NotImplementedError


class CsvRows(Rows):
    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._table = table
        self._pending: list[bytes] = []
        self._reader = csv.reader(self._lines(file), delimiter=table.delimiter, strict=True)
        columns = next(self._reader, [])
        if columns:
            columns[0] = columns[0].removeprefix(BYTE_ORDER_MARK)
        self.head = self._taken()
        self._columns = columns
        self._places = {name: place for place, name in enumerate(columns)}

    def __iter__(self) -> Iterator[tuple[bytes, list[str]]]:
        for row in self._reader:
            yield self._taken(), row

    def _lines(self, file: BinaryIO) -> Iterator[str]:
        """Some for each row: a quoted value may hold the ends of several."""
        encoding, pending = self._table.encoding, self._pending
        size = 0
        for line in lines(file):
            size = size + len(line) if pending else len(line)
            if size > LONGEST:
                raise Malformed
            pending.append(line)
            yield line.decode(encoding)

    def _taken(self) -> bytes:
        pending = self._pending
        raw = pending[0] if len(pending) == 1 else b"".join(pending)
        pending.clear()
        return raw

    def get(self, column: str) -> Get:
        if not self._columns:  # of an empty file
            return lambda row: None
        if column not in self._places:
            raise Lacking(column)
        place = self._places[column]

        def value(row: list[str]) -> str | None:
            return row[place] if place < len(row) else None

        return value

    def names(self) -> Sequence[str]:
        return self._columns

    def given(self, row: list[str], columns: Sequence[str] | None) -> bytes:
        whole: dict[str, str | None] = dict(zip(self._columns, row, strict=False))
        return encode(whole if columns is None else {name: whole.get(name) for name in columns})

    def differs(self, row: list[str], wanted: Mapping[str, Any]) -> bool:
        return any(self.get(name)(row) not in (None, _text(v)) for name, v in wanted.items())

    def changed(self, raw: bytes, row: list[str], wanted: Mapping[str, Any]) -> bytes:
        values = list(row)
        for name, value in wanted.items():
            if (place := self._places[name]) < len(values):
                values[place] = _text(value)
        end = "\r\n" if raw.endswith(b"\r\n") else "\n" if raw.endswith(b"\n") else ""
        written = io.StringIO()
        csv.writer(written, delimiter=self._table.delimiter, lineterminator=end).writerow(values)
        return written.getvalue().encode(self._table.encoding)


class JsonRows(Rows):
    def __init__(self, file: BinaryIO, table: Table) -> None:
        self._file = file

    def __iter__(self) -> Iterator[tuple[bytes, dict[str, msgspec.Raw]]]:
        for line in lines(self._file):
            yield line, decode_fields(line) if line.strip() else {}

    def get(self, column: str) -> Get:
        def value(row: dict[str, msgspec.Raw]) -> str | None:
            if (raw := row.get(column)) is None:
                return None
            found = decode(raw)
            plain = isinstance(found, str | int) and not isinstance(found, bool)
            return str(found) if plain else None

        return value

    def given(self, row: dict[str, msgspec.Raw], columns: Sequence[str] | None) -> bytes:
        if columns is None:
            return encode(row)
        return encode({name: row.get(name) for name in columns})

    def differs(self, row: dict[str, msgspec.Raw], wanted: Mapping[str, Any]) -> bool:
        return any(name in row and decode(row[name]) != value for name, value in wanted.items())

    def changed(self, raw: bytes, row: Any, wanted: Mapping[str, Any]) -> bytes:
        """What is not changed stays digit by digit."""
        values = {name: wanted.get(name, value) for name, value in row.items()}
        return encode(values) + raw[len(raw.rstrip(b"\r\n")) :]


def rows(file: BinaryIO, table: Table) -> Rows:
    return CsvRows(file, table) if table.format == "csv" else JsonRows(file, table)


def _text(value: Any) -> str:
    """As CSV has it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else encode(value).decode()
