"""borderops: meet a policy's failures in a simulation instead. Everyone in it is invented.

``borderops.run("scenario=family_unity")`` does what the command of that name does. The names below are fetched when
first asked for, so that importing a part never loads the whole.
"""

_PUBLIC = {
    "run": "borderops.api",
    "compose": "borderops.config.compose",
    "replicate": "borderops.replication",
    "keep_books": "borderops.records.bookkeeping",
    "__version__": "borderops.provenance",
}


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'borderops' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(_PUBLIC)
