"""A planner's own arrivals: taken as they are when they can be used, refused with every reason when not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import worlds

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.exceptions import FileProblem
from borderops.population import arrivals
from borderops.population.arrivals_file import STRATA, read_arrivals
from borderops.streams import Draws

MAY = np.arange(clock.day_of(date(2018, 5, 1)), clock.day_of(date(2018, 6, 1)))
GOOD = "month,sector,stratum,persons\n2018-05,yuma,children_alone,310\n"


@pytest.fixture
def write(tmp_path: Path):
    """Write a file of arrivals; text or bytes."""

    def write_file(content: str | bytes) -> str:
        path = tmp_path / "my_arrivals.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file


def _refused(file: str, days: np.ndarray = MAY) -> str:
    with pytest.raises(FileProblem) as caught:
        read_arrivals(file, days)
    return str(caught.value)


def _settings_of(file: str, **values):
    window = {"window.start": "2018-05-01", "window.end": "2018-05-31", "window.lead_in_days": 0}
    return worlds.settings_with({**window, "arrivals.source": "file", "arrivals.file": file, **values})


# --- files that can be used ---------------------------------------------------------------------------------------


def test_months_are_read_by_station_and_stratum(write):
    """Each row in its own cell; what the file does not mention is nobody."""
    monthly, daily = read_arrivals(
        write(
            "month,sector,stratum,persons\n2018-05,yuma,children_alone,310\n2018-05,big_bend,kin_group_members,4.5\n"
            "2018-06,ports_of_entry,family_unit_members,7\n"
        ),
        MAY,
    )
    assert daily is None
    assert sorted(monthly) == ["2018-05", "2018-06"]
    may = monthly["2018-05"]
    assert may.shape == (len(STATIONS), len(STRATA))
    assert may[STATIONS.index("yuma"), STRATA.index("children_alone")] == 310
    assert may[STATIONS.index("big_bend"), STRATA.index("kin_group_members")] == 4.5
    assert may.sum() == 314.5


def test_days_are_read_and_days_outside_the_run_are_left_out(write):
    """A day of the run keeps its persons; a longer file serves a shorter run."""
    days = MAY[:2]
    _, daily = read_arrivals(
        write(
            "day,sector,stratum,persons\n2018-05-01,yuma,single_adults,5\n2018-05-01,yuma,children_alone,2\n"
            "2018-05-02,tucson,single_adults,0\n2018-05-03,yuma,single_adults,99\n2018-04-30,yuma,single_adults,99\n"
        ),
        days,
    )
    assert daily is not None
    assert daily.sum(axis=(1, 2)).tolist() == [7, 0]
    assert daily[0, STATIONS.index("yuma"), STRATA.index("single_adults")] == 5


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        "stratum,persons,month,sector\nchildren_alone,310,2018-05,yuma\n",
        " month , sector , stratum , persons \n 2018-05 , yuma , children_alone , 310 \n",
        GOOD.replace("310", "3.1e2"),
        GOOD + "\n\n",
    ],
    ids=["byte order mark", "windows", "no last line end", "order of columns", "spaces", "exponent", "blank lines"],
)
def test_small_differences_between_spreadsheets_do_not_matter(write, text):
    """Files as spreadsheets write them are read alike."""
    monthly, _ = read_arrivals(write(text), MAY)
    assert monthly["2018-05"][STATIONS.index("yuma"), STRATA.index("children_alone")] == 310
    assert monthly["2018-05"].sum() == 310


def test_a_months_total_is_what_the_file_says(write):
    """Expected persons of a month sum to the file's, stratum by stratum, spread over all its days."""
    rows = "".join(f"2018-05,rio_grande_valley,{stratum},{100 + row}\n" for row, stratum in enumerate(STRATA))
    settings = _settings_of(write("month,sector,stratum,persons\n" + rows))
    persons = arrivals.expected_persons(settings, MAY, Draws(1, 0))
    assert persons.sum(axis=0)[STATIONS.index("rio_grande_valley")] == pytest.approx([100, 101, 102, 103])
    assert persons.sum() == pytest.approx(406)
    assert (persons.sum(axis=(1, 2)) > 0).all()


def test_a_days_persons_are_taken_as_they_are(write):
    """Daily counts meet no day factor: the expectation of each day is the file's."""
    rows = "".join(f"2018-05-{day:02},yuma,single_adults,{day}\n" for day in range(1, 32))
    settings = _settings_of(write("day,sector,stratum,persons\n" + rows))
    persons = arrivals.expected_persons(settings, MAY, Draws(1, 0))
    assert persons[:, STATIONS.index("yuma"), STRATA.index("single_adults")].tolist() == list(range(1, 32))
    assert persons.sum() == 31 * 16


