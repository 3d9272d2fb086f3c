"""Settings: one model for each group under ``conf/``, same names, same order.

Values live in ``conf/`` alone, so nothing here has a default. What each parameter's value rests on (unit, source,
grade, range) lives in ``conf/register.yaml``; `borderops.config.register` joins the two. What a type cannot say is
in `borderops.config.checks`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

PORTS = "ports_of_entry"
BedKind = Literal["age_0_12", "girls_13_17", "boys_13_17"]

BED_KINDS: Final[tuple[BedKind, ...]] = ("age_0_12", "girls_13_17", "boys_13_17")
"""Kinds of ORR beds, in the order of their codes."""

Sector = Literal[
    "big_bend",
    "del_rio",
    "el_centro",
    "el_paso",
    "laredo",
    "rio_grande_valley",
    "san_diego",
    "tucson",
    "yuma",
]
Station = Literal[Sector, "ports_of_entry"]
SECTORS: tuple[Sector, ...] = get_args(Sector)
"""The nine Border Patrol sectors of the Southwest Border. Their order is part of entity numbers: only ever append."""

STATIONS: tuple[Station, ...] = get_args(Station)
"""Where people are met: the sectors, and all ports of entry as one."""

Country = Literal["MX", "GT", "HN", "SV", "NI", "EC", "CU", "BR", "RO", "IN", "CA"]

MONTH: Final = r"^\d{4}-(0[1-9]|1[0-2])$"
OPTION: Final = r"^[a-z0-9_]+$"
"""Patterns of text that holds no comma, so that several can be listed on the command line."""

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=1_000_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Hours = Annotated[float, Field(ge=0, le=10_000)]
Minutes = Annotated[int, Field(ge=1, le=100_000)]
Sigma = Annotated[float, Field(ge=0, le=3)]


class Group(BaseModel):
    """A group of settings: read-only, and no key it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Lognormal(Group):
    """A log-normal duration; the unit is in the field's name."""

    median_hours: Annotated[float, Field(gt=0, le=10_000)]
    sigma: Sigma


class LognormalDays(Group):
    """A log-normal duration that is spoken of in days."""

    median_days: Annotated[float, Field(gt=0, le=10_000)]
    sigma: Sigma


# --- window -------------------------------------------------------------------------------------------------------


class Window(Group):
    """The days that are played and reported."""

    start: date
    end: date  # the last day, included
    lead_in_days: Annotated[int, Field(ge=0, le=60)]  # played before `start`, so that stations start full

    @property
    def first_day_played(self) -> date:
        """The window's first day less the lead-in."""
        return self.start - timedelta(days=self.lead_in_days)


# --- arrivals -----------------------------------------------------------------------------------------------------


class DayFactors(Group):
    """Why daily counts scatter more than Poisson: one factor a day for all sectors, one for each sector."""

    national_variation: Annotated[float, Field(ge=0, le=2)]
    sector_variation: Annotated[float, Field(ge=0, le=2)]


class StratumValues(Group):
    """One value for each stratum of parties."""

    single_adults: float
    families: float
    kin_groups: float
    children_alone: float


class Events(Group):
    """Apprehension events: parties met together."""

    shared: StratumValues  # share of parties met in an event with others
    parties_per_event: Annotated[float, Field(ge=1)]  # mean, of shared events on a day of average arrivals
    size_variation: Annotated[float, Field(ge=0, le=5)]  # c.v. of the pull of an event; large makes a few huge


class MonthlyCount(Group):
    """Count of a month."""

    month: Annotated[str, Field(pattern=MONTH)]
    persons: Annotated[float, Field(ge=0, le=1_000_000)]


class Ports(Group):
    """Arrivals at ports of entry."""

    children_alone: list[MonthlyCount]  # published months
    children_alone_other_months: Factor  # persons a month where none was published
    family_members_per_month: Factor


class EarlierSeparations(Group):
    """Children who were separated before the season, and stand among children alone in the published counts."""

    first_month: Annotated[str, Field(pattern=MONTH)]
    last_month: Annotated[str, Field(pattern=MONTH)]
    sectors: list[Sector]  # none: all
    children: Factor


