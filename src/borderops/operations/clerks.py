"""Steering acts in the reference engine: what clerks write down, or fail to, at the load of the minute."""

from __future__ import annotations

from bisect import bisect_right

from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.numbers import Act
from borderops.operations.scene import Scene


class Clerks:
    """Settles each steering act once: the plan's roll against a threshold of design, guidance and load."""

    def __init__(self, scene: Scene):
        designs = scene.facilities.designs
        self.scene = scene
        self.begins_at = designs.begins_at.tolist()
        self.guided_at = designs.guided_at.tolist()
        self.thresholds = designs.thresholds.tolist()
        self.is_kept, self.is_seen = designs.is_kept.tolist(), designs.is_seen.tolist()
        self.is_searchable = designs.is_searchable.tolist()
        self.is_automatic = designs.is_automatic.tolist()
        self.intake_minutes, self.parting_minutes = designs.intake_minutes.tolist(), designs.parting_minutes.tolist()

    def design(self, minute: int) -> int:
        """Row of the design that is live at a minute."""
        return max(bisect_right(self.begins_at, minute) - 1, 0)

    def threshold(self, act: Act, station: int, load: int) -> int:
        """Threshold of an act now."""
        now = self.scene.now
        guided = int(self.guided_at[station] <= now)
        return self.thresholds[self.design(now)][act][guided][load]

    def first_of(self, acts: tuple[Act, ...], roll: int, station: int, load: int) -> int:
        """Place of the act that a roll meets among several that exclude each other; their number if none."""
        reached = 0
        for place, act in enumerate(acts):
            reached += self.threshold(act, station, load)
            if roll < reached:
                return place
        return len(acts)

    def code(self, case: int, load: int) -> Code:
        """Reason code of a family that is parted."""
        plan = self.scene.plan
        met = self.first_of(
            (Act.CODE_WRONG, Act.CODE_BLANK, Act.CODE_SEVERAL), plan.code_roll[case], plan.case_station[case], load
        )
        return (Code.WRONG, Code.BLANK, Code.SEVERAL, Code.RIGHT)[met]

    def note(self, case: int, load: int) -> Note:
        """What the parents' notes say."""
        plan = self.scene.plan
        acts = (Act.NOTE_NOTHING, Act.NOTE_NOT_AT_TOP, Act.NOTE_TOP_AND_CHILD)
        met = self.first_of(acts, plan.note_roll[case], plan.case_station[case], load)
        return (Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_AND_CHILD, Note.TOP_ONLY)[met]

    def parent_number(self, child: int, load: int) -> ParentNumber:
        """Whether a separated child's referral carries the parent's number."""
        plan = self.scene.plan
        roll = plan.number_roll[plan.child_row[child]]
        met = self.first_of((Act.NUMBER_NOT_PASSED, Act.NUMBER_WRONG), roll, plan.station[child], load)
        return (ParentNumber.NOT_PASSED, ParentNumber.WRONG, ParentNumber.RIGHT)[met]

    def is_on_record(self, child: int, at_headquarters: bool) -> bool:
        """Whether the parent of a separated child is found at once by those who look.

        HHS holds the right number, or the unit was kept where the field can search it or ICE sees it. Headquarters can
        list deleted units as well, if they carry the code that was meant.
        """
        log = self.scene.log
        row = self.design(log.parted_at[child])
        if log.parent_number[child] == ParentNumber.RIGHT or (
            self.is_kept[row] and (self.is_seen[row] or self.is_searchable[row])
        ):
            return True
        return at_headquarters and log.separation_code[child] in (Code.RIGHT, Code.SEVERAL)
