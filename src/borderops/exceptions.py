"""What can go wrong, as a family::

    BorderopsError
    ├── WrongInput            what the user gave cannot be used; exit code 2
    │   ├── ConfigError       settings: all problems at once
    │   ├── FileProblem       a file is missing, broken, of the wrong kind or cannot be written
    └── ModelError            borderops contradicts itself; a defect, never the user's fault
        ├── PlanError         a plan that no engine could play
        └── ConservationError people, beds or time were lost or made

Nothing is repaired in silence: no clipping, no default for a missing answer.
"""

from __future__ import annotations

from collections.abc import Iterable


class BorderopsError(Exception):
    """Anything borderops raises on purpose."""


class WrongInput(BorderopsError):
    """What the user gave cannot be used."""


class ConfigError(WrongInput):
    """Settings that cannot be used, with every problem in one message.

    Parameters
    ----------
    problems : iterable of str
        One sentence a problem: the key, its value, what is allowed, the nearest valid key.
    """

    def __init__(self, problems: Iterable[str]):
        self.problems = list(problems)
        count = len(self.problems)
        noun = "setting" if count == 1 else "settings"
        super().__init__("\n  ".join([f"{count} {noun} cannot be used:", *self.problems]))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[list[str]]]:
        # Else unpickling, in the process that asked, would take the message for the list of problems.
        return type(self), (self.problems,)


class FileProblem(WrongInput):
    """A file that is missing, broken, of the wrong kind or cannot be written."""


class ModelError(BorderopsError):
    """borderops contradicts itself. A defect to report, never the user's fault."""


class PlanError(ModelError):
    """A plan that no engine could play; names the first person concerned."""


class ConservationError(ModelError):
    """People, beds or time were lost or made; names what, where and when."""