class Arrivals(Group):
    """How many come, when and where."""

    source: Literal["published", "file", "forecast"]
    file: str | None  # a planner's own CSV: month or day, sector, stratum, persons
    known_before: Annotated[str, Field(pattern=MONTH)] | None  # the published table is not read from this month on
    forecast_error_scale: Factor  # 1: errors as large as the method's in known months; 0: the central path alone
    stations: Annotated[list[Station], Field(min_length=1)]
    multiplier: StratumValues
    rebuild_true_strata: bool
    separated_in_published_counts: Factor
    children_per_adult: Annotated[float, Field(gt=0)]
    rebuild_base_months: list[str]
    rebuild_months: list[str]
    separated_earlier: list[EarlierSeparations]
    day_factors: DayFactors
    weekday: Annotated[list[Factor], Field(min_length=7, max_length=7)]
    hour: Annotated[list[Factor], Field(min_length=24, max_length=24)]
    events: Events
    ports: Ports


# --- people -------------------------------------------------------------------------------------------------------


class AgeBands(Group):
    """Shares of the three age bands of minors that every figure is broken down by."""

    age_0_4: Share
    age_5_12: Share
    age_13_17: Share


class Families(Group):
    """Make-up of families."""

    second_parent_share: Share
    one_more_child_share: Share
    two_more_children_share: Share
    youngest_age: AgeBands
    lone_parent_mother_share: Share
    undisclosed_share: Share  # of true families: they do not say they are one
    false_claim_share: Share  # of parties that say they are a family: they are not


class ChildrenAlone(Group):
    """Make-up of parties of children without an adult, and of children with kin who are not parents."""

    with_kin_share: Share  # of children recorded as alone who came with an adult relative
    sibling_share: Share  # of parties: one more child, a sibling
    minor_mother_share: Share  # of girls of 15 to 17: with a child of her own
    age: AgeBands
    boys_13_17_share: Share
    boys_under_13_share: Share


class Adults(Group):
    """Single adults and parents."""

    single_men_share: Share
    prior_removal_share: Share
    prior_crime_share: Share


class Citizenship(Group):
    """Shares of citizenship by stratum; each sums to 1."""

    single_adults: dict[Country, Share]
    families: dict[Country, Share]
    children_alone: dict[Country, Share]


class NameRules(Group):
    """How two surnames come about; shares of families, assumed unless the register says otherwise."""

    doubled_share: dict[Country, Share]  # same surname in both slots beyond coincidence
    one_surname_share: Share  # registered by the mother alone
    second_given_name_share: Share
    home_place_share: dict[Country, Share]  # first surname shared with others of the same event's place


class People(Group):
    """Who comes."""

    families: Families
    children_alone: ChildrenAlone
    adults: Adults
    citizenship: Citizenship
    names: NameRules


# --- policy -------------------------------------------------------------------------------------------------------


class ReferralRule(Group):
    """From a date, a share of adults is selected for referral. Of several that apply, the last listed counts."""

    begins: date
    ends: date | None  # last day, included
    sectors: list[Sector]  # empty: everywhere
    share: Share
    ramp_days: Count  # days over which the share grows from the rule before it


class Exemption(Group):
    """Families with a child of this age or younger are spared, as far as the instruction is obeyed."""

    begins: date
    ends: date | None
    sectors: list[Sector]
    youngest_age_up_to: Annotated[int, Field(ge=0, le=17)]
    obedience: Share


class Pause(Group):
    """No separation at selection while the occupancy of a kind of ORR bed is above a share."""

    begins: date
    ends: date | None
    bed_kind: Literal["age_0_12", "girls_13_17", "boys_13_17"]
    above_occupancy: Factor


class Ground(Group):
    """A ground for separation other than prosecution for entry, found for one family."""

    ground: Literal["prior_crime", "gang", "warrant", "health", "parentage_doubted", "danger_to_child", "other"]
    share: Share  # of families


