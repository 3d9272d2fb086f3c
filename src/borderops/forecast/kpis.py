"""KPIs: what each number means. How they are counted stands in `borderops.forecast.measure`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from borderops.config.schema import Settings


@dataclass(frozen=True)
class Kpi:
    """A number per replication, computed from finished tables.

    Attributes
    ----------
    name : str
    label : str
        For people.
    unit : str
        Shares are 0 to 1.
    definition : str
        What is counted, its denominator and its cohort.
    """

    name: str
    label: str
    unit: str
    definition: str


_SEASON = "the study's season"
_CBP = "left with no parent (CBP's definition)"
_CUSTODY = "from apprehension to leaving CBP's hands, or to the end of the run"
_CLOCK = f"{_CUSTODY}; 72:00 is within the limit"
_CLASS = "the court order's class (separated children whom no parent or sponsor had by the end of its day)"
_MET = "with a parent again after a shelter, by request or by order, here or abroad, by the end of the run"

KPIS: dict[str, Kpi] = {
    kpi.name: kpi
    for kpi in (
        Kpi(
            "persons_apprehended",
            "People apprehended",
            "persons",
            "Apprehended by Border Patrol within the window; ports of entry left out.",
        ),
        Kpi(
            "minors_in_custody",
            "Minors in CBP custody",
            "children",
            "Under 18 when apprehended within the window, ports of entry included.",
        ),
        Kpi(
            "families_selected",
            "Families selected",
            "families",
            f"Families selected for parting on any ground in {_SEASON}, parted or spared.",
        ),
        Kpi(
            "families_spared",
            "Families spared by a rule on occupancy",
            "families",
            f"Selected in {_SEASON}, not parted because beds were too full.",
        ),
        Kpi("children_separated", "Children separated", "children", f"Children parted in {_SEASON} and {_CBP}."),
        Kpi(
            "parents_separated",
            "Parents separated",
            "parents",
            f"Parents taken from children in {_SEASON}; by CBP's definition none of the child's parents stays.",
        ),
        Kpi(
            "children_rejoined",
            "Separated children rejoined at the station",
            "children",
            f"Of children separated in {_SEASON}: a parent was back before the child boarded.",
        ),
        Kpi(
            "families_separated",
            "Families separated",
            "families",
            f"Families with a child parted in {_SEASON} and {_CBP}.",
        ),
        Kpi(
            "children_parted_from_any_parent",
            "Children parted from any parent",
            "children",
            f"Children who lost at least one parent they came with in {_SEASON}; the other may stay.",
        ),
        Kpi(
            "children_separated_outside_season",
            "Children separated before and after the season",
            "children",
            f"Children parted in the window outside {_SEASON} and {_CBP}.",
        ),
        Kpi(
            "children_separated_without_finding",
            "Children separated without a finding after 26 June 2018",
            "children",
            f"Children parted in the window after 26 June 2018 and {_CBP}, because a parent was to be prosecuted: "
            "nobody found the parent unfit or a danger (Ms. L. v. ICE).",
        ),
        Kpi(
            "share_over_72h_separated",
            "Separated children over 72 hours",
            "share",
            f"Of children separated in {_SEASON}: over 72 hours {_CLOCK}.",
        ),
        Kpi(
            "over_72h_separated",
            "Separated children over 72 hours, number",
            "children",
            "Numerator of the share of the same name.",
        ),
        Kpi(
            "share_over_72h_since_determination_separated",
            "Separated children over 72 hours since determination",
            "share",
            f"Of children separated in {_SEASON} and determined to be unaccompanied: over 72 hours from that "
            "determination (8 U.S.C. 1232(b)(3)).",
        ),
        Kpi(
            "share_over_72h_alone",
            "Children alone over 72 hours",
            "share",
            f"Of children processed without a parent, not returned, and apprehended in {_SEASON}: over 72 hours "
            f"{_CLOCK}. Children of families that nobody grouped are among them.",
        ),
        Kpi(
            "share_over_72h_minors",
            "All minors over 72 hours",
            "share",
            f"Of all minors apprehended in {_SEASON}: over 72 hours {_CLOCK}.",
        ),
        Kpi(
            "over_72h_minors",
            "All minors over 72 hours, number",
            "children",
            "Numerator of the share of the same name.",
        ),
        Kpi(
            "share_over_72h_minors_before",
            "All minors over 72 hours before the season",
            "share",
            f"Of all minors apprehended in the window before {_SEASON}: over 72 hours {_CLOCK}.",
        ),
        Kpi(
            "over_6_days_separated",
            "Separated children over 6 days",
            "children",
            f"Of children separated in {_SEASON}: more than 144 hours {_CUSTODY}.",
        ),
        Kpi(
            "ten_days_or_more_separated",
            "Separated children 10 days or more",
            "children",
            f"Of children separated in {_SEASON}: 240 hours or more {_CUSTODY}.",
        ),
        Kpi(
            "mean_custody_hours_separated",
            "Mean custody of separated children",
            "hours",
            f"Of children separated in {_SEASON}: mean hours {_CUSTODY}.",
        ),
        Kpi(
            "separated_still_in_custody",
            "Separated children still at a station on the last day",
            "children",
            f"Separated in {_SEASON} and not out of CBP's hands at the end of the run.",
        ),
        Kpi(
            "adults_heard",
            "Adults heard in court",
            "persons",
            "Hearings within the window after referral for prosecution of entry.",
        ),
        Kpi(
            "referrals_lapsed",
            "Referrals that lapsed",
            "persons",
            "Referred within the window; no court had a slot within the limit.",
        ),
        Kpi(
            "share_referrals_lapsed",
            "Referrals that lapsed, share",
            "share",
            "Of adults referred for prosecution within the window: no court had a slot within the limit.",
        ),
        Kpi("court_slots_used", "Court slots used", "share", "Adults heard over slots of all sittings of the window."),
        Kpi(
            "share_adults_heard",
            "Adults heard in court, share",
            "share",
            f"Of adults apprehended by Border Patrol in {_SEASON}, alone or with a family: heard in court.",
        ),
        Kpi(
            "share_family_adults_heard",
            "Adults of families heard in court, share",
            "share",
            f"Of adults apprehended by Border Patrol in {_SEASON} with a party that says it is a family: heard in "
            "court.",
        ),
        Kpi(
            "share_family_adults_heard_before",
            "Adults of families heard in court before the season, share",
            "share",
            f"Of adults apprehended by Border Patrol in the window before {_SEASON} with a party that says it is a "
            "family: heard in court.",
        ),
        Kpi(
            "parents_taken", "Parents taken", "parents", f"Parents taken from their families in {_SEASON}, by outcome."
        ),
        Kpi(
            "share_parents_never_prosecuted",
            "Parents taken and never prosecuted",
            "share",
            f"Of parents taken in {_SEASON}: other grounds, never referred, lapsed, or declined.",
        ),
        Kpi(
            "share_children_parent_little_jail",
            "Separated children whose parent had little or no jail",
            "share",
            f"Of children separated in {_SEASON}: no parent was sentenced beyond the time served.",
        ),
        Kpi(
            "children_referred",
            "Children referred to ORR",
            "children",
            "Determined to be unaccompanied within the window.",
        ),
        Kpi("children_placed", "Children placed in shelters", "children", "Left CBP for a shelter within the window."),
        Kpi(
            "children_returned",
            "Children screened and returned",
            "children",
            "Children alone from contiguous countries who left by return within the window.",
        ),
        Kpi(
            "shelter_census_peak",
            "Peak shelter census",
            "children",
            "Most children in care at the end of a day of the window.",
        ),
        Kpi(
            "shelter_occupancy_peak",
            "Peak shelter occupancy",
            "share",
            "Largest share of open beds held (designated or in use) at the end of a day of the window.",
        ),
        Kpi(
            "shelter_occupancy_fifth_day",
            "Shelter occupancy five days in",
            "share",
            f"Children in care over open beds at the end of the fifth day after the start of {_SEASON}.",
        ),
        Kpi(
            "shelter_days_full",
            "Days with children waiting for a bed",
            "days",
            "Days of the window at whose end a cleared child waits for a bed.",
        ),
        Kpi(
            "waiting_for_bed_peak",
            "Most children waiting for a bed",
            "children",
            "Most cleared children without a bed at the end of a day of the window.",
        ),
        Kpi(
            "station_peak_occupancy",
            "Peak station occupancy",
            "share",
            "Largest number of people over rated places, of readings every six hours.",
        ),
        Kpi(
            "station_hours_over_rated",
            "Hours above rated places",
            "hours",
            "Hours of the window in which more people were held than places are rated for, read every six hours.",
        ),
        Kpi(
            "family_members_released",
            "Family members released",
            "persons",
            "Members of families released within the window without having been parted and rejoined.",
        ),
        Kpi(
            "family_members_detained",
            "Family members to family detention",
            "persons",
            "Members of families sent to family detention within the window.",
        ),
        Kpi(
            "share_children_in_families",
            "Children among family members",
            "share",
            "Of members of parties that say they are a family and were apprehended by Border Patrol in the window.",
        ),
        Kpi(
            "families_never_grouped",
            "Families never grouped",
            "families",
            f"True families apprehended in {_SEASON} that said they are one and that no agent grouped at intake.",
        ),
        Kpi(
            "members_never_grouped",
            "Members of families never grouped",
            "persons",
            "Parents and children of the families never grouped.",
        ),
        Kpi(
            "children_separated_unnoticed",
            "Children separated and nobody knew",
            "children",
            f"Apprehended in {_SEASON} with a parent, in a family never grouped or never disclosed, and sent to a "
            "shelter while the parent was processed as an adult alone. In no count of separated children.",
        ),
        Kpi(
            "families_with_code_wrong_or_blank",
            "Separated families with a wrong or no code",
            "families",
            f"Of families separated in {_SEASON}: the reason code of the separation is wrong or blank.",
        ),
        Kpi(
            "persons_with_several_codes",
            "Separated persons with several codes",
            "persons",
            f"Children separated in {_SEASON} and parents taken from them: more than one reason code.",
        ),
        Kpi(
            "links_of_separated",
            "True links of separated children",
            "links",
            f"Pairs of a child separated in {_SEASON} and a parent whom it was separated from, those included whom "
            "nobody at the station knew to be a family; by where the link stands in the records on the last minute.",
        ),
        Kpi(
            "links_unrecorded",
            "Links that stand nowhere",
            "links",
            "Of these links: on the last minute no row of any system leads to both parent and child.",
        ),
        Kpi(
            "share_links_unrecorded",
            "Links that stand nowhere, share",
            "share",
            "Share of these links that no row of any system tells of on the last minute.",
        ),
        Kpi(
            "share_links_not_at_once",
            "Links not recorded at once",
            "share",
            "Of these links: one hour after the parting no row of any system leads to both parent and child.",
        ),
        Kpi(
            "share_links_not_in_a_day",
            "Links not to be found within a day",
            "share",
            "Of these links: 24 hours after the parting the field cannot search for it, and ICE and HHS see it in no "
            "system. A query at headquarters, which finds deleted units, is not had within a day.",
        ),
        Kpi(
            "share_links_out_of_reach",
            "Links out of reach when needed",
            "share",
            "Of these links whose child came to a shelter: on arrival there the field could not search for it, ICE and "
            "HHS saw it in no system, and no message to HHS named the parent. A query at headquarters, a note or a "
            "sheet is out of reach.",
        ),
        Kpi(
            "persons_on_official_list",
            "People on the official list",
            "persons",
            f"Members of family units deleted, or marked as separated, in {_SEASON} under one of the two codes that "
            "stood in for the policy, as written, on the last minute (OIG-20-06 p. 25).",
        ),
        Kpi(
            "persons_separated_for_policy",
            "People separated under the policy",
            "persons",
            f"Children separated in {_SEASON} by Border Patrol because a parent was to be prosecuted, and these "
            "parents: whom the official list is to hold.",
        ),
        Kpi(
            "official_count_off",
            "Official count against truth",
            "share",
            "How far the number of people on the official list lies from the number separated under the policy, above "
            "or below, as a share of the latter; missing and wrong entries cancel out in it.",
        ),
        Kpi(
            "persons_missing_from_list",
            "People whom the official list leaves out",
            "persons",
            "Of the people separated under the policy: not on the official list.",
        ),
        Kpi(
            "persons_wrongly_on_list",
            "People wrongly on the official list",
            "persons",
            "On the official list without having been separated under the policy.",
        ),
        Kpi(
            "false_family_units",
            "False family units",
            "families",
            f"Family units on record whose events fall in {_SEASON} and whose adults are no parents of their children: "
            "made in error, or because people said they were a family.",
        ),
        Kpi(
            "units_recorded_twice",
            "Families recorded twice",
            "families",
            f"Families apprehended in {_SEASON} for whom two family units were made.",
        ),
        Kpi(
            "units_made_in_error",
            "Family units made in error",
            "families",
            "Family units made in the window whose deletion says that they were made in error, as written.",
        ),
        Kpi(
            "parents_without_sheet_row",
            "Parents without a row in the spreadsheet",
            "parents",
            f"Of parents taken by Border Patrol in {_SEASON}, where stations keep a spreadsheet of separated families: "
            "it has no row about them.",
        ),
        Kpi(
            "parents_with_wrong_number_on_sheet",
            "Parents with another A-number in the spreadsheet",
            "parents",
            f"Of parents taken by Border Patrol in {_SEASON}: a row about them in the station's spreadsheet has an "
            "A-number that is not theirs; an empty cell is none.",
        ),
        Kpi(
            "over_72h_separated_border_patrol",
            "Separated children over 72 hours in Border Patrol's hands",
            "children",
            f"Of children separated in {_SEASON} by Border Patrol: over 72 hours {_CLOCK}.",
        ),
        Kpi(
            "over_72h_separated_written",
            "Separated children over 72 hours by the written clock",
            "children",
            f"Of children separated in {_SEASON} by Border Patrol: over 72 hours between the apprehension and the "
            "book-out as written; who was not booked out counts to the end of the run.",
        ),
        Kpi(
            "share_over_72h_separated_written",
            "Separated children over 72 hours by the written clock, share",
            "share",
            f"Of children separated in {_SEASON} by Border Patrol whose stay was written down: over 72 hours by the "
            "written clock.",
        ),
        Kpi(
            "notes_saying_nothing",
            "Case notes without a word on the family",
            "share",
            f"Of parents taken in {_SEASON}: the case note says nothing of the child.",
        ),
        Kpi(
            "notes_at_top",
            "Case notes that open with the separation",
            "share",
            f"Of parents taken in {_SEASON}: the case note tells of the separation at its top.",
        ),
        Kpi(
            "notes_with_child",
            "Case notes with facts on the child",
            "share",
            f"Of parents taken in {_SEASON}: the case note has some facts on the child, at its top or further down.",
        ),
        Kpi(
            "children_parent_number_not_passed",
            "Referrals without the parent's number",
            "share",
            f"Of children separated in {_SEASON} and referred to ORR: the referral does not carry the parent's "
            "A-number.",
        ),
        Kpi(
            "messages_per_placed_child",
            "Messages for each child placed",
            "messages",
            "Mean over children who arrived in a shelter within the window; repeated ones and the report of the "
            "arrival included.",
        ),
        Kpi(
            "messages_lost",
            "Messages lost",
            "messages",
            "About children referred to ORR within the window, by the end of the run.",
        ),
        Kpi(
            "share_children_mail_lost",
            "Children about whom a message was lost",
            "share",
            "Of children referred to ORR within the window: a message about them was lost by the end of the run.",
        ),
        Kpi(
            "children_phoned",
            "Children whose mail ended in a telephone call",
            "children",
            "Referred to ORR within the window: a message was lost as often as it is sent at most.",
        ),
        Kpi(
            "children_misrouted",
            "Children with a wrong itinerary",
            "children",
            "Referred to ORR within the window: the itinerary was wrong and cost time.",
        ),
        Kpi(
            "coordinator_utilisation_peak",
            "Juvenile coordinators, busiest day",
            "share",
            "Largest share of a day's time on duty that messages took, of the days of the window; as a whole, of the "
            "busiest station.",
        ),
        Kpi(
            "messages_received_a_week",
            "Messages that reach a station's coordinators in a week",
            "messages",
            f"Mean over the weeks of {_SEASON}: messages that wait for a coordinator, and reports of arrivals. All "
            "coordinators of a station read one box; as a whole, of the station with most.",
        ),
        Kpi(
            "class_children",
            "Children of the court order's class",
            "children",
            f"Children of {_CLASS}, those separated before the run included.",
        ),
        Kpi(
            "class_reunited_by_young_deadline",
            "Children under 5 reunited by their deadline",
            "share",
            f"Of {_CLASS} who were under 5 then: with a parent by the end of the order's first deadline, 14 days as "
            "ordered in 2018.",
        ),
        Kpi(
            "class_reunited_by_deadline",
            "Children of 5 and older reunited by their deadline",
            "share",
            f"Of {_CLASS} who were 5 or older then: with a parent by the end of the order's second deadline, 30 days "
            "as ordered in 2018.",
        ),
        Kpi(
            "class_not_found_at_order",
            "Children whose parent nobody knew at the order",
            "share",
            f"Of {_CLASS} who were in a shelter when it came: no record led to the parent, and nobody had found them "
            "yet.",
        ),
        Kpi(
            "children_reunited",
            "Separated children reunited after a shelter",
            "children",
            f"Of children separated in {_SEASON}: {_MET}. Those rejoined at the station are not among them.",
        ),
        Kpi(
            "share_not_reunited_14d",
            "Separated children without a parent after 14 days",
            "share",
            f"Of children separated in {_SEASON} at least 14 days before the end of the run: not with a parent again "
            "14 days after the parting, at the station or after a shelter.",
        ),
        Kpi(
            "share_not_reunited_30d",
            "Separated children without a parent after 30 days",
            "share",
            f"Of children separated in {_SEASON} at least 30 days before the end of the run: not with a parent again "
            "30 days after the parting, at the station or after a shelter.",
        ),
        Kpi(
            "days_to_reunion_median",
            "Days from separation to reunification",
            "days",
            f"Of children separated in {_SEASON} and {_MET}: median; children still waiting are in no median.",
        ),
        Kpi(
            "children_parent_abroad",
            "Separated children whose parent was removed without them",
            "children",
            f"Of children separated in {_SEASON}: the parent taken first was removed from the country by the end of "
            "the run, whatever became of the child.",
        ),
        Kpi(
            "parents_removed_without_child",
            "Parents removed without the child",
            "parents",
            f"Of parents taken from children in {_SEASON}: removed from the country by the end of the run.",
        ),
        Kpi(
            "hotel_nights",
            "Nights of children at ICE centres",
            "nights",
            "Midnights between a child's arrival at a centre within the window and being with the parent, or the last "
            "minute played.",
        ),
        Kpi(
            "centre_wait_hours",
            "Hours of children at ICE centres",
            "hours",
            "Of children who arrived at a centre within the window and are with the parent: mean hours between the "
            "two, reprocessing included.",
        ),
        Kpi(
            "staff_hours",
            "Staff hours",
            "hours",
            "Hours of work within the window: intake, processing and care at stations, coordinators' mail, ORR's "
            "intake desk, the joint team and ICE's centres. Custody, transport, courts and shelters are not among "
            "them.",
        ),
        Kpi(
            "overtime_hours",
            "Overtime",
            "hours",
            "Of the staff hours: jobs that run past a change of shift and find more at work than are on duty then, as "
            "far as the minutes of a job are known.",
        ),
        Kpi(
            "overtime_share",
            "Overtime, share of hours",
            "share",
            "Overtime over staff hours, of activities whose overtime is counted.",
        ),
        Kpi(
            "agents_diverted_hours",
            "Hours of agents diverted to care",
            "hours",
            "Hours of the window for which agents on duty cared for children beyond the rated places instead of "
            "serving.",
        ),
        Kpi(
            "hours_on_separations",
            "Border Patrol's hours on separations",
            "hours",
            f"Intake and processing of families parted in {_SEASON} by Border Patrol, coordinators' mail about their "
            f"children, and agents diverted to the care of children in {_SEASON}.",
        ),
    )
}

FROM_BOOKS: Final = frozenset(
    (
        "links_of_separated",
        "links_unrecorded",
        "share_links_unrecorded",
        "share_links_not_at_once",
        "share_links_not_in_a_day",
        "share_links_out_of_reach",
        "persons_on_official_list",
        "persons_separated_for_policy",
        "official_count_off",
        "persons_missing_from_list",
        "persons_wrongly_on_list",
        "false_family_units",
        "units_recorded_twice",
        "units_made_in_error",
        "parents_without_sheet_row",
        "parents_with_wrong_number_on_sheet",
        "over_72h_separated_border_patrol",
        "over_72h_separated_written",
        "share_over_72h_separated_written",
    )
)
"""KPIs of what stands written, which are not measured without books (``study.books``)."""


def measured(settings: Settings) -> dict[str, Kpi]:
    """The KPIs that a run measures.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    dict of str to Kpi
        In the order in which they are reported.
    """
    return {name: kpi for name, kpi in KPIS.items() if settings.study.books or name not in FROM_BOOKS}
