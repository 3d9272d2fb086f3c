"""Tables of the answer key of a pack: what each column holds. Files and descriptors are made from here alone."""

from __future__ import annotations

from typing import Final

from borderops.audit.findings import Check
from borderops.config.schema import STATIONS
from borderops.packs.columns import BOOLEAN, DATE, INTEGER, MOMENT, NUMBER, TEXT, Column, Sheet, observed_sheets
from borderops.population.people import COUNTRIES, Role, Sex, Stratum
from borderops.records.answer_key import Blame, CauseKind, Mechanism
from borderops.scoring.standing import Kind, Level

RESIDENT_OF_SHELTER: Final = "shelter"
"""Sector of children who were in a shelter when the history began."""

RELATIONS: Final = ("parent", "minor_mother", "undisclosed", "kin", "claimed_false")
KNOWABLE, UNKNOWABLE = "knowable", "unknowable"
OTHERS: Final = ("child", "parent", "relative", "stranger")
KNOWN_FROM: Final = ("record", "rule", "nothing")
ROWS_WRONG: Final = ("missing", "added", "duplicated")
FACTS: Final = ("separation", "child_given", "child_age")
"""What the text of a note can tell."""

STATUSES: Final = ("right", "false", "missing")
SCHEMES, PARTS = ("family", "time", "sector"), ("train", "test")

MECHANISMS: Final = tuple(one.name.lower() for one in Mechanism)
CHECKS: Final = tuple(one.name.lower() for one in Check if one)  # type: ignore[union-attr]
_LEVELS: Final = tuple(one.name.lower() for one in Level)
_BLAMES: Final = tuple(one.name.lower() for one in Blame)
_SEPARATIONS: Final = tuple(one.name.lower() for one in Kind)

_TABLE = Column("table", TEXT, "Observed table.", tuple(observed_sheets()), is_required=True)
_REC = Column("rec_id", INTEGER, "Row of that table.", is_required=True)
_FIELD = Column("field", TEXT, "Column of that table.", is_required=True)
_WHO = "person.person_id"
_MECHANISM = Column("mechanism", TEXT, "How it came about.", MECHANISMS, is_required=True)
_CAUSE = Column("cause_id", INTEGER, "Event that explains it.", of="cause.cause_id", is_required=True)
_BLAME = Column("blame", TEXT, "Whose doing it is.", _BLAMES, is_required=True)
_CHECK = Column("check", TEXT, f"Published checks that can see it, joined by |: {', '.join(CHECKS)}.")
_OPERATOR = Column("operator", TEXT, "Who did it: role, sector, shift and place; empty for nobody.")

PERSON = Sheet(
    "person",
    "Person of the pack, as the person truly is.",
    (
        Column("person_id", INTEGER, "Person; means nothing.", is_required=True),
        Column("family_id", INTEGER, "Those who came together, whether or not they are a family.", is_required=True),
        Column("event_id", INTEGER, "True apprehension event of the family.", is_required=True),
        Column("party_kind", TEXT, "What those who came together truly are.", tuple(s.name.lower() for s in Stratum)),
        Column("role", TEXT, "Place among them.", tuple(role.name.lower() for role in Role)),
        Column("sex", TEXT, "Sex.", tuple(sex.name.lower() for sex in Sex)),
        Column("birth_date", DATE, "Date of birth.", is_required=True),
        Column("citizenship", TEXT, "Country of citizenship.", COUNTRIES),
        Column("given_1", TEXT, "First given name."),
        Column("given_2", TEXT, "Second given name; empty for none."),
        Column("surname_1", TEXT, "First surname."),
        Column("surname_2", TEXT, "Second surname; empty for none."),
        Column("surname_share", NUMBER, "Share of the people of the whole history who bear the commoner surname."),
        Column("age", INTEGER, "Completed years when apprehended."),
        Column("sector", TEXT, "Where the person was met.", (*STATIONS, RESIDENT_OF_SHELTER)),
        Column("apprehended_at", MOMENT, "When; for residents of shelters, the admission."),
        Column("a_number", INTEGER, "A-number as given out; empty for none."),
        Column("was_separated", BOOLEAN, "A child or parent of a separation within the definition.", is_required=True),
        Column("separated_at", MOMENT, "When parted; where nobody knew of a family, when the child was referred."),
    ),
    ("person_id",),
)