class Policy(Group):
    """A timetable of rules by date and sector."""

    title: str
    family_referral: list[ReferralRule]
    single_adult_referral: list[ReferralRule]
    exemptions: list[Exemption]
    youngest_0_4_ratio: Share  # hazard of selection relative to older children
    second_adult_referred_share: Share
    other_grounds: list[Ground]
    pauses: list[Pause]


# --- stations -----------------------------------------------------------------------------------------------------


class Shifts(Group):
    """Processing agents on duty."""

    day: Count  # 06:00-14:00
    evening: Count  # 14:00-22:00
    night: Count  # 22:00-06:00


class HoldingPlaces(Group):
    """Rated capacity by kind of holding place; can be exceeded, and is reported when it is."""

    single_adults: Count
    families: Count
    children: Count


class StationSettings(Group):
    """One station (a sector's stations taken together)."""

    agents: Shifts
    holding: HoldingPlaces


class AgentFactor(Group):
    """From a date, agents on duty are multiplied (agents diverted to processing)."""

    begins: date
    factor: Factor


class Stations(Group):
    """Stations: intake, processing, checks, departure."""

    sites: dict[Station, StationSettings]
    agent_factors: list[AgentFactor]
    intake_minutes_party: Minutes
    intake_minutes_person: Minutes
    processing_adult: Lognormal
    processing_child_alone: Lognormal
    processing_family: Lognormal  # for a parent with one child
    processing_further_member_share: Share  # of the family's time, for each member beyond two
    checks: Lognormal  # interviews, medical screening, consular notice: no agent is held
    checks_separated_extra: Lognormal
    transfer_to_ice: Lognormal
    quick_return_share: dict[Country, Share]  # single adults returned from the station itself
    quick_return: Lognormal
    screened_return_share: dict[Country, Share]  # children alone from contiguous countries
    screened_return: Lognormal
    children_per_diverted_agent: Annotated[int, Field(ge=1, le=1_000_000)]  # above the rated places, by shift
    number_block: Annotated[int, Field(ge=1, le=10_000)]  # A-numbers given out to a desk at a time


# --- courts -------------------------------------------------------------------------------------------------------


class District(Group):
    """A judicial district: whose adults it hears, and its share of all slots."""

    sectors: Annotated[list[Sector], Field(min_length=1)]
    share: Share


class SlotStep(Group):
    """From a date on so many slots a court day in all districts together; fractions are carried from day to day."""

    begins: date
    slots: Factor


class ShareStep(Group):
    """From a date on, a share."""

    begins: date
    share: Share


class Courts(Group):
    """Prosecution: a slot in a sitting, or the referral lapses; then time served or jail, back to CBP or to ICE."""

    hearing_hour: Annotated[int, Field(ge=0, le=23)]
    districts: dict[str, District]
    slots_per_court_day: Annotated[list[SlotStep], Field(min_length=1)]
    parents_share: Annotated[list[ShareStep], Field(min_length=1)]  # of a district's slots: kept for parents
    notice_hours: Hours  # between referral and the earliest hearing
    hear_within_hours: Hours  # from apprehension; a day longer for each day without court in between
    lapse_after_hours: Hours  # likewise: when an adult without a slot is given up
    leave_before_hearing_hours: Hours  # the adult leaves the station so long before the hearing
    never_referred_share: Share  # of parents taken for prosecution
    declined_share: Share  # of referrals
    time_served_share: Share  # of those heard: sentenced to the time already served, or not at all
    jail_median_days: Annotated[float, Field(gt=0)]
    jail_sigma: Sigma
    back_same_day_share: Share  # of parents with time served: back at the child's station on the evening of the hearing
    back_from_hour: Annotated[float, Field(ge=0, lt=24)]
    back_until_hour: Annotated[float, Field(gt=0, le=24)]
    rejoined_release: Lognormal  # from rejoining to the door
    other_custody_share: Share  # of parents taken for a crime, a gang or a warrant: charged with it and held
    other_custody: LognormalDays


# --- ICE ----------------------------------------------------------------------------------------------------------


