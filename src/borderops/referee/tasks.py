"""The tasks that the referee can judge: what each asks, and which kinds of output answer it.

No task asks whether somebody is suspect, and no score ranks persons or families.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Task:
    """A task of a pack.

    Parameters
    ----------
    name : str
    title : str
    kinds : tuple of str
        Kinds of output that answer it, the usual one first.
    has_relations : bool
        Whether its pairs are a child and an adult, of which the key says whether records can tell.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    has_relations: bool = False


TASKS: Final = {
    task.name: task
    for task in (
        Task("T1", "The same person in several systems", ("pairs", "clusters")),
        Task("T2", "Parent and child whom no family unit links", ("pairs",), has_relations=True),
        Task("T3", "A child in HHS's portal and the parent in another agency's system", ("pairs",), has_relations=True),
        Task("T4", "Which children were separated", ("list",)),
        Task("T5", "Which entries of the lists are false, and who is missing from them", ("list",)),
        Task("T6", "Wrong cells and what ought to stand there, or rows that are wrong as a whole", ("cells", "list")),
        Task("T7", "What the texts of notes tell of a family", ("facts",)),
        Task("T8", "Messages and the child that each is about", ("pairs",)),
        Task("T9", "How many separated children stand in no source", ("estimate",)),
    )
}
"""By name."""
