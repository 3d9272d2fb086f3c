"""Slips in names: small verbs on texts, and `Spelled`, which does them to codes of spellings.

Spelling by ear, accents, particles and short forms follow the collections of `borderops.facts.tables`; how common each
way is nobody knows, so all that fit a name are equally likely. Must not know who bears a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np

from borderops.facts.tables import Confusion, confusions, short_names
from borderops.population.people import Sex
from borderops.records.fields import BLANK, parts_of, two_names
from borderops.records.slips import split
from borderops.records.spelling import Lexicon

Ways = Callable[[str], Sequence[str]]
"""All ways in which a text may be written wrongly; none where it has no such slip."""

NEIGHBOURS: Final = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol",
    "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm", "k": "jil", "l": "kop",
    "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
"""Keys beside each other on a US keyboard."""

PLACEHOLDERS: Final = (("Fnu", "Lnu"), ("Unknown", "Unknown"), ("John", "Doe"), ("Test", "Test"))
"""What stands for names that are not known, given name and surname."""

REMEMBERED: Final = 2**16
"""Texts whose ways are kept in mind: names come again and again."""

_VOWELS: Final = "aeiouáéíóúü"
_LETTERS: Final = frozenset("aeioun")
_PLAIN: Final = str.maketrans("áéíóúüñ", "aeiouun")
_PARTICLE: Final = re.compile(r"^(de las|de los|de la|del|de|das|dos|da|do) +(?=\w)", re.IGNORECASE)
_SMALL: Final = {"de", "la", "las", "los", "del", "y"}


# --- texts ----------------------------------------------------------------------------------------------------------


def _cased(small: str, like: str) -> str:
    """Small letters with capitals where words have them, but for particles inside a name."""
    words = small.split(" ")
    capital = [word[:1].isupper() for word in like.split(" ")]
    if like.isupper():
        return small.upper()
    if len(capital) != len(words):
        capital = [word not in _SMALL or not at for at, word in enumerate(words)]
    return " ".join(word[:1].upper() + word[1:] if big else word for word, big in zip(words, capital))


def typo(text: str, uniform: float) -> str:
    """One key too many, too few, beside the right one, or two in the wrong order."""
    small = text.lower()
    way, rest = divmod(uniform * 4, 1.0)
    place, rest = divmod(rest * len(small), 1.0)
    at = min(int(place), len(small) - 1)
    if way == 0 and len(small) > 1:
        return _cased(small[:at] + small[at + 1 :], text).strip()
    if way == 1 and at + 1 < len(small) and small[at] != small[at + 1]:
        return _cased(small[:at] + small[at + 1] + small[at] + small[at + 2 :], text).strip()
    keys = NEIGHBOURS.get(small[at].translate(_PLAIN), "aeiou")
    key = keys[min(int(rest * len(keys)), len(keys) - 1)]
    after = at + 1 if way == 2 else at  # beside it, or in its place
    return _cased(small[:after] + key + small[at + 1 :], text)


@cache
def _patterns(listeners: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Confusions of letters as patterns and what is written for them."""
    chosen = [each for each in confusions() if each.kind == "letters" and each.names in listeners]
    return tuple((re.compile(_pattern(each)), each.written) for each in chosen)


def _pattern(confusion: Confusion) -> str:
    """Where in a word, in small letters, a confusion happens."""
    if not confusion.meant:
        return rf"\b(?=[{_VOWELS}])" if confusion.position == "word_start" else rf"(?<=[{_VOWELS}t])(?=[{_VOWELS}])"
    meant = re.escape(confusion.meant)
    return {
        "anywhere": meant,
        "word_start": rf"\b{meant}",
        "inside": rf"(?<=\w){meant}(?=\w)",
        "word_end": rf"{meant}\b",
        "inside_or_end": rf"(?<=\w){meant}",
        "before_e_i": rf"{meant}(?=[eiéí])",
        "before_a_o_u": rf"{meant}(?=[aouáóú])",
        "before_b_p_v": rf"{meant}(?=[bpv])",
        "syllable_end": rf"(?<=[{_VOWELS}]){meant}(?=[^{_VOWELS}\W]|\b)",
        # Not stressed for sure: the first vowel of a word in which two others follow.
        "unstressed": rf"(?:(?<=\b)|(?<=\b[^{_VOWELS}\W])|(?<=\b[^{_VOWELS}\W]{{2}})){meant}"
        rf"(?=\w*[{_VOWELS}]\w*[{_VOWELS}])",
    }[confusion.position]


def _by_ear(text: str, listeners: tuple[str, ...]) -> tuple[str, ...]:
    small = text.lower()
    found: dict[str, None] = {}
    for pattern, written in _patterns(listeners):
        for match in pattern.finditer(small):
            heard = small[: match.start()] + written + small[match.end() :]
            if heard.strip() and heard != small:
                found[_cased(heard, text)] = None
    found.pop(text, None)
    return tuple(found)