class Ice(Group):
    """ICE custody of adults: detained, then released or removed."""

    detained: LognormalDays
    removed_share: Share  # of single adults
    removed_share_parents: Share  # of parents taken from their children


# --- family care --------------------------------------------------------------------------------------------------


class BedStep(Group):
    """From a date on so many beds, and then so many more a day until a date."""

    begins: date
    beds: Count
    then_per_day: Annotated[float, Field(ge=-100_000, le=100_000)]
    until: date | None


class FamilyCare(Group):
    """Where families that stay together go."""

    detention_beds: Annotated[list[BedStep], Field(min_length=1)]  # places for persons
    detention_sought_share: Share
    detention_stay_median_days: Annotated[float, Field(gt=0)]
    detention_stay_sigma: Sigma
    detention_stay_limit_days: Annotated[float, Field(gt=0)]
    occupied_on_first_day_share: Share
    release: Lognormal  # from the end of processing to the door


# --- referral and transport ---------------------------------------------------------------------------------------


class Desk(Group):
    """ORR's intake desk: workers who take referrals one at a time."""

    workers_day: Count  # 07:00-21:00
    workers_night: Count
    weekend_factor: Factor
    minutes_per_child: Minutes


class Coordinators(Group):
    """Juvenile coordinators who handle the mail of a station."""

    on_duty: dict[Station, Count]
    on_duty_at_night: Count  # at each station, outside the hours
    begins_hour: Annotated[int, Field(ge=0, le=23)]
    ends_hour: Annotated[int, Field(ge=1, le=24)]
    minutes_per_message: Minutes


class PlannedOutage(Group):
    """An outage of the link to the mail, as a stress."""

    day: date
    hour: Annotated[float, Field(ge=0, lt=24)]
    lasts_hours: Annotated[float, Field(gt=0, le=1_000)]
    stations: list[Station]  # empty: everywhere


class Outages(Group):
    """When messages get lost, or wait under an automatic exchange."""

    per_station_year: Factor
    lasts: Lognormal
    lost_share: Share  # of messages sent in an outage
    planned: list[PlannedOutage]


class Mail(Group):
    """What becomes of a message that nobody answers."""

    noticed: Lognormal  # from sending to noticing that nothing came
    tries: Annotated[int, Field(ge=1, le=4)]
    phone: Lognormal  # after the last try
    wrong_itinerary: Lognormal  # time lost


class Referral(Group):
    """From determination to a seat: mail and coordinators, ORR's intake desk, designation."""

    mail: Mail
    outages: Outages
    coordinators: Coordinators
    desk: Desk
    designation: Lognormal


class Transport(Group):
    """The contractor who moves children from stations to shelters."""

    opens_hour: Annotated[int, Field(ge=0, le=23)]
    closes_hour: Annotated[int, Field(ge=1, le=24)]
    notice_hours: Hours
    wait: Lognormal
    weekend_factor: Annotated[float, Field(ge=1)]
    travel: Lognormal


# --- shelters -----------------------------------------------------------------------------------------------------


class Beds(Group):
    """Beds by kind; each kind a series of dated steps."""

    age_0_12: Annotated[list[BedStep], Field(min_length=1)]
    girls_13_17: Annotated[list[BedStep], Field(min_length=1)]
    boys_13_17: Annotated[list[BedStep], Field(min_length=1)]


class KindShares(Group):
    """Shares of the three kinds of beds; sum to 1."""

    age_0_12: Share
    girls_13_17: Share
    boys_13_17: Share


class CensusPoint(Group):
    """Children in ORR care at the end of a day."""

    day: date
    children: Count


class SponsorCategory(Group):
    """Children of one kind of sponsor: how common, and days of work to their release at pace 1."""

    sponsor: Literal["parent", "relative", "distant_or_unrelated", "none"]
    share: Share
    median_days: Annotated[float, Field(gt=0, le=1_000)]
    sigma: Sigma


class PaceStep(Group):
    """From a date on, days of release work done in a day."""

    begins: date
    pace: Annotated[float, Field(gt=0, le=20)]


