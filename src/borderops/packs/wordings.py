"""How agents put a case note in words: wordings in parts that go together in very many ways.

A rule is a name and its alternatives; ``<name>`` in an alternative is another rule. Which alternative is taken follows
from a number of the note's own, so that notes differ and each stays what it is. Braces are for what records say.

Every alternative of a rule says the same: nothing is told of a family that stands in no record. Words that tell of
separations and children in some notes stand in others for something else, as they do in offices.
"""

from __future__ import annotations

import re
from typing import Final

RULES: Final[dict[str, tuple[str, ...]]] = {
    # --- a separation, at the top -------------------------------------------------------------------------------------
    "at_top": (
        "<together> SEPARATED<when_sep>.",
        "<together> SEPARATED<why>.",
        "<together> WERE SEPARATED<where><why>.",
        "<adult> SEPARATED FROM <minor><when_sep><why>.",
        "<adult> SEP FROM <minor><why>.",
        "<adult> HAS BEEN SEPARATED FROM <minor><where>.",
        "<adult> HELD APART FROM <minor><why>.",
        "<adult> AND <minor> NO LONGER HELD TOGETHER<when_sep><why>.",
        "<minor> TAKEN FROM <adult><why>.",
        "<minor> PLACED APART FROM <adult><where><when_sep>.",
        "<minor> SEPARATED FROM <adult><why>.",
        "SEPARATION: <together><why>.",
        "SEPARATION OF <together><when_sep><why>.",
        "SEPARATED <together><where>.",
        "FMUA SPLIT<when_sep><why>.",
        "FAMILY SPLIT UP<where><why>.",
        "*** <together> SEPARATED<why> ***.",
        "NOTE: <adult> WITHOUT <minor> FROM THIS POINT, SEPARATED<where>.",
        "<adult> DETAINED SEPARATELY FROM <minor><why>.",
    ),
    "together": (
        "FAMILY",
        "FAMILY UNIT",
        "FMUA",
        "FAM UNIT",
        "MEMBERS OF FAMILY UNIT",
        "PARENT AND CHILD",
        "SUBJECT AND CHILD",
        "SUBJ AND MINOR",
        "ADULT AND MINOR",
        "SUBJECT AND JUVENILE",
        "PARENT/CHILD",
        "ADULT AND JUV",
        "PARENT AND MINOR",
    ),
    "adult": ("SUBJECT", "SUBJ", "PARENT", "ADULT", "THE PARENT", "ABOVE SUBJECT", "HEAD OF FMUA"),
    "minor": ("CHILD", "MINOR", "JUVENILE", "JUV", "MINOR CHILD", "ACCOMPANYING MINOR", "DEPENDENT", "OWN CHILD"),
    "when_sep": ("", "", " THIS DATE", " ON THIS DATE", " AFTER PROCESSING", " AT END OF PROCESSING", " THIS SHIFT"),
    "where": ("", "", " AT STATION", " AT THE STATION", " BY BORDER PATROL", " AT PROCESSING"),
    "why": (
        "",
        "",
        "",
        " DUE TO PROSECUTION OF PARENT",
        ", AMENABLE TO PROSECUTION",
        ", 8 USC 1325 PENDING",
        ", 1325 REFERRAL",
        " - PARENT REFERRED FOR PROSECUTION",
        ", PROSECUTION ACCEPTED",
        " (PROSECUTION)",
        " PER PROSECUTION GUIDANCE",
    ),
    # --- whom the note is on ------------------------------------------------------------------------------------------
    "subject": (
        "SUBJECT IS A {age} YEAR OLD <citizen> OF {country}.",
        "SUBJECT, A <citizen> OF {country}, AGE {age}, <carries>.",
        "{age} YEAR OLD FROM {country}, <carries>.",
        "<citizen> OF {country}, {age} YOA.",
        "SUBJ STATED TO BE {age} YOA AND A <citizen> OF {country}.",
        "COC {country}, {age} Y/O, <carries>.",
        "ADULT FROM {country} ({age}).",
        "AGE {age}. <citizen> OF {country}. <fear>.",
        "SUBJECT, AGED {age}, ADMITTED TO BEING A <citizen> OF {country}.",
        "I ENCOUNTERED A {age} YEAR OLD WHO CLAIMED TO BE FROM {country}.",
    ),
    "citizen": ("CITIZEN", "NATIONAL", "CITIZEN AND NATIONAL", "NATIVE AND CITIZEN"),
    "carries": (
        "NO DOCUMENTS",
        "WITHOUT DOCUMENTS",
        "NO IMMIGRATION DOCUMENTS",
        "CLAIMED NO FEAR OF RETURN",
        "CARRIED AN ID CARD",
        "NO PRIOR ENTRIES FOUND",
        "UNABLE TO PRESENT DOCUMENTS",
    ),
    "fear": ("CLAIMED NO FEAR OF RETURN", "CLAIMED FEAR OF RETURN", "NO FEAR STATED", "STATED FEAR, REFERRED"),
    # --- what else happened: one of each kind at most -----------------------------------------------------------------
    "entry": (
        "SUBJECT WAS APPREHENDED NEAR THE BORDER WITH {others} OTHERS AND TRANSPORTED FOR PROCESSING.",
        "ENTERED ON FOOT WITH A GROUP OF {others}.",
        "PART OF A GROUP OF {others}, WALKED UP TO AGENTS.",
        "APPREHENDED AT APPROX {hour} HRS, GROUP OF {others}.",
        "CROSSED ON FOOT AT ABOUT {hour} HOURS.",
        "ARRESTED AFTER ILLEGAL ENTRY, {others} IN GROUP.",
        "SUBJECT SAID THE TRIP TOOK {days} DAYS.",
        "AGENTS RESPONDED TO A CALL AND FOUND {others} PERSONS.",
        "TURNED SELF IN AT {hour}.",
    ),
    "checks": (
        "RECORD CHECKS WERE NEGATIVE.",
        "CHECKS NEGATIVE, PRINTS TAKEN AT {hour}.",
        "NO CRIMINAL HISTORY FOUND.",
        "FINGERPRINTED, NO MATCH.",
        "IDENT CHECKED, {others} MIN DELAY OF SYSTEM.",
        "NO WANTS OR WARRANTS.",
        "PRINTS TAKEN TWICE, FIRST SET POOR.",
    ),
    "care": (
        "TRANSPORTED TO THE STATION, FINGERPRINTED AND GIVEN FOOD.",
        "NO MEDICAL COMPLAINT.",
        "MINOR SCRAPES CLEANED, NO FURTHER COMPLAINT.",
        "FED AT {hour}.",
        "WATER AND FOOD PROVIDED.",
        "MEDICAL SCREENING DONE, CLEARED.",
        "COMPLAINED OF SORE FEET AFTER {days} DAYS OF WALKING.",
        "BLANKET ISSUED.",
    ),
    "property": (
        "PROPERTY TAGGED AND STORED.",
        "PROPERTY SEPARATED, TAGGED AND STORED.",
        "MALES AND FEMALES SEPARATED FOR SEARCH.",
        "WET CLOTHING SEPARATED FROM OTHER PROPERTY.",
        "{others} DOLLARS IN PROPERTY.",
        "GROUP OF {others} HELD IN SEPARATE CELLS BY SEX.",
        "BELT AND LACES TAKEN.",
        "ONE BAG, NO CONTRABAND.",
    ),
    "rights": (
        "ADVISED OF RIGHTS IN SPANISH.",
        "CONSULAR NOTICE GIVEN.",
        "CONSULATE CALLED AT {hour}, NO ANSWER.",
        "UNDERSTOOD AND SIGNED.",
        "INTERPRETER USED BY PHONE.",
        "REFUSED TO SIGN.",
        "OFFERED A PHONE CALL, DECLINED.",
    ),
    "office": (
        "FILE COMPLETED BY MID SHIFT.",
        "CASE AGENT CHANGED AT {hour}.",
        "SEE ALSO NARRATIVE OF GROUP.",
        "A-FILE TO FOLLOW.",
        "SYSTEM DOWN AT {hour}, ENTERED LATER.",
        "SUPERVISOR NOTIFIED.",
        "FAMILY NAME SPELLED AS STATED.",
    ),
    # --- children -----------------------------------------------------------------------------------------------------
    "child": (
        "<with> <minor> {given}, <aged>.",
        "<with> <minor> {given} ({child_age}).",
        "<with> A <minor>, {given}, {child_age} <years>.",
        "<minor>: {given}, {child_age} <years>.",
        "<minor>: {given} <aged>.",
        "<minor> {given} IS {child_age}.",
        "<minor> NAMED {given}, <aged>.",
        "{child_age} <years> <minor> {given} <along>.",
        "A {child_age} <years> <minor>, {given}, <along>.",
        "{given}, {child_age} <years>, <along>.",
        "{given} ({child_age}) <along>.",
        "PARENT OF {given} ({child_age}).",
        "PARENT OF {given}, <aged>.",
        "SUBJECT CLAIMED {given}, {child_age} <years>, AS OWN CHILD.",
        "SUBJ SAID {given} <along> AND IS {child_age} <years>.",
        "JUV: {given} / {child_age}.",
        "ALSO PROCESSED: {given}, <minor>, {child_age} <years>.",
    ),
    "with": ("TRAVELING WITH", "ACCOMPANIED BY", "HAD WITH", "CAME WITH", "TOGETHER WITH", "W/", "ENTERED WITH"),
    "aged": ("AGE {child_age}", "AGED {child_age}", "AGE: {child_age}", "{child_age} YOA", "{child_age} Y/O"),
    "years": ("YOA", "Y/O", "YEARS OLD", "YRS OLD", "YEAR OLD", "YRS"),
    "along": ("TRAVELED ALONG", "WAS WITH SUBJECT", "CAME ALONG", "ENTERED WITH SUBJECT", "IS WITH SUBJECT"),
    "children": (
        "CHILDREN: <list>.",
        "<with> CHILDREN <list>.",
        "PARENT OF <list>.",
        "JUVS <list>.",
        "MINORS: <list>.",
    ),
    "in_list": ("{given} ({child_age})", "{given}, {child_age}", "{given} <aged>", "{given} {child_age} <years>"),
}
"""Rules by name."""

KINDS: Final = ("entry", "checks", "care", "property", "rights", "office")
"""What a note tells beside whom it is on."""

_RULE: Final = re.compile(r"<(\w+)>")
_BITS: Final = (1 << 64) - 1


class Luck:
    """Choices that follow from one number, one after another (SplitMix64).

    Parameters
    ----------
    bits : int
        64 random bits.
    """

    def __init__(self, bits: int):
        self._state = bits

    def below(self, count: int) -> int:
        """A whole number from 0 to one less than ``count``."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _BITS
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _BITS
        return ((mixed ^ (mixed >> 31)) * count) >> 64

    def of(self, things: tuple[str, ...]) -> str:
        """One of several."""
        return things[self.below(len(things))]

    def some(self, things: tuple[str, ...], count: int) -> list[str]:
        """So many of them in any order, each once."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]


def worded(rule: str, luck: Luck) -> str:
    """Words of a rule, with braces left for what records say."""
    return _RULE.sub(lambda found: worded(found[1], luck) if found[1] in RULES else found[0], luck.of(RULES[rule]))