LINK = Sheet(
    "link",
    "True relation between a child and another person of the same family.",
    (
        Column("child_id", INTEGER, "Child.", of=_WHO, is_required=True),
        Column("adult_id", INTEGER, "Parent, relative or alleged parent; a mother may be a minor.", of=_WHO),
        Column(
            "relation",
            TEXT,
            "What the second is to the first: a parent, a mother who is a minor, a parent of a family that did not say "
            "it is one, another relative, or nobody though it is claimed.",
            RELATIONS,
            is_required=True,
        ),
        Column("was_separated", BOOLEAN, "Separated within the definition.", is_required=True),
        Column("separation", TEXT, "How the child came to be without this parent; empty for not.", _SEPARATIONS),
        Column("separated_at", MOMENT, "When; empty where it was not."),
        Column("is_recorded", BOOLEAN, "A record that stands at the end names both.", is_required=True),
        Column("stands", TEXT, "Where the best such record stands.", _LEVELS, is_required=True),
        Column("known_from", TEXT, "A record names both, or a published rule suspects them, or nothing.", KNOWN_FROM),
        Column("recoverability", TEXT, "Whether records can tell of it at all.", (KNOWABLE, UNKNOWABLE)),
    ),
    ("child_id", "adult_id"),
)

RECORD = Sheet(
    "record",
    "What is true of a row of an observed table.",
    (
        _TABLE,
        _REC,
        Column("person_id", INTEGER, "Whom the row is about; empty for nobody in particular.", of=_WHO),
        Column("other_id", INTEGER, "Second person of whom it speaks; empty for none.", of=_WHO),
        Column("other_is", TEXT, "What the second person is to the first.", OTHERS),
        Column("family_id", INTEGER, "Family that the row is about."),
        Column("event_id", INTEGER, "True event that the row is about."),
    ),
    ("table", "rec_id"),
)

ERROR = Sheet(
    "error",
    "Change of a cell from what a flawless clerk would have written, in the order in which it happened.",
    (
        Column("error_id", INTEGER, "Error, from 1 in order.", is_required=True),
        _TABLE,
        _REC,
        _FIELD,
        _MECHANISM,
        _CAUSE,
        Column("recorded", TEXT, "What was written; dates as in ISO 8601; empty for nothing."),
        Column("correct", TEXT, "What stood or ought to have stood there before; likewise."),
        Column("hops", INTEGER, "Copies between the first writing and this cell.", is_required=True),
        Column("source_error", INTEGER, "Error that it was copied from; empty for none.", of="error.error_id"),
        _CHECK,
        _BLAME,
        _OPERATOR,
        Column("at", MOMENT, "When.", is_required=True),
        Column("is_last", BOOLEAN, "The cell still holds what this wrote.", is_required=True),
    ),
    ("error_id",),
)

ROW_ERROR = Sheet(
    "row_error",
    "Row that is missing, or that nobody should have written.",
    (
        Column("row_error_id", INTEGER, "Number, from 1.", is_required=True),
        _TABLE,
        Column("rec_id", INTEGER, "Row; of a missing one a number below nought, see the tables in missing/."),
        Column("what", TEXT, "What is wrong with it.", ROWS_WRONG, is_required=True),
        Column("twin", INTEGER, "Row that an added one repeats; empty for none or one that is missing itself."),
        _MECHANISM,
        _CAUSE,
        _CHECK,
        _BLAME,
        _OPERATOR,
        Column("at", MOMENT, "When.", is_required=True),
        Column("person_id", INTEGER, "Whom the row is about; empty for nobody in particular.", of=_WHO),
        Column("other_id", INTEGER, "Second person of whom it speaks; empty for none.", of=_WHO),
    ),
    ("row_error_id",),
)