@lru_cache(REMEMBERED)
def surname_by_ear(text: str) -> tuple[str, ...]:
    """Surname as it sounds, one confusion at a time; those typical of Mayan names included."""
    return _by_ear(text, ("all", "english_ear", "maya"))


@lru_cache(REMEMBERED)
def given_by_ear(text: str) -> tuple[str, ...]:
    """Given name as it sounds; confusions typical of English names included."""
    return _by_ear(text, ("all", "english_ear", "english"))


@lru_cache(REMEMBERED)
def without_accents(text: str) -> tuple[str, ...]:
    """Name without its accents and tilde, or with what else is made of a tilde."""
    small = text.lower()
    if small.isascii():
        return ()
    bare = small.translate(_PLAIN)
    marks = [each for each in confusions() if each.kind == "marks" and each.meant in small]
    # Whoever leaves out one mark leaves out all.
    found = dict.fromkeys(
        bare if each.written in _LETTERS else small.replace(each.meant, each.written) for each in marks
    )
    return tuple(_cased(each.translate(_PLAIN), text) for each in found)


def without_particle(text: str) -> tuple[str, ...]:
    """Surname whose particle is dropped, or glued to the name: De la Cruz, Cruz or Delacruz."""
    match = _PARTICLE.match(text)
    if match is None:
        return ()
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:], (match.group().replace(" ", "") + rest).capitalize()


def short_form(text: str, sex: Sex) -> tuple[str, ...]:
    """Short forms of a given name that are in daily use."""
    return tuple(short for short in short_names().get((text, "FM"[sex]), ()) if short != text)


# --- codes ----------------------------------------------------------------------------------------------------------


class Spelled:
    """Verbs on codes of spellings; new spellings are added to the lexicon.

    Parameters
    ----------
    lexicon : Lexicon
    """

    def __init__(self, lexicon: Lexicon):
        self.lexicon = lexicon

    def one_of(self, codes: np.ndarray, uniforms: np.ndarray, ways: Ways) -> np.ndarray:
        """One of the ways in which each name may be written; names that have none stay. Shape (k,), int32."""
        known, place = np.unique(codes, return_inverse=True)
        options = [() if code == BLANK else ways(self.lexicon.text(int(code))) for code in known]
        count = np.array([len(each) for each in options], dtype=np.int64)[place]
        choice = np.where(count > 0, split(uniforms, np.maximum(count, 1))[0], BLANK)
        # Each pair of a name and a way is spelled once.
        width = int(count.max(initial=0)) + 1
        pairs, of = np.unique(place * width + choice + 1, return_inverse=True)
        written = [self._written(known, options, *divmod(int(pair), width)) for pair in pairs]
        return np.array(written, dtype=np.int32)[of] if written else np.zeros(0, dtype=np.int32)

    def _written(self, known: np.ndarray, options: Sequence[Sequence[str]], place: int, choice: int) -> int:
        return self.lexicon.code(options[place][choice - 1]) if choice else int(known[place])

    def typed(self, codes: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
        """Names with a typing error each; empty cells stay."""
        written = codes.copy()
        for place in np.flatnonzero(codes != BLANK):
            text = self.lexicon.text(int(codes[place]))
            written[place] = self.lexicon.code(typo(text, float(uniforms[place])))
        return written

    def short(self, codes: np.ndarray, uniforms: np.ndarray, sex: np.ndarray) -> np.ndarray:
        """Short forms of given names."""
        written = codes.copy()
        for one in Sex:
            own = sex == one
            written[own] = self.one_of(codes[own], uniforms[own], lambda text, one=one: short_form(text, one))  # type: ignore[misc]
        return written

    def joined(self, first: np.ndarray, second: np.ndarray, way: Callable[[str, str], str]) -> np.ndarray:
        """Two names as one text."""
        pairs, of = np.unique(two_names(first, second), return_inverse=True)
        texts = [way(one, other) for one, other in zip(*(self.lexicon.texts(part) for part in parts_of(pairs)))]
        return self.lexicon.codes(texts)[of] if texts else np.zeros(0, dtype=np.int32)

    def fused(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Two surnames written as one word."""
        return self.joined(first, second, lambda one, other: one + other.lower().replace(" ", ""))

    def hyphenated(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Two surnames with a hyphen between them."""
        return self.joined(first, second, lambda one, other: f"{one}-{other}")

    def appended(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Two names in one cell, one after the other."""
        return self.joined(first, second, lambda one, other: f"{one} {other}".strip())

    def both_typed(self, names: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
        """Cells of two surnames with a typing error in one of them, shape (k,), int64."""
        first, second = parts_of(names)
        in_second, rest = split(uniforms, np.where(second == BLANK, 1, 2))
        in_first = (in_second == 0) & (first != BLANK)
        first[in_first] = self.typed(first[in_first], rest[in_first])
        in_other = ~in_first & (second != BLANK)
        second[in_other] = self.typed(second[in_other], rest[in_other])
        return two_names(first, second)