def test_the_rebuilt_table_given_as_a_file_brings_the_same_people(write):
    """Round trip: what the model works out from the published table, handed back as a planner's file."""
    published = worlds.settings_with({**worlds.SPRING, "window.lead_in_days": 0})
    counts = arrivals.published_months(published.arrivals, MAY)["2018-05"]
    rows = "".join(
        f"2018-05,{station},{stratum},{float(counts[row, column])}\n"
        for row, station in enumerate(STATIONS)
        for column, stratum in enumerate(STRATA)
    )
    file = write("month,sector,stratum,persons\n" + rows)
    from_file = worlds.settings_with(
        {**worlds.SPRING, "window.lead_in_days": 0, "arrivals.source": "file", "arrivals.file": file}
    )
    assert worlds.people(from_file).digest() == worlds.people(published).digest()


def test_a_file_of_nobody_is_a_forecast_of_nobody(write):
    """Zeros are answers: no party comes."""
    settings = _settings_of(write("month,sector,stratum,persons\n2018-05,yuma,single_adults,0\n"))
    assert worlds.parties(settings).number.size == 0


# --- files that cannot --------------------------------------------------------------------------------------------


def test_a_missing_file_is_named_with_its_remedy(tmp_path):
    """The path and the setting that gives it; a folder is no file either."""
    message = _refused(str(tmp_path / "nowhere.csv"))
    assert "nowhere.csv does not exist" in message
    assert "arrivals.file=" in message
    assert "is a folder" in _refused(str(tmp_path))
    assert "does not exist" in _refused(None)  # type: ignore[arg-type]