CAUSE = Sheet(
    "cause",
    "Event that explains errors: one slip, an outage, a sorting of a spreadsheet.",
    (
        Column("cause_id", INTEGER, "Number, from 1.", is_required=True),
        Column("kind", TEXT, "What it is.", tuple(kind.name.lower() for kind in CauseKind), is_required=True),
        _MECHANISM,
        Column("sector", TEXT, "Where; empty for nowhere in particular.", STATIONS),
        Column("begins_at", MOMENT, "First minute.", is_required=True),
        Column("ends_at", MOMENT, "First minute after it."),
        _OPERATOR,
    ),
    ("cause_id",),
)

UNAVOIDABLE = Sheet(
    "unavoidable",
    "Row with which something is wrong that no clerk could have helped: no error of a cell.",
    (_TABLE, _REC, _MECHANISM, _BLAME, Column("at", MOMENT, "Since when it is so.", is_required=True)),
    ("table", "rec_id"),
)

LOST_MESSAGE = Sheet(
    "lost_message",
    "Message that never arrived, and why.",
    (Column("rec_id", INTEGER, "Row of mail_message.", of="mail_message.rec_id", is_required=True), _CAUSE),
    ("rec_id",),
)

LINEAGE = Sheet(
    "lineage",
    "Cell that was copied from another table.",
    (
        _TABLE,
        _REC,
        _FIELD,
        Column("from_table", TEXT, "Table that was read.", is_required=True),
        Column("from_rec_id", INTEGER, "Row that was read; empty where it is missing from the pack."),
        Column("from_field", TEXT, "Column that was read.", is_required=True),
    ),
    ("table", "rec_id", "field", "from_field"),
)

SPLIT = Sheet(
    "split",
    "Part of a person under a way of splitting: no family and no event stands in two parts of the same scheme.",
    (
        Column("scheme", TEXT, "By family, by time or by sector.", SCHEMES, is_required=True),
        Column("person_id", INTEGER, "Person.", of=_WHO, is_required=True),
        Column("part", TEXT, "To learn from, or to be judged on.", PARTS, is_required=True),
    ),
    ("scheme", "person_id"),
)

NOTE_SPAN = Sheet(
    "note_span",
    "Place in the text of a note that tells something of a family; letters are counted from 0.",
    (
        Column("rec_id", INTEGER, "Row of e3_note_text.", of="e3_note_text.rec_id", is_required=True),
        Column("begins", INTEGER, "First letter.", is_required=True),
        Column("ends", INTEGER, "First letter after it.", is_required=True),
        Column("fact", TEXT, "What it tells.", FACTS, is_required=True),
        Column("value", TEXT, "The letters between: as written, right or wrong.", is_required=True),
        Column("person_id", INTEGER, "Child whom it is about; empty for none in particular.", of=_WHO),
    ),
    ("rec_id", "begins"),
)

_PAIR = (
    Column("table_l", TEXT, "Left table.", tuple(observed_sheets()), is_required=True),
    Column("rec_id_l", INTEGER, "Its row.", is_required=True),
    Column("table_r", TEXT, "Right table.", tuple(observed_sheets()), is_required=True),
    Column("rec_id_r", INTEGER, "Its row.", is_required=True),
    Column("is_match", BOOLEAN, "The truth.", is_required=True),
    Column("kind", TEXT, "Which kind of pair it is.", is_required=True),
    Column("weight", NUMBER, "How many pairs of its kind it stands for.", is_required=True),
)
_PAIR_KEY = ("table_l", "rec_id_l", "table_r", "rec_id_r")


def _pairs(task: str, says: str) -> Sheet:
    return Sheet(task, says, _PAIR, _PAIR_KEY, folder="answer_key/labels")