class Orr(Group):
    """Shelters of the Office of Refugee Resettlement."""

    beds: Beds
    census_path: Annotated[list[CensusPoint], Field(min_length=1)]
    census_kinds: KindShares
    residents_separated_share: Share
    separated_work_factor: Annotated[float, Field(gt=0, le=100)]  # of release work: the parent cannot be the sponsor
    sponsors: Annotated[list[SponsorCategory], Field(min_length=1)]
    pace: Annotated[list[PaceStep], Field(min_length=1)]


# --- slips --------------------------------------------------------------------------------------------------------


class Act(Group):
    """A slip; its share grows with load. Steering acts decide whether a link can be found or a message arrives."""

    share: Share  # at half load, without guidance
    load_slope: Annotated[float, Field(ge=0, le=2)]  # growth from idle to fully busy, relative to half load
    guided_factor: Share  # ratio where guidance and training are in force


Slip = Literal[
    # names
    "typo",  # of cells typed: names, numbers, dates, like the next two
    "wrong_digit",
    "digits_swapped",
    "number_missing",
    "taken_from_relative",  # of cells of people processed together with relatives
    "second_surname_dropped",  # of people with two surnames, like the next four
    "surnames_fused",
    "surnames_hyphenated",
    "surnames_flipped",
    "surname_as_middle_name",
    "particle_lost",  # of surnames with one
    "spelled_by_ear",
    "accent_lost",  # of names with one
    "short_form",  # of given names that have one
    "names_swapped",
    "placeholder",
    # dates and ages
    "day_and_month_swapped",
    "first_of_january",
    "age_off",
    "time_of_processing",  # of moments: the time of typing instead
    "off_by_a_day",
    # rows
    "other_event",  # of people met with others: booked under an event of their own
    "unit_for_strangers",  # of events with an adult and a child who do not belong together
    "group_for_unit",
    "second_number",
    "row_twice",
    "row_missed",
    "box_not_ticked",
    # copies
    "transcribed",  # of cells typed from another screen or a message
    "wrong_child",  # of messages
    "partial_sort",  # of edits of a spreadsheet, like the next
    "pasted_offset",
    "board_erased",  # of days of a whiteboard
    "number_as_text",  # of columns of numbers, each time a spreadsheet is saved
]
"""Slips of those who write records."""

SLIPS: tuple[Slip, ...] = get_args(Slip)

ActName = Literal[
    "never_grouped",
    "code_wrong",
    "code_blank",
    "code_several",
    "note_nothing",
    "note_not_at_top",
    "note_top_and_child",
    "number_not_passed",
    "number_wrong",
    "not_listed",
    "message_lost",
    "itinerary_wrong",
]
"""Steering acts: slips that move what happens, so that they are settled in the engine."""

ACTS: tuple[ActName, ...] = get_args(ActName)


# --- features -----------------------------------------------------------------------------------------------------

OptionName = Annotated[str, Field(pattern=OPTION)]
Ratio = Annotated[float, Field(ge=0, le=10)]
MoreMinutes = Annotated[int, Field(ge=-1_000, le=1_000)]


class Feature(Group):
    """An option of one aspect of tracking designs. What it does not name it does not touch."""

    words: str  # what it is
    minutes: dict[Literal["intake", "parting"], MoreMinutes]  # an agent's, for each family; saved ones below 0
    slips: dict[
        Literal[Slip, ActName], Ratio
    ]  # ratios to shares of `records.slips`, and of acts that other aspects own


class UnitFeature(Feature):
    """What becomes of the family unit on separation; permanent: with a number that stays with the family."""

    kind: Literal["deleted", "kept", "permanent"]


class CodeActs(Group):
    """Slips of codes: of separated families. At most one happens to each."""

    code_wrong: Act
    code_blank: Act
    code_several: Act


class CodesFeature(Feature):
    """Codes for the reason of a separation."""

    kind: Literal["none", "several", "one"]
    acts: CodeActs


class SearchFeature(Feature):
    """What the field can search for: nothing, units that were kept, or people who may belong together."""

    kind: Literal["none", "by_unit", "full"]


