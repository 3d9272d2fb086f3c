"""Progress and remaining time."""

from __future__ import annotations

import io

import pytest

from borderops.experiments.identity import Keys
from borderops.experiments.progress import Remaining, TerminalWatch, Watch, duration, watch
from borderops.experiments.runner import Ending
from borderops.experiments.tasks import Failure, Played, Task


def ending(number: int, seconds: float, failed: bool = False) -> Ending:
    end = Failure(number, 1, "why", "") if failed else Played(Keys("", "", ""), "", b"", None)
    return Ending(Task(number, ()), seconds, (end,))


def test_nothing_is_known_before_the_first():
    """Before any replication is finished nobody knows how long one takes."""
    assert Remaining(4, 2).seconds(10.0) is None


def test_two_at_a_time():
    """Four of 10 s in two processes: at 10 s one is done, the other ends now, and two more take 10 s together."""
    remaining = Remaining(4, 2)
    remaining.one_done(10.0, 10.0)
    assert remaining.seconds(10.0) == pytest.approx(10.0)
    remaining.one_done(10.0, 10.0)
    assert remaining.seconds(10.0) == pytest.approx(10.0)
    assert remaining.seconds(14.0) == pytest.approx(6.0)


def test_one_at_a_time():
    """Three of 5 s in one process: after the first, 10 s are left."""
    remaining = Remaining(3, 1)
    remaining.one_done(5.0, 5.0)
    assert remaining.seconds(5.0) == pytest.approx(10.0)


def test_late_ones_leave_nothing_negative():
    """A replication that takes longer than usual is due at any moment, not in the past."""
    remaining = Remaining(2, 2)
    remaining.one_done(5.0, 5.0)
    assert remaining.seconds(60.0) == 0.0


def test_what_is_due_is_not_told_in_tenths():
    """When the others should end at any moment, no time is told."""
    told = Watch(2, 2, io.StringIO())
    told(ending(1, 0.0))
    assert told.left() == "the rest is due"


def test_all_done():
    """After the last one nothing is left."""
    remaining = Remaining(3, 2)
    for at in (4.0, 5.0, 9.0):
        remaining.one_done(at, 4.5)
    assert (remaining.done, remaining.seconds(9.0)) == (3, 0.0)


def test_plain_lines():
    """Where there is no terminal, each replication is one line with what is done, what failed and what is left."""
    stream = io.StringIO()
    with Watch(3, 1, stream) as told:
        told(ending(1, 2.0))
        assert told.left().startswith("about ")
        told(ending(2, 2.0, failed=True))
        told(ending(3, 2.0))
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("replication 1 done in 2.0 s (1 of 3; about ")
    assert lines[1].startswith("replication 2 failed in 2.0 s (2 of 3, 1 failed; about ")
    assert lines[2] == "replication 3 done in 2.0 s (3 of 3, 1 failed; all played)"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_line_that_moves():
    """On a terminal the same words stand in a line that is drawn anew."""
    stream = Terminal()
    with watch(2, 1, stream) as told:
        assert isinstance(told, TerminalWatch)
        told(ending(1, 2.0, failed=True))
    assert "1 of 2, 1 failed; about" in stream.getvalue()


def test_other_streams_get_plain_lines():
    """A file or a pipe gets no control characters."""
    stream = io.StringIO()
    with watch(1, 1, stream) as told:
        told(ending(1, 2.0))
    assert "\x1b" not in stream.getvalue() and stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (185.0, "3 min 05 s"),
        (3599.6, "1 h 00 min"),
        (7800.0, "2 h 10 min"),
    ],
)
def test_durations_as_people_say_them(seconds, words):
    """Never 60 s, never 60 min."""
    assert duration(seconds) == words
