"""Descriptors of a pack: Data Package, Croissant, SQL and a dictionary, all made from `borderops.packs.columns`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from borderops.packs.columns import BOOLEAN, DATE, INTEGER, MARK, MOMENT, NOTICE, NUMBER, SYNTHETIC, TEXT, Sheet
from borderops.packs.formats import create_table

LICENSE: Final = {"name": "MIT", "title": "MIT License"}
TITLE: Final = "Synthetic records of people at a border, with an answer key"

_MEDIA: Final = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
_CROISSANT_TYPES: Final = {
    INTEGER: "sc:Integer",
    TEXT: "sc:Text",
    DATE: "sc:Date",
    MOMENT: "sc:DateTime",
    BOOLEAN: "sc:Boolean",
    NUMBER: "sc:Float",
}


def path_of(sheet: Sheet) -> str:
    """Where the Parquet file of a table stands in a pack."""
    folder = "observed/parquet" if sheet.folder == "observed" else sheet.folder
    return f"{folder}/{sheet.name}.parquet"


# --- Data Package -----------------------------------------------------------------------------------------------------


def data_package(name: str, sheets: Iterable[Sheet], sizes: Mapping[str, int], is_csv: bool = False) -> str:
    """Make ``datapackage.json``.

    Parameters
    ----------
    name : str
        Of the pack; small letters, digits, dots and hyphens.
    sheets : iterable of Sheet
    sizes : mapping of str to int
        Rows by path of the Parquet file.
    is_csv : bool
        Describe CSV files in the folder of the descriptor instead of Parquet files.

    Returns
    -------
    str
        Keys that slips may break are no declared keys: they stand as ``softReferences`` and ``uniqueWhileStanding``.
    """
    sheets = list(sheets)
    known = {sheet.name for sheet in sheets}
    content = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": TITLE,
        "description": NOTICE,
        "licenses": [LICENSE],
        "resources": [_resource(sheet, sizes, known, is_csv) for sheet in sheets],
    }
    return _json(content)


def _resource(sheet: Sheet, sizes: Mapping[str, int], known: set[str], is_csv: bool) -> dict[str, Any]:
    is_required = {column.name: column.is_required for column in sheet.columns}
    schema: dict[str, Any] = {
        "fields": [_field(column, is_csv) for column in sheet.columns],
        "missingValues": [_EMPTY],
    }
    if all(is_required[name] for name in sheet.key):
        schema["primaryKey"] = list(sheet.key)
    if sheet.unique:
        schema["uniqueWhileStanding"] = list(sheet.unique)
    references = [
        {"fields": [column.name], "reference": dict(zip(("resource", "fields"), _target(column.of)))}
        for column in sheet.columns
        if column.of and column.of.split(".")[0] in known
    ]
    if references:
        schema["softReferences" if sheet.folder == "observed" else "foreignKeys"] = references
    path, form = path_of(sheet), "csv" if is_csv else "parquet"
    return {
        "name": sheet.name.lower(),
        "path": f"{sheet.name}.csv" if is_csv else path,
        "format": form,
        "mediatype": _MEDIA[form],
        "description": sheet.says,
        "rows": sizes.get(path, 0),
        "schema": schema,
    }


def _target(of: str) -> tuple[str, list[str]]:
    table, column = of.split(".")
    return table.lower(), [column]


_EMPTY: Final = {"value": "", "label": "empty: never written, not known, or it has not happened"}
_AS_FRACTION: Final = {"value": "nan", "label": "empty, as readers show it that make fractions of whole numbers"}
"""What frictionless finds in a column of Parquet with whole numbers and empty cells; it takes 3.0 for 3."""


def _field(column: Any, is_csv: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.choices:
        constraints["enum"] = list(column.choices)
    made: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.says}
    if column.type == INTEGER and not column.is_required and not is_csv:
        made["missingValues"] = [_EMPTY, _AS_FRACTION]
    return {**made, "constraints": constraints} if constraints else made


# --- Croissant --------------------------------------------------------------------------------------------------------

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(name: str, version: str, sheets: Iterable[Sheet], checksums: Mapping[str, str]) -> str:
    """Make ``croissant.json``.

    Parameters
    ----------
    name : str
    version : str
        Of borderops.
    sheets : iterable of Sheet
    checksums : mapping of str to str
        SHA-256 by path.
    """
    sheets = list(sheets)
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"{TITLE}. {NOTICE}",
        "license": "https://spdx.org/licenses/MIT.html",
        "version": _three_parts(version),
        "citeAs": f"borderops {version}, data pack {name}",
        "isLiveDataset": False,
        "distribution": [_file(sheet, checksums) for sheet in sheets],
        "recordSet": [_record_set(sheet) for sheet in sheets],
    }
    return _json(content)


def _three_parts(version: str) -> str:
    """A version as Croissant wants it: three numbers."""
    numbers = [part for part in version.split("+")[0].split(".") if part.isdecimal()]
    return ".".join([*numbers, "0", "0", "0"][:3])


def _file(sheet: Sheet, checksums: Mapping[str, str]) -> dict[str, Any]:
    path = path_of(sheet)
    return {
        "@type": "cr:FileObject",
        "@id": f"{sheet.name}.parquet",
        "name": f"{sheet.name}.parquet",
        "contentUrl": path,
        "encodingFormat": "application/x-parquet",
        "sha256": checksums.get(path, ""),
    }


def _record_set(sheet: Sheet) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": sheet.name,
        "name": sheet.name,
        "description": sheet.says,
        "key": [{"@id": f"{sheet.name}/{name}"} for name in sheet.key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{sheet.name}/{column.name}",
                "name": column.name,
                "description": column.says,
                "dataType": _CROISSANT_TYPES[column.type],
                "source": {"fileObject": {"@id": f"{sheet.name}.parquet"}, "extract": {"column": column.name}},
            }
            for column in sheet.columns
        ],
    }


# --- SQL and words ----------------------------------------------------------------------------------------------------


def sql(sheets: Iterable[Sheet]) -> str:
    """Make ``schema.sql``."""
    parts = [f"-- {NOTICE}\n"]
    for sheet in sheets:
        parts.append(f"-- {sheet.says}\n{create_table(sheet)};\n")
    return "\n".join(parts)


def dictionary(sheets: Iterable[Sheet], sizes: Mapping[str, int]) -> str:
    """Make ``dictionary.md``: every table, every column."""
    parts = ["# Dictionary", "", f"**{NOTICE}**", ""]
    for sheet in sheets:
        path = path_of(sheet)
        parts += [f"## {sheet.name}", "", f"{sheet.says} `{path}`, {sizes.get(path, 0):,} rows.", ""]
        if sheet.unique:
            parts += [f"Kept unique among rows that stand at the same time: {', '.join(sheet.unique)}.", ""]
        parts += ["| column | type | what it holds |", "| --- | --- | --- |"]
        parts += [f"| {column.name} | {column.type} | {_words(column)} |" for column in sheet.columns]
        parts.append("")
    return "\n".join(parts)


def _words(column: Any) -> str:
    words = column.says.replace("|", "\\|")
    if column.of:
        words += f" Repeats {column.of}."
    if column.choices and column.choices != (MARK,) and len(column.choices) <= 12:
        words += f" One of: {', '.join(column.choices)}."
    return f"{words} Always {MARK}." if column.name == SYNTHETIC else words


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