class IceFeature(Feature):
    """What ICE sees of a separation."""

    kind: Literal["nothing", "comments", "banner", "cleared_banner", "linked_record"]


class ExchangeActs(Group):
    """Slips between a station and HHS."""

    number_not_passed: Act  # of separated children: the parent's number does not reach HHS
    number_wrong: Act  # likewise; at most one of the two happens to a child
    message_lost: Act  # of messages outside outages
    itinerary_wrong: Act  # of itineraries


class ExchangeFeature(Feature):
    """How HHS gets a referral: by mail, without or with a box for separations, or by machines; with what number."""

    kind: Literal["mail", "mail_with_box", "automatic", "automatic_by_family"]
    acts: ExchangeActs


class GroupingActs(Group):
    """Slips of those who link the members of a family."""

    never_grouped: Act  # of families that say they are one


class GroupingFeature(Feature):
    """How the members of a family come to be linked."""

    acts: GroupingActs


class UnitsAtATimeFeature(Feature):
    """In how many units a person may stand."""

    kind: Literal["any", "one"]


class NoteActs(Group):
    """Slips of notes on separated parents; at most one of the three holds for each, else: at the top, without child."""

    note_nothing: Act  # no word on the family
    note_not_at_top: Act  # some facts on the child, not at the top
    note_top_and_child: Act  # at the top, with facts on the child


class NotesFeature(Feature):
    """How the note on a separated parent is written."""

    acts: NoteActs


class SheetActs(Group):
    """Slips of those who keep a station's list."""

    not_listed: Act  # of separated families: no row


class SheetFeature(Feature):
    """The list of separated families that a station keeps for itself."""

    kind: Literal["local", "none"]
    acts: SheetActs


class WhiteboardFeature(Feature):
    """Whether the stations of `records.whiteboards` keep one."""

    kind: Literal["kept", "none"]


class EntryFeature(Feature):
    """What a screen says to what is typed into it."""


class TrainingFeature(Feature):
    """Who was told how to use the design; before launch: its users work as guided from its first minute on."""

    kind: Literal["none", "before_launch"]


class ReviewFeature(Feature):
    """Who looks into the record of a separation, beyond approving it."""


class Features(Group):
    """The library of features: by aspect, what each option does. Designs pick one option of each aspect."""

    unit: dict[str, UnitFeature]
    codes: dict[str, CodesFeature]
    search: dict[str, SearchFeature]
    ice: dict[str, IceFeature]
    exchange: dict[str, ExchangeFeature]
    grouping: dict[str, GroupingFeature]
    units_at_a_time: dict[str, UnitsAtATimeFeature]
    notes: dict[str, NotesFeature]
    sheet: dict[str, SheetFeature]
    whiteboard: dict[str, WhiteboardFeature]
    entry: dict[str, EntryFeature]
    training: dict[str, TrainingFeature]
    review: dict[str, ReviewFeature]


ASPECTS: tuple[str, ...] = tuple(Features.model_fields)


# --- tracking -----------------------------------------------------------------------------------------------------


class DesignChoice(Group):
    """A tracking design from a date on: an option of each aspect of `features`."""

    begins: date
    name: str
    unit: OptionName
    codes: OptionName
    search: OptionName
    ice: OptionName
    exchange: OptionName
    grouping: OptionName
    units_at_a_time: OptionName
    notes: OptionName
    sheet: OptionName
    whiteboard: OptionName
    entry: OptionName
    training: OptionName
    review: OptionName


class Guidance(Group):
    """Written guidance and training in force from a date on."""

    begins: date
    sectors: list[Station]  # empty: everywhere


class Tracking(Group):
    """How families are written down: designs by date, and who was told how to use them."""

    title: str
    feedback: bool  # false: slips move no history, the mode for paired data of several designs
    designs: Annotated[list[DesignChoice], Field(min_length=1)]
    guidance: list[Guidance]


# --- records ------------------------------------------------------------------------------------------------------