HEADER = "month,sector,stratum,persons\n"
WRONG = {
    "empty": ("", ["it is empty", "needed: a header line"]),
    "header only": (HEADER, ["has a header but no rows"]),
    "no sector": ("month,secter,stratum,persons\n2018-05,yuma,single_adults,1\n",
                  ["column sector is missing; did you mean secter?"]),
    "no columns": ("2018-05;yuma;single_adults;1\n",
                   ["column sector is missing", "column stratum is missing", "column persons is missing", "month"]),
    "month and day": ("month,day,sector,stratum,persons\n2018-05,2018-05-01,yuma,single_adults,1\n",
                      ["not both and not neither"]),
    "neither month nor day": ("sector,stratum,persons\nyuma,single_adults,1\n", ["not both and not neither"]),
    "unknown sector": (HEADER + "2018-05,yumma,single_adults,1\n",
                       ["line 2: sector is 'yumma'", "allowed: big_bend", "did you mean yuma?"]),
    "unknown stratum": (HEADER + "2018-05,yuma,single_adult,1\n",
                        ["line 2: stratum is 'single_adult'", "did you mean single_adults?"]),
    "negative": (HEADER + "2018-05,yuma,single_adults,-1\n",
                 ["line 2: persons is '-1'; allowed: a number from 0 to 1,000,000"]),
    "text": (HEADER + "2018-05,yuma,single_adults,many\n", ["line 2: persons is 'many'"]),
    "blank": (HEADER + "2018-05,yuma,single_adults,\n", ["line 2: persons is ''"]),
    "not a number": (HEADER + "2018-05,yuma,single_adults,nan\n", ["line 2: persons is 'nan'"]),
    "endless": (HEADER + "2018-05,yuma,single_adults,inf\n", ["line 2: persons is 'inf'"]),
    "decimal comma": (HEADER + '2018-05,yuma,single_adults,"1,5"\n', ["line 2: persons is '1,5'"]),
    "month 13": (HEADER + "2018-13,yuma,single_adults,1\n", ["line 2: month is '2018-13'; allowed: YYYY-MM"]),
    "month in words": (HEADER + "May 2018,yuma,single_adults,1\n", ["line 2: month is 'May 2018'"]),
    "a day for a month": (HEADER + "2018-05-01,yuma,single_adults,1\n", ["line 2: month is '2018-05-01'"]),
    "no such day": ("day,sector,stratum,persons\n2018-05-32,yuma,single_adults,1\n",
                    ["line 2: day is '2018-05-32'; allowed: YYYY-MM-DD"]),
    "repeated": (HEADER + "2018-05,yuma,single_adults,1\n2018-05,yuma,single_adults,1\n",
                 ["line 3 repeats 2018-05, yuma, single_adults"]),
    "too many values": (HEADER + "2018-05,yuma,single_adults,1,2\n", ["line 2 has too many values; needed: 4"]),
    "too few values": (HEADER + "2018-05,yuma,single_adults\n", ["line 2 has too few values; needed: 4"]),
    "open quote": (HEADER + '2018-05,yuma,"single_adults,1\n', ["cannot be read"]),
    "uncovered month": (HEADER + "2018-06,yuma,single_adults,1\n",
                        ["no row for month 2018-05", "lead-in"]),
    "uncovered days": ("day,sector,stratum,persons\n2018-05-01,yuma,single_adults,1\n",
                       ["no row for day 2018-05-02, 2018-05-03, 2018-05-04 and 27 more"]),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_refused_with_the_reason(write, wrong):
    """Each kind of wrong file is refused by name, with line, value and what is allowed."""
    content, phrases = WRONG[wrong]
    message = _refused(write(content))
    assert "my_arrivals.csv" in message
    for phrase in phrases:
        assert phrase in message


@pytest.mark.parametrize(
    "column",
    ["name", "first_name", "Surname", "Date of Birth", "birth_date", "a_number", "A-Number", "ANumber", "alien_id",
     "id", "person_id", "ssn", "passport", "DOB", "FINS"],
)  # fmt: skip
def test_person_level_data_is_refused(write, column):
    """A column that looks like an identifier stops the run before a row is read; no value of it is repeated."""
    message = _refused(write(f"month,sector,stratum,persons,{column}\n2018-05,yuma,single_adults,1,SECRET\n"))
    assert f"columns {column} look like data about single people; allowed: counts only" in message
    assert "SECRET" not in message


@pytest.mark.parametrize(
    "content",
    [GOOD.encode("utf-16"), (GOOD + "2018-05,Río Bravo,single_adults,1\n").encode("latin-1"), bytes(range(256))],
    ids=["UTF-16", "Latin-1", "no text"],
)
def test_a_file_that_is_not_utf_8_is_refused(write, content):
    """Spreadsheets' other encodings and no text at all: said so, without a traceback of codecs."""
    assert "is not text in UTF-8" in _refused(write(content))


def test_all_problems_come_at_once(write):
    """One message lists the problems of every row."""
    message = _refused(
        write(
            "month,sector,stratum,persons\n2018-05,yumma,single_adults,1\n2018-5,yuma,children,-3\n"
            "2018-05,yuma,single_adults\n2018-05,tucson,single_adults,1\n2018-05,tucson,single_adults,2\n"
        )
    )
    for phrase in ("'yumma'", "'2018-5'", "'children'", "'-3'", "line 4 has too few", "line 6 repeats"):
        assert phrase in message


def test_a_long_list_of_problems_is_cut_and_counted(write):
    """Twelve problems are shown; the message says how many more there are."""
    rows = "".join(f"2018-05,yuma,single_adults,x{row}\n" for row in range(20))
    message = _refused(write("month,sector,stratum,persons\n" + rows))
    assert message.count("line ") == 12
    # 20 texts for numbers and 19 repeats.
    assert "and 27 more" in message


def test_the_lead_in_has_to_be_covered(write):
    """A window that begins in May with a lead-in in April needs April."""
    settings = _settings_of(write(GOOD), **{"window.lead_in_days": 3})
    with pytest.raises(FileProblem, match="no row for month 2018-04; the days played include the lead-in"):
        worlds.parties(settings)


def test_a_day_before_the_clock_is_no_crash(write):
    """A day of 1999 lies outside every run: left out like any other, or refused, but no error of the program."""
    rows = "".join(f"2018-05-{day:02},yuma,single_adults,1\n" for day in range(1, 32))
    _, daily = read_arrivals(write("day,sector,stratum,persons\n1999-05-01,yuma,single_adults,5\n" + rows), MAY)
    assert daily is not None
    assert daily.sum() == 31


@pytest.mark.parametrize(
    "rows",
    [
        "month,sector,stratum,persons\n2018-05,yuma,single_adults,1\n 2018-05,yuma,single_adults,2\n",
        "day,sector,stratum,persons\n2018-05-01,yuma,single_adults,1\n20180501,yuma,single_adults,2\n",
    ],
    ids=["space before the month", "two spellings of a day"],
)
def test_a_repeated_row_is_found_however_it_is_spelled(write, rows):
    """Two counts for one cell are never silently the second."""
    assert "line 3" in _refused(write(rows), MAY[:1])


@pytest.mark.parametrize("column", ["age", "sponsor", "Alien Number", "single_adults"])
def test_columns_nobody_asked_for_are_refused(write, column):
    """A column the program does not know is a misunderstanding, not decoration."""
    assert column in _refused(write(f"month,sector,stratum,persons,{column}\n2018-05,yuma,single_adults,1,7\n"))


def test_a_column_given_twice_is_refused(write):
    """Two columns of persons: which one counts cannot be guessed."""
    assert "persons" in _refused(write("month,sector,stratum,persons,persons\n2018-05,yuma,single_adults,1,7\n"))


def test_a_misspelt_sector_does_not_hide_an_uncovered_month(write):
    """All problems at once: what the good rows leave uncovered stands beside what is wrong with the others."""
    message = _refused(
        write("month,sector,stratum,persons\n2018-06,yumma,single_adults,1\n2018-06,yuma,single_adults,1\n")
    )
    assert "'yumma'" in message
    assert "no row for month 2018-05" in message


def test_lines_are_counted_as_an_editor_counts_them(write):
    """A blank line before a wrong one does not shift the number given."""
    assert "line 4: persons is 'x'" in _refused(
        write("month,sector,stratum,persons\n2018-05,yuma,single_adults,1\n\n2018-05,tucson,single_adults,x\n")
    )