LABELS: Final = {
    sheet.name: sheet
    for sheet in (
        _pairs("T1", "T1, the same person in two systems: pairs of rows, with relatives, homonyms and others beside."),
        _pairs("T2", "T2, parent and child whom no unit links: pairs of people met in the same event."),
        _pairs("T3", "T3, a child in HHS's portal and the parent in another agency's system."),
        Sheet(
            "T4",
            "T4, was this child separated, when, and under which code.",
            (
                _TABLE,
                _REC,
                Column("is_separated", BOOLEAN, "Separated within the definition.", is_required=True),
                Column("separated_at", MOMENT, "When; empty where it was not."),
                Column("code", TEXT, "Reason code that ought to stand; empty for none."),
            ),
            ("table", "rec_id"),
            folder="answer_key/labels",
        ),
        Sheet(
            "T5",
            "T5, which entries of a list are false, and who is missing.",
            (
                Column("list_no", INTEGER, "List.", of="list_release.list_no", is_required=True),
                _TABLE,
                _REC,
                Column("status", TEXT, "Rightly on the list, falsely on it, or missing.", STATUSES),
                Column("person_id", INTEGER, "Who it is; empty for nobody.", of=_WHO),
            ),
            ("list_no", "table", "rec_id"),
            folder="answer_key/labels",
        ),
        Sheet(
            "T6",
            "T6, wrong cells and what ought to stand there; a cell that is not listed is right.",
            (
                _TABLE,
                _REC,
                _FIELD,
                Column("recorded", TEXT, "What stands there; empty for nothing."),
                Column("correct", TEXT, "What ought to; empty for nothing."),
                Column("mechanism", TEXT, "How the last change came about.", MECHANISMS, is_required=True),
                _CHECK,
            ),
            ("table", "rec_id", "field"),
            folder="answer_key/labels",
        ),
        Sheet(
            "T7",
            "T7, what the text of a note tells of a family: each fact once, as written.",
            (
                _TABLE,
                _REC,
                Column("fact", TEXT, "What it tells.", FACTS, is_required=True),
                Column("value", TEXT, "In the words of the note; yes for a separation.", is_required=True),
                Column("person_id", INTEGER, "Child whom it is about; empty for none in particular.", of=_WHO),
            ),
            ("table", "rec_id", "fact", "value"),
            folder="answer_key/labels",
        ),
        _pairs("T8", "T8, a message and the child it is about."),
        Sheet(
            "T9",
            "T9, who of the separated children stands in which source; who stands in none was never recorded.",
            (
                Column("person_id", INTEGER, "Separated child.", of=_WHO, is_required=True),
                Column("in_unit_history", BOOLEAN, "A unit with code or status of a separation.", is_required=True),
                Column("in_portal", BOOLEAN, "Said to be separated in HHS's portal.", is_required=True),
                Column("in_sheet", BOOLEAN, "On a station's spreadsheet.", is_required=True),
                Column("in_mail", BOOLEAN, "In a message with a parent's number.", is_required=True),
                Column("in_note", BOOLEAN, "In a case note or comment.", is_required=True),
            ),
            ("person_id",),
            folder="answer_key/labels",
        ),
    )
}
"""Labels by task."""

CLUSTERS = Sheet(
    "clusters",
    "Rows by the person they are about: what a tool that gathers records is to find.",
    (_TABLE, _REC, Column("cluster", INTEGER, "Person.", of=_WHO, is_required=True)),
    ("table", "rec_id"),
    folder="answer_key/labels",
)

KEY_SHEETS: Final = {
    sheet.name: sheet
    for sheet in (
        PERSON, LINK, RECORD, ERROR, ROW_ERROR, CAUSE, UNAVOIDABLE, LOST_MESSAGE, LINEAGE, SPLIT, NOTE_SPAN,
        *LABELS.values(), CLUSTERS,
    )
}  # fmt: skip
"""Every table of the answer key by name, but for rows that are missing, which look like those of their tables."""