class PortCategories(Group):
    """Grounds of inadmissibility written at ports; sum to 1."""

    asylum: Share
    no_documents: Share
    other: Share


class RateOfField(Group):
    """How often a slip befalls one field, where that differs from others."""

    slip: Slip
    table: str
    field: str
    share: Share  # in place of the share of the slip; load, guidance, design and skill count as for other fields


class RecordKeeping(Group):
    """What is written down, by whom, and how often they slip."""

    operator_variation: Annotated[float, Field(ge=0, le=2)]  # c.v. of how much users slip
    even_rates: bool  # slips know neither load nor guidance nor user: the mode to compare with
    kin_groups_recorded_share: Share  # of adults with children of relatives: a family group is made
    whiteboards: list[Sector]  # stations that keep one
    port_categories: PortCategories
    slips: dict[Slip, Act]  # shares of the cells, rows or events that a slip could hit
    rates_of_fields: list[RateOfField]  # of fields with a rate of their own; those of a registry, for instance


# --- reunification ------------------------------------------------------------------------------------------------


class Requests(Group):
    """Reunification by request of a parent."""

    asks_share: Share
    asks: LognormalDays  # from reaching ICE's custody to asking
    tracing: LognormalDays  # from asking to finding the child, without a link on record
    granted_share: Share
    handling: LognormalDays


class CourtOrder(Group):
    """An order to reunify those who are separated and in care that day."""

    day: date | None
    young_below_age: Annotated[int, Field(ge=0, le=18)]
    young_deadline_days: Count
    others_deadline_days: Count


class WorkersStep(Group):
    """From a date on so many workers."""

    begins: date
    workers: Count


class Team(Group):
    """The joint team that carries out the order."""

    workers: Annotated[list[WorkersStep], Field(min_length=1)]
    begins_hour: Annotated[int, Field(ge=0, le=23)]
    ends_hour: Annotated[int, Field(ge=1, le=24)]
    review_minutes: Minutes  # of a file without a link on record
    review_finds_share: Share
    vetting_minutes: Minutes  # of a parent
    advocate: LognormalDays  # from the order to an advocate's or a search's finding, where review finds nothing
    unfit_share: Share
    unwilling_share: Share


class Routes(Group):
    """How parent and child are brought together."""

    parent_travel: Lognormal  # of parents to young children
    child_travel: Lognormal  # of older children to an ICE centre
    without_notice_share: Share
    without_notice: Lognormal  # the parent is not there yet
    desks: Count  # reprocessing at all centres together
    desks_begin_hour: Annotated[int, Field(ge=0, le=23)]
    desks_end_hour: Annotated[int, Field(ge=1, le=24)]
    reprocessing_minutes: Minutes


class Abroad(Group):
    """Parents who were removed."""

    decides: LognormalDays  # from vetting to reunion abroad or waiver
    reunited_share: Share


class EarlierParents(Group):
    """Where the parents of children separated before the run stand; the rest are in ICE's custody or released."""

    linked_share: Share
    removed_share: Share


class Reunification(Group):
    """Children back to parents: by request, and by order of a court."""

    requests: Requests
    order: CourtOrder
    team: Team
    routes: Routes
    abroad: Abroad
    earlier: EarlierParents


# --- stress -------------------------------------------------------------------------------------------------------

Staff = Literal["agents", "coordinators", "desk", "court_slots"]


class Surge(Group):
    """Arrivals are multiplied for some days; where several meet their factors multiply."""

    first_day: Count  # days after `stress.begins`, here and below
    days: Annotated[int, Field(ge=1, le=10_000)] | None  # how long; null: to the end of the run
    ramp_days: Count  # days over which it grows to its factor
    stations: list[Station]  # empty: everywhere
    factor: StratumValues


class Closure(Group):
    """A share of the beds of shelters is left for some days."""

    first_day: Count
    days: Annotated[int, Field(ge=1, le=10_000)] | None
    kinds: list[BedKind]  # empty: all
    left: Share


class Loss(Group):
    """A share of those on duty, or of the slots of courts, is left for some days."""

    first_day: Count
    days: Annotated[int, Field(ge=1, le=10_000)] | None
    staff: Staff
    stations: list[Station]  # of agents and coordinators; empty: everywhere
    left: Share


class MailOutage(Group):
    """The link to the mail is out, counted from the day on which the stress begins."""

    first_day: Count
    hour: Annotated[float, Field(ge=0, lt=24)]
    lasts_hours: Annotated[float, Field(gt=0, le=1_000)]
    stations: list[Station]  # empty: everywhere


class Stress(Group):
    """What a plan is tried against: more people, fewer beds, less staff, no mail. It changes no other setting."""

    title: str
    begins: date | None  # day 0; null: the first day of the season, which composing fills in
    known_on: date | None  # the day from which what it repeats could be known; null: it is made up
    surges: list[Surge]
    closures: list[Closure]
    losses: list[Loss]
    outages: list[MailOutage]

    @property
    def is_none(self) -> bool:
        """Whether nothing is asked."""
        return not (self.surges or self.closures or self.losses or self.outages)


# --- the whole ----------------------------------------------------------------------------------------------------


class Run(Group):
    """How the experiment is carried out; nothing here may move a result of a replication."""

    replications: Annotated[int, Field(ge=1, le=100_000)]
    most_replications: Annotated[int, Field(ge=1, le=100_000)]  # where `precision` asks for more than `replications`
    stop_after_failures: Annotated[int, Field(ge=1)] | None  # so many failed replications end the run; null: none does
    engine: Literal["compiled", "simpy"]  # both tell the same history; the first is fast, the second is to be read
    beside: str | None  # a policy played beside with the same people and the same luck, for every page to show
    interval_level: Annotated[float, Field(gt=0.5, lt=1)]
    outputs: str


class Inputs(Group):
    """Values in doubt: the sample that replications take theirs from."""

    sample: str | None  # a fitted sample, one point a replication; null: the values as they stand
    keep: list[str]  # keys, or beginnings of keys, that stay as they stand; what a user sets stays by itself


class Compute(Group):
    """Who plays: threads or processes of this machine, or workers of a Dask cluster."""

    kind: Literal["local", "dask"]
    workers: Annotated[int, Field(ge=1, le=1024)]  # at a time, on this machine; a cluster has its own
    address: str | None  # of the cluster's scheduler, tcp://host:port
    patience_seconds: Annotated[int, Field(ge=1, le=86_400)]  # without scheduler or workers before giving up


class Trials(Group):
    """Where finished trials are kept, so that none is played twice."""

    store: str | None  # a folder; null: `trials` in the folder of run.outputs
    keep: Literal["histories", "figures"]  # with histories a new KPI costs no new play


class Study(Group):
    """What is asked, in the user's words."""

    question: str
    is_hindcast: bool  # the scenario stands for what happened in 2018: published figures are set beside it
    season_start: date | None  # the days the headline figures speak about; null: the whole window
    season_end: date | None
    as_of: date | None  # nothing that became known after this day may be used; null: whatever is known
    books: bool  # what stands written is measured too: links, lists, units, sheets, written clocks
    audits: bool  # every replication is audited as the report's inquiry did, which costs time and memory


class Settings(Group):
    """Everything one run needs."""

    scenario: str
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    run: Run
    inputs: Inputs
    compute: Compute
    trials: Trials
    precision: dict[str, str]  # KPI -> half-width of its mean's interval: "5%" of the mean, or in the KPI's unit
    study: Study
    window: Window
    arrivals: Arrivals
    people: People
    policy: Policy
    stations: Stations
    courts: Courts
    ice: Ice
    family_care: FamilyCare
    referral: Referral
    transport: Transport
    orr: Orr
    features: Features
    tracking: Tracking
    reunification: Reunification
    records: RecordKeeping
    stress: Stress

    @property
    def season(self) -> tuple[date, date]:
        """First and last day of the headline figures: the study's season as far as the window holds it."""
        start = max(self.study.season_start or self.window.start, self.window.start)
        return start, min(self.study.season_end or self.window.end, self.window.end)
