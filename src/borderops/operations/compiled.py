"""The compiled engine: the same history as the reference engine, minute for minute, from the same plan.

One loop (`play`) goes through the run minute by minute, takes the events of a minute in the order of their keys and
hands each to a small function named after what happens. Nothing here is shared with the reference engine but types,
constants and the order of simultaneous events, so that a fault in either shows (`docs/semantics.md`). Everything numba
compiles stands in this one file, because its cache does not see changes in others. With ``NUMBA_DISABLE_JIT=1`` the
same source runs as Python, for debugging.

Reading aid: everything stands in the matrices of the world ``w``; a row is named as in
``w.people[P.jail_minutes, person]`` (the plan), ``w.told[T.parted_at, person]`` (moments of the history),
``w.mark[H.exit, person]`` (its codes) and ``w.mark[Y.on_way, person]`` (what goes on now). What is later goes through
``push(w, now, minute, KIND, person, aux)``, who waits through ``seize`` and ``begin``.
"""

from __future__ import annotations

import hashlib
import logging
import operator
from collections import namedtuple
from functools import cache
from typing import Any, Final, NamedTuple

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.dispatcher import Dispatcher
from numba.extending import (
    intrinsic,
    lower_builtin,
    models,
    overload,
    register_jitable,
    register_model,
    type_callable,
)

from borderops.exceptions import ConservationError, PlanError
from borderops.operations.facilities import Facilities, Schedule
from borderops.operations.history import (
    Code,
    CourtOutcome,
    Exit,
    FoundBy,
    History,
    IceExit,
    Note,
    ParentNumber,
    Reunion,
    ShelterExit,
)
from borderops.operations.numbers import (
    ADULTS_LAST,
    ALLOCATION,
    ARRIVAL,
    CHILDREN_NEXT,
    DEPARTURE,
    INTAKE_FIRST,
    LOADS,
    NEW_NUMBERS_FROM,
    NUMBERS_PER_STATION,
    OLD_NUMBERS_FROM,
    PROGRESS,
    ROLLS,
    SHIFT,
    TABLED,
    TRIES,
    Act,
    Message,
)
from borderops.operations.plan import AdultPath, CaseKind, EarlierParent, Ground, Plan
from borderops.pace import PER_MINUTE
from borderops.units import DAY, HOUR, MOMENT, NEVER

LOG = logging.getLogger(__name__)

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}  # nothing is allocated in here
# What `play` calls stays Python where Python calls it, and is compiled once, not anew for each constant it is given.
compiled = register_jitable(**OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)

# --- constants as plain integers, which is what numba can freeze ----------------------------------------------------

TURN_BITS: Final = 3
ENTITY_BITS: Final = 24
PUSHED_BITS: Final = 33
KIND_BITS: Final = 6
RING: Final = 64  # more than the 61 minutes of which a load meter keeps the last change, and a power of two
EVENTS_A_PERSON: Final = 8  # at most so many are pending: of a child in care, those of searches given up included
NOBODY: Final = -1
ACTS: Final = len(Act)
SATURDAY: Final = 5
NEVER_: Final = int(NEVER)
DAY_: Final = int(DAY)
HOUR_: Final = int(HOUR)
PER_MINUTE_: Final = int(PER_MINUTE)

(
    INTAKE_END, PROCESSED, LOOK, FAMILY_CHECKED, FAMILY_RELEASE, FAMILY_DETENTION_END, DETENTION_LEAVE,
    REMAINING_RELEASE, DEPART, LAPSE, LEAVE_FOR_COURT, HEARING, FREED, BACK, REJOINED_RELEASE,
    CHECKED, NOTICED, PHONED, EXCHANGED, HANDLED, DESK_END, DESIGNATED, ITINERARY_SENT, BOARD, BIRTHDAY_18, ADMIT,
    STAY_END, ACKNOWLEDGED, ICE_END, ASK, TRACED, GRANT, ORDER, REVIEWED, VETTED, ADVOCATE_FOUND, ABROAD_DECIDED,
    PARENT_TRAVELLED, AT_CENTRE, PARENT_THERE, REPROCESSED, SHIFT_CHANGE,
) = range(42)  # fmt: skip
"""Kinds of events. What happens at a station stands first, then what happens on a child's way to a shelter."""

(INTAKE, PROCESS_ALL, PROCESS_ADULTS, PROCESS_CHILDREN, MAIL, ACKNOWLEDGE, INTAKE_DESK, BED, REVIEW, VET, REPROCESS) = (
    range(11)
)
"""What somebody waits for in a pool."""

SEEK_NOTHING, SEEK_BY_ORDER, SEEK_BY_REQUEST = range(3)

ERR_NONE, ERR_PAST, ERR_NO_COURT, ERR_RETURNED, ERR_ROOM = range(5)

FAMILY, CHILDREN = int(CaseKind.FAMILY), int(CaseKind.CHILDREN)
COURT, RETURN = int(AdultPath.COURT), int(AdultPath.RETURN)
NO_GROUND, PROSECUTION = int(Ground.NONE), int(Ground.PROSECUTION)
CHARGES = (int(Ground.PRIOR_CRIME), int(Ground.GANG), int(Ground.WARRANT))
TO_ICE, RETURNED, TO_COURT, RELEASED = int(Exit.TO_ICE), int(Exit.RETURNED), int(Exit.TO_COURT), int(Exit.RELEASED)
TO_FAMILY_DETENTION, TO_SHELTER = int(Exit.TO_FAMILY_DETENTION), int(Exit.TO_SHELTER)
AGED_OUT, NOT_HERE, TO_OTHER_CUSTODY = int(Exit.AGED_OUT), int(Exit.NOT_HERE), int(Exit.TO_OTHER_CUSTODY)
NEVER_REFERRED, LAPSED = int(CourtOutcome.NEVER_REFERRED), int(CourtOutcome.LAPSED)
DECLINED, PENDING = int(CourtOutcome.DECLINED), int(CourtOutcome.PENDING)
TIME_SERVED, JAIL = int(CourtOutcome.TIME_SERVED), int(CourtOutcome.JAIL)
STAY_RELEASED, STAY_AGED_OUT = int(ShelterExit.RELEASED), int(ShelterExit.AGED_OUT)
STAY_REUNITED = int(ShelterExit.REUNITED)
ICE_RELEASED, ICE_REMOVED, ICE_WITH_CHILD = int(IceExit.RELEASED), int(IceExit.REMOVED), int(IceExit.WITH_CHILD)
CODE_RIGHT, CODE_WRONG = int(Code.RIGHT), int(Code.WRONG)
CODE_BLANK, CODE_SEVERAL = int(Code.BLANK), int(Code.SEVERAL)
NOTE_NOTHING, NOTE_NOT_AT_TOP = int(Note.NOTHING), int(Note.NOT_AT_TOP)
NOTE_TOP_AND_CHILD, NOTE_TOP_ONLY = int(Note.TOP_AND_CHILD), int(Note.TOP_ONLY)
NUMBER_NOT_PASSED, NUMBER_WRONG = int(ParentNumber.NOT_PASSED), int(ParentNumber.WRONG)
NUMBER_RIGHT = int(ParentNumber.RIGHT)
FOUND_RECORD, FOUND_ASKING = int(FoundBy.RECORD), int(FoundBy.ASKING)
FOUND_REVIEW, FOUND_ADVOCATE = int(FoundBy.REVIEW), int(FoundBy.ADVOCATE)
REUNION_NONE, BY_REQUEST = int(Reunion.NONE), int(Reunion.BY_REQUEST)
BY_PARENT_TRAVEL, BY_CHILD_TRAVEL = int(Reunion.PARENT_TRAVELLED), int(Reunion.CHILD_TRAVELLED)
REUNITED_ABROAD, WAIVED_ABROAD = int(Reunion.ABROAD), int(Reunion.WAIVED_ABROAD)
UNFIT, UNWILLING = int(Reunion.UNFIT), int(Reunion.UNWILLING)
NOT_EARLIER, EARLIER_REMOVED = int(EarlierParent.NONE), int(EarlierParent.REMOVED)
ACT_NEVER_GROUPED, ACT_MESSAGE_LOST = int(Act.NEVER_GROUPED), int(Act.MESSAGE_LOST)
ACT_CODE_WRONG, ACT_CODE_BLANK, ACT_CODE_SEVERAL = int(Act.CODE_WRONG), int(Act.CODE_BLANK), int(Act.CODE_SEVERAL)
ACT_NOTE_NOTHING, ACT_NOTE_NOT_AT_TOP = int(Act.NOTE_NOTHING), int(Act.NOTE_NOT_AT_TOP)
ACT_NOTE_TOP_AND_CHILD, ACT_NOT_LISTED = int(Act.NOTE_TOP_AND_CHILD), int(Act.NOT_LISTED)
ACT_NUMBER_NOT_PASSED, ACT_NUMBER_WRONG = int(Act.NUMBER_NOT_PASSED), int(Act.NUMBER_WRONG)
ACT_ITINERARY_WRONG = int(Act.ITINERARY_WRONG)
REQUEST, PLACEMENT, ITINERARY = int(Message.REQUEST), int(Message.PLACEMENT), int(Message.ITINERARY)

DEPARTURES: Final = (
    INTAKE_END, PROCESSED, FAMILY_RELEASE, FAMILY_DETENTION_END, DETENTION_LEAVE, REMAINING_RELEASE, DEPART, LAPSE,
    LEAVE_FOR_COURT, REJOINED_RELEASE, HANDLED, DESK_END, BOARD, STAY_END, ACKNOWLEDGED, ICE_END, REVIEWED, VETTED,
    REPROCESSED,
)  # fmt: skip
RANKS: Final = {SHIFT_CHANGE: SHIFT, **dict.fromkeys(DEPARTURES, DEPARTURE)}
TURNS: Final = {BIRTHDAY_18: 1, ASK: 2, TRACED: 2, ADVOCATE_FOUND: 3, ACKNOWLEDGED: 4, ORDER: 5}
ORDER_OF: Final = np.array(
    [RANKS.get(kind, PROGRESS) << ENTITY_BITS + TURN_BITS | TURNS.get(kind, 0) for kind in range(SHIFT_CHANGE + 1)]
)
"""Rank and turn of a kind of event, between which there is room for the entity."""

assert max(RANKS.values()) < PROGRESS < ARRIVAL < ALLOCATION  # in this order `play` goes through a minute


# --- matrices -------------------------------------------------------------------------------------------------------


class Matrix(types.Type):
    """Numbers in rows: an address and the length of a row, which is much less to hand on than an array.

    What is read comes as int64, whatever it is stored as, so that functions are compiled for one type only.
    """

    def __init__(self, dtype: types.Type):
        self.dtype = dtype
        super().__init__(f"Matrix({dtype})")


@register_model(Matrix)
class _MatrixModel(models.StructModel):
    def __init__(self, manager: Any, kind: Matrix):
        super().__init__(manager, kind, [("data", types.CPointer(kind.dtype)), ("length", types.intp)])


def matrix(array):
    """What an array is in compiled functions; in Python it stays an array."""
    return array


@overload(matrix)
def _matrix_of(array):
    return lambda array: _as_matrix(array)  # type: ignore[call-arg]  # the compiler gives the context


@intrinsic
def _as_matrix(context, array):
    def build(context, builder, signature, arguments):
        found = context.make_array(array)(context, builder, arguments[0])
        made = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        made.data, made.length = found.data, cgutils.unpack_tuple(builder, found.shape)[-1]
        return made._getvalue()

    return Matrix(array.dtype)(array), build


@type_callable(operator.getitem)
def _type_read(context):
    return lambda kind, place: types.int64 if isinstance(kind, Matrix) else None


@type_callable(operator.setitem)
def _type_written(context):
    return lambda kind, place, value: types.none if isinstance(kind, Matrix) else None


@lower_builtin(operator.getitem, Matrix, types.Integer)
@lower_builtin(operator.getitem, Matrix, types.BaseTuple)
def _read(context, builder, signature, arguments):
    value = builder.load(_address(context, builder, signature, arguments))
    return context.cast(builder, value, signature.args[0].dtype, types.int64)


@lower_builtin(operator.setitem, Matrix, types.Integer, types.Any)
@lower_builtin(operator.setitem, Matrix, types.BaseTuple, types.Any)
def _write(context, builder, signature, arguments):
    value = context.cast(builder, arguments[2], signature.args[2], signature.args[0].dtype)
    builder.store(value, _address(context, builder, signature, arguments))
    return context.get_dummy_value()


def _address(context, builder, signature, arguments):
    """Address of ``matrix[row, column]``, or of ``matrix[column]`` in the first row; never counted from the end."""
    kind, place = signature.args[:2]
    found = cgutils.create_struct_proxy(kind)(context, builder, arguments[0])
    if isinstance(place, types.Integer):
        return builder.gep(found.data, [context.cast(builder, arguments[1], place, types.intp)], inbounds=True)
    indices = zip(cgutils.unpack_tuple(builder, arguments[1]), place, strict=True)
    row, column = (context.cast(builder, index, of, types.intp) for index, of in indices)
    return builder.gep(found.data, [builder.add(builder.mul(row, found.length), column)], inbounds=True)


# --- rows of the matrices -------------------------------------------------------------------------------------------


def _rows(names: str, above: int = 0) -> Any:
    """Numbers of the rows of a matrix by name, from a row on; ``name*n`` takes n rows. As numba can freeze them."""
    places, row = {}, above
    for word in names.split():
        name, _, rows = word.partition("*")
        places[name] = row
        row += int(rows or 1)
    make: Any = namedtuple
    return make("Rows", [*places, "end"])(*places.values(), row)


P = _rows(
    """
    jail_minutes back_minute other_custody_minutes ice_minutes ask_minutes departure_minutes designation_minutes
    transport_minutes travel_minutes stay_minutes child_row
    """
)
"""Plan, minutes of people."""

M = _rows(
    """
    hear_by lapse_at young_until turns_13_at turns_18_at
    """,
    P.end,
)
"""Plan, moments of people."""

S = _rows(
    """
    case_of seat resident_row parent_of held_parent desk_of hearing desk_told
    """,
    M.end,
)
"""State of people."""

K = _rows(
    """
    case_first case_size case_adults case_kind case_station intake_minutes processing_minutes checks_minutes
    separated_checks_minutes ground takes_second_adult seeks_detention detention_minutes release_minutes
    rejoined_release_minutes adults_minutes children_minutes grouping_roll code_roll note_roll listing_roll
    """
)
"""Plan, cases."""

C = _rows(
    """
    phone_minutes itinerary_roll itinerary_minutes number_roll tracing_minutes is_granted request_minutes
    is_found_by_review advocate_minutes parent_travel_minutes child_travel_minutes without_notice_minutes
    is_reunited_abroad abroad_minutes message_roll*12 notice_roll*12
    """
)
"""Plan, children; rolls by message and try."""

T = _rows(
    """
    intake_at a_number processing_at processed_at selected_at parted_at determined_at forwarded_at desk_at
    cleared_at designated_at arranged_at itinerary_at prosecution_referred_at heard_at freed_at back_at rejoined_at
    left_again_at left_cbp_at left_detention_at admitted_at left_shelter_at left_ice_at asked_at found_at vetted_at
    at_centre_at reunion_at
    """
)
"""History, moments and A-numbers."""

H = _rows(
    """
    ground bed_kind exit shelter_exit court_outcome separation_code note parent_number load messages_sent
    messages_lost ice_exit found_by reunion is_spared is_taken is_alone is_grouped is_listed is_phoned is_misrouted
    is_in_class
    """
)
"""History, codes and flags."""

B = _rows(
    """
    station is_child path is_never_referred is_declined is_back_same_day is_removed is_unfit is_unwilling asks
    is_returned is_girl has_old_number
    """,
    H.end,
)
"""Plan, what is true of people; as small as codes, so that much of it is near at hand at once."""

Y = _rows(
    """
    on_way way_message way_try way_token held_pool has_bed in_care is_sought_from is_reached is_detained is_overdue
    holds seeks seek_token is_unknown is_reviewed waits_for_parent
    """,
    B.end,
)
"""State of people, what is true of them now."""

N = _rows(
    """
    following before joined waits_in waits_for waits_prio
    """
)
"""Places in queues, two for each person."""

Q = _rows(
    """
    step_next step_end in_use capacity is_due waiting meter_total meter_since ring_first ring_size head*3 tail*3
    ring_minute*64 ring_total*64 ring_in_use*64
    """
)
"""Columns of pools: steps of capacity, ends of queues by priority, and a meter of load with the changes of the last
hour in a ring."""

L = _rows(
    """
    free_desks blocks_taken rated_children children_here docket_of guided_at outage_first outage_end
    """,
    Q.end,
)
"""Columns of those pools that are the agents of a station."""

A = _rows(
    """
    number_next*16 number_left*16 desks*16 due_pools
    """
)
"""A-numbers and free desks (a heap) by station; pools that allocate at the end of this minute, the lowest last."""

X = _rows(
    """
    step_at step_capacity
    """,
    A.end,
)
"""Steps of capacity of all pools, one after another."""

U = _rows(
    """
    sitting_at slots_parents slots_others
    """,
    X.end,
)
"""Sittings of all courts, one after another."""

V = _rows(
    """
    sitting_first sitting_end
    """,
    U.end,
)
"""Courts: first sitting, and the one after the last."""

Z = _rows(
    """
    pause_begins pause_ends pause_kind pause_above
    """,
    V.end,
)
"""Rules that pause parting."""

G = _rows(
    """
    design_begins is_kept is_searchable is_seen is_automatic design_intake design_parting thresholds notice
    """,
    Z.end,
)
"""Designs; thresholds by design, act, guidance and load; minutes until a lost message is missed."""

E = _rows(
    """
    pace_done pace_per_minute
    """,
    G.end,
)
"""Pace of release by day."""

R = _rows(
    """
    resident resident_kind resident_since resident_work resident_parent resident_is_linked
    """,
    E.end,
)
"""Residents of the first minute."""

D = _rows(
    """
    detained_size detained_until
    """,
    R.end,
)
"""Families in detention on the first minute."""

J = _rows(
    """
    begins ends
    """,
    D.end,
)
"""Outages, sorted by station."""

W = _rows(
    """
    key what next
    """
)
"""Columns of events: key, which orders those of a minute; kind and what else is to be known; the next of its minute."""

F = _rows(
    """
    people first_minute horizon stations desk first_bed family_places first_coordinators team centre desk_minutes
    court_notice court_lead opens_at closes_at notice weekend_per_mille number_block per_diverted separated_per_mille
    pace_first_day handling_minutes tries lost_in_outage order_at review_minutes vetting_minutes reprocessing_minutes
    pools designs pauses residents detained pace_days design room pending heaped due_pools unused free_event
    pushed_so_far given_old constants error error_minute error_now error_rank error_entity
    """
)
"""Single numbers; those from ``design`` on change: the live design, events pending at all and in this minute, pools
that are due, places of events never used and used again, events and old A-numbers so far, what went wrong."""


class World(NamedTuple):
    """All matrices; few, because every call hands them on."""

    rule: np.ndarray  # int64, single numbers F
    people: np.ndarray  # int32, rows P, M, S
    node: np.ndarray  # int32, rows N; ``n`` places of people, then ``n`` for their acknowledgements
    case: np.ndarray  # int32, rows K
    child: np.ndarray  # int32, rows C
    told: np.ndarray  # int32, rows T
    mark: np.ndarray  # int8, rows H, B, Y
    pool: np.ndarray  # int64, columns Q, L
    small: np.ndarray  # int64, all other rows
    due: np.ndarray  # int32, by minute since the first: the last pushed of its events, which names the one before
    event: np.ndarray  # int64, columns W; events of later minutes
    heap: np.ndarray  # int64, rows W.key and W.what; events of this minute


# --- events ---------------------------------------------------------------------------------------------------------


@compiled
def complain(w, minute, now, rank, entity):
    """The plan asks for a minute that is over; the first such fault is told."""
    if w.rule[F.error] == ERR_NONE:
        w.rule[F.error], w.rule[F.error_minute], w.rule[F.error_now] = ERR_PAST, minute, now
        w.rule[F.error_rank], w.rule[F.error_entity] = rank, entity


@compiled
def push(w, now, minute, kind, entity, aux):
    """Let something happen to an entity at a minute; what lies beyond the horizon never happens."""
    if minute < now:
        complain(w, minute, now, ORDER_OF[kind] >> ENTITY_BITS + TURN_BITS, entity)
        return
    if minute >= w.rule[F.horizon]:
        return
    if w.rule[F.pending] == w.rule[F.room]:
        w.rule[F.error] = ERR_ROOM
        return
    w.rule[F.pending] += 1
    w.rule[F.pushed_so_far] += 1  # of events that are equal in all else the one pushed first comes first
    key = (ORDER_OF[kind] + (entity << TURN_BITS)) << PUSHED_BITS | w.rule[F.pushed_so_far]
    what = int(aux) << KIND_BITS | kind
    if minute == now:
        add_to_heap(w, key, what)
    else:
        put_off(w, minute - w.rule[F.first_minute], key, what)


@compiled
def put_off(w, row, key, what):
    """Note an event of a later minute, in front of those noted before."""
    event = w.rule[F.free_event]
    if event == NOBODY:
        event = w.rule[F.unused]
        w.rule[F.unused] = event + 1
    else:
        w.rule[F.free_event] = w.event[event, W.next]
    w.event[event, W.key], w.event[event, W.what], w.event[event, W.next] = key, what, w.due[row]
    w.due[row] = event


@compiled
def call_up(w, row):
    """Bring the events of a minute into their order."""
    event = w.due[row]
    while event != NOBODY:
        add_to_heap(w, w.event[event, W.key], w.event[event, W.what])
        following = w.event[event, W.next]
        w.event[event, W.next] = w.rule[F.free_event]
        w.rule[F.free_event] = event
        event = following


@compiled
def add_to_heap(w, key, what):
    """Add to the events of this minute; no two keys are equal."""
    place = w.rule[F.heaped]
    w.rule[F.heaped] = place + 1
    while place > 0:
        above = (place - 1) >> 1
        if w.heap[W.key, above] < key:
            break
        w.heap[W.key, place], w.heap[W.what, place] = w.heap[W.key, above], w.heap[W.what, above]
        place = above
    w.heap[W.key, place], w.heap[W.what, place] = key, what


@compiled
def drop_first(w):
    """Take away the first of the events of this minute."""
    w.rule[F.pending] -= 1
    last = w.rule[F.heaped] - 1
    w.rule[F.heaped] = last
    key, place = w.heap[W.key, last], 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        if below + 1 < last and w.heap[W.key, below + 1] < w.heap[W.key, below]:
            below += 1
        if key < w.heap[W.key, below]:
            break
        w.heap[W.key, place], w.heap[W.what, place] = w.heap[W.key, below], w.heap[W.what, below]
        place = below
    w.heap[W.key, place], w.heap[W.what, place] = key, w.heap[W.what, last]


# --- pools ----------------------------------------------------------------------------------------------------------


@compiled
def use(w, now, pool, units):
    """Change what is in use; loads are read off the trailing hour."""
    in_use = w.pool[pool, Q.in_use] + units
    w.pool[pool, Q.meter_total] += (now - w.pool[pool, Q.meter_since]) * w.pool[pool, Q.in_use]
    w.pool[pool, Q.meter_since] = now
    w.pool[pool, Q.in_use] = in_use
    first, size = w.pool[pool, Q.ring_first], w.pool[pool, Q.ring_size]
    last = first + size - 1 & RING - 1
    if w.pool[pool, Q.ring_minute + last] != now:
        last = last + 1 & RING - 1
        size += 1
    w.pool[pool, Q.ring_minute + last] = now
    w.pool[pool, Q.ring_total + last] = w.pool[pool, Q.meter_total]
    w.pool[pool, Q.ring_in_use + last] = in_use
    while size > 1 and w.pool[pool, Q.ring_minute + (first + 1 & RING - 1)] <= now - HOUR_:
        first = first + 1 & RING - 1
        size -= 1
    w.pool[pool, Q.ring_first], w.pool[pool, Q.ring_size] = first, size


@compiled
def load(w, now, pool, own_minutes):
    """Tenths of the trailing hour that were busy, own job excluded."""
    total = w.pool[pool, Q.meter_total] + (now - w.pool[pool, Q.meter_since]) * w.pool[pool, Q.in_use]
    an_hour_ago, then = now - HOUR_, 0
    for step in range(w.pool[pool, Q.ring_size]):
        row = w.pool[pool, Q.ring_first] + step & RING - 1
        if w.pool[pool, Q.ring_minute + row] > an_hour_ago:
            break
        then = (
            w.pool[pool, Q.ring_total + row]
            + (an_hour_ago - w.pool[pool, Q.ring_minute + row]) * w.pool[pool, Q.ring_in_use + row]
        )
    busy = total - then - own_minutes
    tenths = busy * (LOADS - 1) // (max(w.pool[pool, Q.capacity], 1) * HOUR_)
    return max(min(tenths, LOADS - 1), 0)


@compiled
def call(w, pool):
    """Allocate once this minute, after everything else that happens in it, pools in the order of their numbers."""
    if w.pool[pool, Q.is_due] or w.pool[pool, Q.in_use] >= w.pool[pool, Q.capacity]:
        return
    w.pool[pool, Q.is_due] = True
    place = w.rule[F.due_pools]
    w.rule[F.due_pools] = place + 1
    while place > 0 and w.small[A.due_pools, place - 1] < pool:
        w.small[A.due_pools, place] = w.small[A.due_pools, place - 1]
        place -= 1
    w.small[A.due_pools, place] = pool


@compiled
def seize(w, now, pool, entity, slot, priority, purpose):
    """Join a queue: by priority, then time of joining, then entity."""
    node = entity + slot * w.rule[F.people]
    w.node[N.joined, node], w.node[N.waits_in, node], w.node[N.waits_for, node], w.node[N.waits_prio, node] = (
        now,
        pool,
        purpose,
        priority,
    )
    after = w.pool[pool, Q.tail + priority]
    while after != NOBODY and w.node[N.joined, after] == now and person_at(w, after) > entity:
        after = w.node[N.before, after]
    following = w.pool[pool, Q.head + priority] if after == NOBODY else w.node[N.following, after]
    w.node[N.before, node], w.node[N.following, node] = after, following
    if after == NOBODY:
        w.pool[pool, Q.head + priority] = node
    else:
        w.node[N.following, after] = node
    if following == NOBODY:
        w.pool[pool, Q.tail + priority] = node
    else:
        w.node[N.before, following] = node
    w.pool[pool, Q.waiting] += 1
    call(w, pool)


@compiled
def person_at(w, node):
    """Who holds a place in a queue."""
    return node if node < w.rule[F.people] else node - w.rule[F.people]


@compiled
def unlink(w, node):
    """Leave a queue."""
    pool, priority = w.node[N.waits_in, node], w.node[N.waits_prio, node]
    before, following = w.node[N.before, node], w.node[N.following, node]
    if before == NOBODY:
        w.pool[pool, Q.head + priority] = following
    else:
        w.node[N.following, before] = following
    if following == NOBODY:
        w.pool[pool, Q.tail + priority] = before
    else:
        w.node[N.before, following] = before
    w.node[N.waits_in, node] = NOBODY
    w.pool[pool, Q.waiting] -= 1


@compiled
def release(w, now, pool, units):
    """Give units back."""
    use(w, now, pool, -units)
    if w.pool[pool, Q.in_use] < 0 and w.rule[F.error] == ERR_NONE:
        w.rule[F.error], w.rule[F.error_minute], w.rule[F.error_entity] = ERR_RETURNED, now, pool
    if w.pool[pool, Q.waiting]:
        call(w, pool)


@compiled
def allocate(w, now):
    """The lowest of the pools that are due serves who waits, as far as units are free."""
    w.rule[F.due_pools] -= 1
    pool = w.small[A.due_pools, w.rule[F.due_pools]]
    w.pool[pool, Q.is_due] = False
    while w.pool[pool, Q.in_use] < w.pool[pool, Q.capacity]:
        node = w.pool[pool, Q.head + 0]
        if node == NOBODY:
            node = w.pool[pool, Q.head + 1]
        if node == NOBODY:
            node = w.pool[pool, Q.head + 2]
        if node == NOBODY:
            break
        purpose = w.node[N.waits_for, node]
        unlink(w, node)
        use(w, now, pool, 1)
        begin(w, now, pool, person_at(w, node), purpose)


@compiled
def begin(w, now, pool, person, purpose):
    """What begins when somebody is served."""
    if purpose == INTAKE:
        begin_intake(w, now, person)
    elif purpose <= PROCESS_CHILDREN:
        begin_processing(w, now, person, purpose)
    elif purpose == MAIL:
        w.mark[Y.held_pool, person] = pool
        push(w, now, now + w.rule[F.handling_minutes], HANDLED, person, w.mark[Y.way_token, person])
    elif purpose == ACKNOWLEDGE:
        push(w, now, now + w.rule[F.handling_minutes], ACKNOWLEDGED, person, 0)
    elif purpose == INTAKE_DESK:
        w.mark[Y.held_pool, person] = pool
        w.told[T.desk_at, person] = now
        push(w, now, now + w.rule[F.desk_minutes], DESK_END, person, w.mark[Y.way_token, person])
    elif purpose == BED:
        w.mark[Y.has_bed, person] = True
        w.told[T.designated_at, person] = now
        w.mark[H.bed_kind, person] = pool - w.rule[F.first_bed]
        minute = now + w.people[P.designation_minutes, person]
        push(w, now, minute, DESIGNATED, person, w.mark[Y.way_token, person])
    elif purpose == REPROCESS:
        push(w, now, now + w.rule[F.reprocessing_minutes], REPROCESSED, person, 0)
    else:
        w.mark[Y.held_pool, person] = pool
        token = w.mark[Y.seek_token, person]
        if purpose == REVIEW:
            push(w, now, now + w.rule[F.review_minutes], REVIEWED, person, token)
        else:
            push(w, now, now + w.rule[F.vetting_minutes], VETTED, person, token)


@compiled
def change_shift(w, now, pool):
    """The next step of a pool's capacity; agents who care for children beyond the rated places do not serve."""
    capacity = w.small[X.step_capacity, w.pool[pool, Q.step_next]]
    if pool < w.rule[F.stations]:
        beyond = max(w.pool[pool, L.children_here] - w.pool[pool, L.rated_children], 0)
        capacity = max(capacity - beyond // w.rule[F.per_diverted], min(capacity, 1))
    w.pool[pool, Q.capacity] = capacity
    w.pool[pool, Q.step_next] += 1
    push_shift(w, now, pool)
    if w.pool[pool, Q.waiting]:
        call(w, pool)


@compiled
def push_shift(w, now, pool):
    if w.pool[pool, Q.step_next] < w.pool[pool, Q.step_end]:
        push(w, now, w.small[X.step_at, w.pool[pool, Q.step_next]], SHIFT_CHANGE, pool, 0)


# --- desks and A-numbers --------------------------------------------------------------------------------------------


@compiled
def take_desk(w, station):
    """The lowest free desk."""
    row = A.desks + station
    lowest = w.small[row, 0]
    last = w.pool[station, L.free_desks] - 1
    w.pool[station, L.free_desks] = last
    moved, place = w.small[row, last], 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        if below + 1 < last and w.small[row, below + 1] < w.small[row, below]:
            below += 1
        if w.small[row, below] >= moved:
            break
        w.small[row, place] = w.small[row, below]
        place = below
    w.small[row, place] = moved
    return lowest


@compiled
def leave_desk(w, now, station, desk):
    """Give back the agent at a desk."""
    row, place = A.desks + station, w.pool[station, L.free_desks]
    w.pool[station, L.free_desks] = place + 1
    while place > 0:
        above = (place - 1) >> 1
        if w.small[row, above] <= desk:
            break
        w.small[row, place] = w.small[row, above]
        place = above
    w.small[row, place] = desk
    release(w, now, station, 1)


@compiled
def number_for(w, station, desk, person):
    """An A-number from the desk's block, or the one of an earlier removal."""
    if w.mark[B.has_old_number, person]:
        w.rule[F.given_old] += 1
        return OLD_NUMBERS_FROM + w.rule[F.given_old]
    if w.small[A.number_left + station, desk] == 0:
        start = (
            NEW_NUMBERS_FROM + station * NUMBERS_PER_STATION + w.pool[station, L.blocks_taken] * w.rule[F.number_block]
        )
        w.pool[station, L.blocks_taken] += 1
        w.small[A.number_next + station, desk], w.small[A.number_left + station, desk] = start, w.rule[F.number_block]
    number = w.small[A.number_next + station, desk]
    w.small[A.number_next + station, desk] += 1
    w.small[A.number_left + station, desk] -= 1
    return number


# --- what clerks write down -----------------------------------------------------------------------------------------


@compiled
def design_at(w, minute):
    """Row of the design that was live at a minute."""
    row = w.rule[F.designs] - 1
    while row > 0 and w.small[G.design_begins, row] > minute:
        row -= 1
    return row


@compiled
def threshold(w, now, act, station, load_step):
    """Rolls below it meet an act now."""
    guided = 1 if w.pool[station, L.guided_at] <= now else 0
    row = (w.rule[F.design] * ACTS + act) * 2 + guided
    return w.small[G.thresholds, row * LOADS + load_step]


@compiled
def write_down(w, now, case, load_step):
    """Code, note and row in the sheet of a family that is parted."""
    station = w.case[K.case_station, case]
    roll = w.case[K.code_roll, case]
    wrong = threshold(w, now, ACT_CODE_WRONG, station, load_step)
    blank = wrong + threshold(w, now, ACT_CODE_BLANK, station, load_step)
    several = blank + threshold(w, now, ACT_CODE_SEVERAL, station, load_step)
    code = CODE_RIGHT
    if roll < wrong:
        code = CODE_WRONG
    elif roll < blank:
        code = CODE_BLANK
    elif roll < several:
        code = CODE_SEVERAL
    roll = w.case[K.note_roll, case]
    nothing = threshold(w, now, ACT_NOTE_NOTHING, station, load_step)
    not_at_top = nothing + threshold(w, now, ACT_NOTE_NOT_AT_TOP, station, load_step)
    both = not_at_top + threshold(w, now, ACT_NOTE_TOP_AND_CHILD, station, load_step)
    note = NOTE_TOP_ONLY
    if roll < nothing:
        note = NOTE_NOTHING
    elif roll < not_at_top:
        note = NOTE_NOT_AT_TOP
    elif roll < both:
        note = NOTE_TOP_AND_CHILD
    is_listed = w.case[K.listing_roll, case] >= threshold(w, now, ACT_NOT_LISTED, station, load_step)
    first = w.case[K.case_first, case]
    for person in range(first, first + w.case[K.case_size, case]):
        w.mark[H.separation_code, person], w.mark[H.note, person], w.mark[H.is_listed, person] = code, note, is_listed
        w.mark[H.load, person] = load_step


@compiled
def note_parent_number(w, now, child):
    """Whether a separated child's referral carries the parent's number."""
    station = w.mark[B.station, child]
    load_step = load(w, now, coordinators(w, station), 0)
    roll = w.child[C.number_roll, w.people[P.child_row, child]]
    not_passed = threshold(w, now, ACT_NUMBER_NOT_PASSED, station, load_step)
    wrong = not_passed + threshold(w, now, ACT_NUMBER_WRONG, station, load_step)
    w.mark[H.parent_number, child] = (
        NUMBER_NOT_PASSED if roll < not_passed else (NUMBER_WRONG if roll < wrong else NUMBER_RIGHT)
    )


@compiled
def is_on_record(w, child, at_headquarters):
    """Whether the parent of a separated child is found at once."""
    if w.mark[H.parent_number, child] == NUMBER_RIGHT:
        return True
    design = design_at(w, w.told[T.parted_at, child])
    if w.small[G.is_kept, design] and (w.small[G.is_seen, design] or w.small[G.is_searchable, design]):
        return True
    code = w.mark[H.separation_code, child]
    return at_headquarters and code in (CODE_RIGHT, CODE_SEVERAL)


# --- stations -------------------------------------------------------------------------------------------------------


@compiled
def arrive(w, now, case):
    """A case joins the queue for intake."""
    station = w.case[K.case_station, case]
    w.pool[station, L.children_here] += w.case[K.case_size, case] - w.case[K.case_adults, case]
    seize(w, now, station, w.case[K.case_first, case], 0, INTAKE_FIRST, INTAKE)


@compiled
def begin_intake(w, now, first):
    """An agent takes a case in: numbers, and whether a family is grouped."""
    case = w.people[S.case_of, first]
    station = w.case[K.case_station, case]
    desk = take_desk(w, station)
    w.people[S.desk_of, first] = desk
    minutes = w.case[K.intake_minutes, case]
    is_family = w.case[K.case_kind, case] == FAMILY
    load_step, is_grouped = -1, False
    if is_family:
        minutes += w.small[G.design_intake, w.rule[F.design]]
        load_step = load(w, now, station, 0)
        is_grouped = w.case[K.grouping_roll, case] >= threshold(w, now, ACT_NEVER_GROUPED, station, load_step)
    for person in range(first, first + w.case[K.case_size, case]):
        w.told[T.intake_at, person] = now
        w.people[S.desk_told, person] = desk
        w.told[T.a_number, person] = number_for(w, station, desk, person)
        w.mark[H.is_grouped, person], w.mark[H.load, person] = is_grouped, load_step
    push(w, now, now + minutes, INTAKE_END, first, 0)


@compiled
def end_intake(w, now, case):
    """The case joins the queue for processing, a family that was not grouped in two parts."""
    first, station, kind = w.case[K.case_first, case], w.case[K.case_station, case], w.case[K.case_kind, case]
    leave_desk(w, now, station, w.people[S.desk_of, first])
    if kind == FAMILY and not w.mark[H.is_grouped, first]:
        seize(w, now, station, first, 0, ADULTS_LAST, PROCESS_ADULTS)
        seize(w, now, station, first + w.case[K.case_adults, case], 0, CHILDREN_NEXT, PROCESS_CHILDREN)
    else:
        seize(w, now, station, first, 0, CHILDREN_NEXT if kind >= FAMILY else ADULTS_LAST, PROCESS_ALL)


@compiled
def rows_of(w, case, purpose):
    """First row and row after the last of those who are processed together."""
    first, adults, end = (
        w.case[K.case_first, case],
        w.case[K.case_adults, case],
        w.case[K.case_first, case] + w.case[K.case_size, case],
    )
    if purpose == PROCESS_ADULTS:
        return first, first + adults
    if purpose == PROCESS_CHILDREN:
        return first + adults, end
    return first, end


@compiled
def begin_processing(w, now, lead, purpose):
    """An agent processes people together."""
    case = w.people[S.case_of, lead]
    first, end = rows_of(w, case, purpose)
    w.people[S.desk_of, lead] = take_desk(w, w.case[K.case_station, case])
    for person in range(first, end):
        w.told[T.processing_at, person] = now
    if purpose == PROCESS_ADULTS:
        minutes = w.case[K.adults_minutes, case]
    elif purpose == PROCESS_CHILDREN:
        minutes = w.case[K.children_minutes, case]
    else:
        minutes = w.case[K.processing_minutes, case]
        if w.case[K.case_kind, case] == FAMILY and w.case[K.ground, case] != NO_GROUND:
            minutes += w.small[G.design_parting, design_at(w, w.told[T.intake_at, lead])]
    push(w, now, now + minutes, PROCESSED, lead, purpose)


@compiled
def end_processing(w, now, case, purpose):
    """People go their ways, or a family waits for what is decided about it."""
    first, end = rows_of(w, case, purpose)
    leave_desk(w, now, w.case[K.case_station, case], w.people[S.desk_of, first])
    for person in range(first, end):
        w.told[T.processed_at, person] = now
    if purpose == PROCESS_ALL and w.case[K.case_kind, case] == FAMILY:
        if w.case[K.ground, case] != NO_GROUND:
            push(w, now, now, LOOK, first, 0)
        else:
            push(w, now, now + w.case[K.checks_minutes, case], FAMILY_CHECKED, first, 0)
    elif purpose == PROCESS_CHILDREN or w.case[K.case_kind, case] == CHILDREN:
        for person in range(first, end):
            if w.mark[B.is_returned, person]:
                depart(w, now, person, RETURNED)
            else:
                send_on_the_way(w, now, person, w.case[K.checks_minutes, case])
    else:
        for person in range(first, end):
            if w.mark[B.path, person] == COURT:
                to_court(w, now, case, person, False)
            else:
                depart(w, now, person, RETURNED if w.mark[B.path, person] == RETURN else TO_ICE)


@compiled
def depart(w, now, person, leaves_to):
    push(w, now, now + w.people[P.departure_minutes, person], DEPART, person, leaves_to)


@compiled
def leave_cbp(w, now, person, leaves_to):
    """Leave CBP's hands."""
    w.told[T.left_cbp_at, person] = now
    w.mark[H.exit, person] = leaves_to
    if w.mark[B.is_child, person]:
        w.pool[w.mark[B.station, person], L.children_here] -= 1
    elif leaves_to == TO_ICE:
        enter_ice(w, now, person)


@compiled
def after_departure(w, now, person, leaves_to):
    leave_cbp(w, now, person, leaves_to)
    if leaves_to == TO_OTHER_CUSTODY:
        push(w, now, now + w.people[P.other_custody_minutes, person], FREED, person, 0)


@compiled
def leave_together(w, now, first, end, leaves_to):
    for person in range(first, end):
        leave_cbp(w, now, person, leaves_to)


@compiled
def family_checked(w, now, case):
    """A family that stays together goes to family detention if there is room, or is released."""
    first, size = w.case[K.case_first, case], w.case[K.case_size, case]
    places = w.rule[F.family_places]
    if w.case[K.seeks_detention, case] and w.pool[places, Q.in_use] + size <= w.pool[places, Q.capacity]:
        use(w, now, places, size)
        leave_together(w, now, first, first + size, TO_FAMILY_DETENTION)
        push(w, now, now + w.case[K.detention_minutes, case], FAMILY_DETENTION_END, first, 0)
    else:
        push(w, now, now + w.case[K.release_minutes, case], FAMILY_RELEASE, first, 0)


@compiled
def leave_family_detention(w, now, case):
    first, size = w.case[K.case_first, case], w.case[K.case_size, case]
    release(w, now, w.rule[F.family_places], size)
    for person in range(first, first + size):
        w.told[T.left_detention_at, person] = now


# --- parting --------------------------------------------------------------------------------------------------------


@compiled
def is_paused(w, now):
    """Whether a rule forbids parting at this occupancy."""
    for rule in range(w.rule[F.pauses]):
        beds = w.rule[F.first_bed] + w.small[Z.pause_kind, rule]
        is_on = w.small[Z.pause_begins, rule] <= now < w.small[Z.pause_ends, rule]
        if is_on and w.pool[beds, Q.in_use] * 1000 > w.small[Z.pause_above, rule] * w.pool[beds, Q.capacity]:
            return True
    return False


@compiled
def look(w, now, case):
    """A selected family is parted, unless a rule on occupancy spares it."""
    first, end = w.case[K.case_first, case], w.case[K.case_first, case] + w.case[K.case_size, case]
    spared = w.case[K.ground, case] == PROSECUTION and is_paused(w, now)
    for person in range(first, end):
        w.mark[H.ground, person], w.told[T.selected_at, person], w.mark[H.is_spared, person] = (
            w.case[K.ground, case],
            now,
            spared,
        )
    if spared:
        push(w, now, now + w.case[K.checks_minutes, case], FAMILY_CHECKED, first, 0)
    else:
        part(w, now, case)


@compiled
def part(w, now, case):
    """Parents leave, children stay with no parent, or with the one who is not taken."""
    first, adults = w.case[K.case_first, case], w.case[K.case_adults, case]
    end = first + w.case[K.case_size, case]
    taken = adults if w.case[K.takes_second_adult, case] else 1
    for person in range(first, end):
        w.told[T.parted_at, person] = now
    own = min(now - w.told[T.processing_at, first], HOUR_)
    write_down(w, now, case, load(w, now, w.case[K.case_station, case], own))
    for parent in range(first, first + taken):
        w.mark[H.is_taken, parent] = True
        w.mark[Y.is_sought_from, parent] = taken == adults
        take_parent(w, now, case, parent)
    if taken < adults:
        parent = first + taken
        minute = now + w.case[K.checks_minutes, case] + w.case[K.release_minutes, case]
        push(w, now, minute, REMAINING_RELEASE, parent, 0)
        return
    for child in range(first + adults, end):
        w.people[S.parent_of, child] = first
        w.mark[H.is_alone, child] = True
        send_on_the_way(w, now, child, w.case[K.checks_minutes, case] + w.case[K.separated_checks_minutes, case])


@compiled
def take_parent(w, now, case, parent):
    """A parent is taken to court, charged with a crime, or handed to ICE."""
    ground = w.case[K.ground, case]
    if ground != PROSECUTION:
        is_charged = ground in CHARGES
        is_held = is_charged and w.people[P.other_custody_minutes, parent] > 0
        depart(w, now, parent, TO_OTHER_CUSTODY if is_held else TO_ICE)
    elif w.mark[B.is_never_referred, parent]:
        w.mark[H.court_outcome, parent] = NEVER_REFERRED
        depart(w, now, parent, TO_ICE)
    else:
        to_court(w, now, case, parent, True)


# --- courts ---------------------------------------------------------------------------------------------------------


@compiled
def book(w, docket, earliest, latest, is_parent):
    """A slot in the first sitting within two minutes; NEVER if none is free."""
    low, high = w.small[V.sitting_first, docket], w.small[V.sitting_end, docket]
    while low < high:
        middle = (low + high) >> 1
        if w.small[U.sitting_at, middle] < earliest:
            low = middle + 1
        else:
            high = middle
    slots = U.slots_parents if is_parent else U.slots_others
    for row in range(low, w.small[V.sitting_end, docket]):
        if w.small[U.sitting_at, row] > latest:
            break
        if w.small[slots, row] > 0:
            w.small[slots, row] -= 1
            return w.small[U.sitting_at, row]
    return NEVER_


@compiled
def to_court(w, now, case, person, is_parent):
    """Referral for prosecution, which may be declined or lapse for want of a slot."""
    w.told[T.prosecution_referred_at, person] = now
    if w.mark[B.is_declined, person]:
        w.mark[H.court_outcome, person] = DECLINED
        depart(w, now, person, TO_ICE)
        return
    docket = w.pool[w.case[K.case_station, case], L.docket_of]
    if docket < 0:
        if w.rule[F.error] == ERR_NONE:
            w.rule[F.error], w.rule[F.error_entity] = ERR_NO_COURT, case
        return
    hearing = book(w, docket, now + w.rule[F.court_notice], w.people[M.hear_by, person], is_parent)
    if hearing == NEVER_:
        w.mark[H.court_outcome, person] = LAPSED
        push(w, now, max(now, w.people[M.lapse_at, person]), LAPSE, person, 0)
        return
    w.mark[H.court_outcome, person] = PENDING
    w.people[S.hearing, person] = hearing
    push(w, now, max(now, hearing - w.rule[F.court_lead]), LEAVE_FOR_COURT, person, 0)


@compiled
def leave_for_court(w, now, person):
    leave_cbp(w, now, person, TO_COURT)
    push(w, now, w.people[S.hearing, person], HEARING, person, 0)


@compiled
def hear(w, now, person):
    """A sentence: time served, or jail; some parents are back at the station that evening."""
    w.told[T.heard_at, person] = now
    w.mark[H.court_outcome, person] = JAIL if w.people[P.jail_minutes, person] else TIME_SERVED
    if w.mark[H.is_taken, person] and w.mark[B.is_back_same_day, person]:
        push(w, now, now - now % DAY_ + w.people[P.back_minute, person], BACK, person, 0)
    else:
        push(w, now, now + w.people[P.jail_minutes, person], FREED, person, 0)


@compiled
def free(w, now, person):
    """The custody of courts and jails ends; ICE's begins."""
    w.told[T.freed_at, person] = now
    enter_ice(w, now, person)


@compiled
def come_back(w, now, parent):
    """A parent back at the station is rejoined with the children who have not boarded."""
    w.told[T.back_at, parent] = now
    case = w.people[S.case_of, parent]
    end, count = w.case[K.case_first, case] + w.case[K.case_size, case], 0
    for child in range(w.case[K.case_first, case], end):
        if w.mark[Y.on_way, child]:
            count += 1
            leave_way(w, now, child)
            w.told[T.rejoined_at, child] = now
    if count == 0:
        free(w, now, parent)
        return
    w.told[T.rejoined_at, parent] = now
    can_be_reached(w, now, parent)
    minute = now + w.case[K.rejoined_release_minutes, case]
    push(w, now, minute, REJOINED_RELEASE, parent, 0)


@compiled
def release_rejoined(w, now, parent):
    """The rejoined leave together."""
    w.told[T.left_again_at, parent] = now
    case = w.people[S.case_of, parent]
    first = w.case[K.case_first, case]
    for child in range(first + w.case[K.case_adults, case], first + w.case[K.case_size, case]):
        if w.told[T.rejoined_at, child] == w.told[T.rejoined_at, parent]:
            leave_cbp(w, now, child, RELEASED)


# --- the way to a shelter -------------------------------------------------------------------------------------------


@compiled
def coordinators(w, station):
    """Pool of a station's coordinators."""
    return w.rule[F.first_coordinators] + station


@compiled
def send_on_the_way(w, now, child, checks):
    """Set a child without a parent on the way, which a parent or an eighteenth birthday may end."""
    if w.people[M.turns_18_at, child] <= now:
        leave_cbp(w, now, child, AGED_OUT)
        return
    w.mark[Y.on_way, child] = True
    push(w, now, now + checks, CHECKED, child, w.mark[Y.way_token, child])
    push(w, now, w.people[M.turns_18_at, child], BIRTHDAY_18, child, 0)


@compiled
def leave_way(w, now, child):
    """Give up whatever the child holds or waits for."""
    w.mark[Y.on_way, child] = False
    w.mark[Y.way_token, child] += 1
    if w.node[N.waits_in, child] != NOBODY:
        unlink(w, child)
    if w.mark[Y.held_pool, child] != NOBODY:
        release(w, now, w.mark[Y.held_pool, child], 1)
        w.mark[Y.held_pool, child] = NOBODY
    if w.mark[Y.has_bed, child]:
        release(w, now, w.rule[F.first_bed] + w.mark[H.bed_kind, child], 1)
        w.mark[Y.has_bed, child] = False


@compiled
def come_of_age(w, now, child):
    """A child still on the way is handed to ICE as an adult."""
    if w.mark[Y.on_way, child]:
        leave_way(w, now, child)
        leave_cbp(w, now, child, AGED_OUT)


@compiled
def checked(w, now, child):
    """The child is determined to be unaccompanied and referred."""
    w.told[T.determined_at, child] = now
    if w.mark[H.is_alone, child]:
        note_parent_number(w, now, child)
    deliver(w, now, child, REQUEST)


@compiled
def deliver(w, now, child, message):
    """Send a message on which the child's way depends."""
    w.mark[Y.way_message, child], w.mark[Y.way_try, child] = message, 0
    if w.small[G.is_automatic, w.rule[F.design]]:
        w.mark[H.messages_sent, child] += 2
        minute = end_of_outage(w, now, w.mark[B.station, child])
        push(w, now, minute, EXCHANGED, child, w.mark[Y.way_token, child])
    else:
        send(w, now, child)


@compiled
def send(w, now, child):
    """One try: the message is lost and missed later, or waits for a coordinator."""
    station, row = w.mark[B.station, child], w.people[P.child_row, child]
    message, attempt = w.mark[Y.way_message, child], w.mark[Y.way_try, child]
    w.mark[H.messages_sent, child] += 1
    if is_lost(w, now, station, int(w.child[C.message_roll + message * TRIES + attempt, row])):
        w.mark[H.messages_lost, child] += 1
        minutes = w.small[G.notice, int(w.child[C.notice_roll + message * TRIES + attempt, row]) * TABLED // ROLLS]
        push(w, now, now + minutes, NOTICED, child, w.mark[Y.way_token, child])
    else:
        seize(w, now, coordinators(w, station), child, 0, 0, MAIL)


@compiled
def is_lost(w, now, station, roll):
    if end_of_outage(w, now, station) > now:
        return roll < w.rule[F.lost_in_outage]
    return roll < threshold(w, now, ACT_MESSAGE_LOST, station, load(w, now, coordinators(w, station), 0))


@compiled
def end_of_outage(w, now, station):
    """When the outage of this minute ends; this minute if there is none."""
    low, high = w.pool[station, L.outage_first], w.pool[station, L.outage_end]
    while low < high:
        middle = (low + high) >> 1
        if w.small[J.begins, middle] <= now:
            low = middle + 1
        else:
            high = middle
    if low == w.pool[station, L.outage_first]:
        return now
    return max(w.small[J.ends, low - 1], now)


@compiled
def noticed(w, now, child):
    """Somebody misses the message and sends it again, or takes to the telephone."""
    w.mark[Y.way_try, child] += 1
    if w.mark[Y.way_try, child] < w.rule[F.tries]:
        send(w, now, child)
        return
    w.mark[H.is_phoned, child] = True
    minute = now + w.child[C.phone_minutes, w.people[P.child_row, child]]
    push(w, now, minute, PHONED, child, w.mark[Y.way_token, child])


@compiled
def handled(w, now, child):
    """A coordinator has sent on what the message asks for."""
    release_held(w, now, child)
    w.mark[H.messages_sent, child] += 1
    delivered(w, now, child)


@compiled
def release_held(w, now, person):
    release(w, now, w.mark[Y.held_pool, person], 1)
    w.mark[Y.held_pool, person] = NOBODY


@compiled
def delivered(w, now, child):
    """What a message leads to."""
    message, token = w.mark[Y.way_message, child], w.mark[Y.way_token, child]
    if message == REQUEST:
        w.told[T.forwarded_at, child] = now
        seize(w, now, w.rule[F.desk], child, 0, 0, INTAKE_DESK)
    elif message == PLACEMENT:
        w.told[T.arranged_at, child] = now
        wait = w.people[P.transport_minutes, child]
        if now // DAY_ % 7 >= SATURDAY:
            wait = wait * w.rule[F.weekend_per_mille] // 1000
        w.people[S.seat, child] = open_minute(w, now + w.rule[F.notice] + wait)
        push(w, now, now + w.rule[F.notice], ITINERARY_SENT, child, token)
    else:
        w.told[T.itinerary_at, child] = now
        seat, station, row = w.people[S.seat, child], w.mark[B.station, child], w.people[P.child_row, child]
        load_step = load(w, now, coordinators(w, station), 0)
        if w.child[C.itinerary_roll, row] < threshold(w, now, ACT_ITINERARY_WRONG, station, load_step):
            w.mark[H.is_misrouted, child] = True
            seat = max(seat, now) + w.child[C.itinerary_minutes, row]
        push(w, now, open_minute(w, max(seat, now)), BOARD, child, token)


@compiled
def open_minute(w, ready):
    """First minute within the contractor's hours."""
    midnight, minute = ready - ready % DAY_, ready % DAY_
    if minute < w.rule[F.opens_at]:
        return midnight + w.rule[F.opens_at]
    return ready if minute < w.rule[F.closes_at] else midnight + DAY_ + w.rule[F.opens_at]


@compiled
def end_desk(w, now, child):
    """ORR's desk is done; a bed of the right kind is waited for."""
    release_held(w, now, child)
    w.told[T.cleared_at, child] = now
    kind = 0
    if now >= w.people[M.turns_13_at, child]:
        kind = 1 if w.mark[B.is_girl, child] else 2
    seize(w, now, w.rule[F.first_bed] + kind, child, 0, 0, BED)


@compiled
def board(w, now, child):
    w.mark[Y.on_way, child] = False
    leave_cbp(w, now, child, TO_SHELTER)
    push(w, now, now + w.people[P.travel_minutes, child], ADMIT, child, 0)


# --- shelters -------------------------------------------------------------------------------------------------------


@compiled
def admit(w, now, child):
    """Arrival at the shelter: an acknowledgement, a stay, and for those an order speaks of, the search."""
    w.told[T.admitted_at, child] = now
    w.mark[H.messages_sent, child] += 1
    if not w.small[G.is_automatic, w.rule[F.design]]:
        seize(w, now, coordinators(w, w.mark[B.station, child]), child, 1, 0, ACKNOWLEDGE)
    work = int(w.people[P.stay_minutes, child]) * PER_MINUTE_
    if w.mark[H.is_alone, child]:
        work = work * w.rule[F.separated_per_mille] // 1000
    stay(w, now, child, work)
    if w.mark[H.is_in_class, child]:
        seek(w, now, child)


@compiled
def stay(w, now, child, work):
    """Stay until the work of release is done or the child comes of age."""
    w.mark[Y.in_care, child] = True
    released_at = release_minute(w, now, work)
    aged_out_at = max(w.people[M.turns_18_at, child], now)
    ends = STAY_RELEASED if released_at <= aged_out_at else STAY_AGED_OUT
    push(w, now, min(released_at, aged_out_at), STAY_END, child, ends)


@compiled
def release_minute(w, since, work):
    """First minute at which the work of release is done; NEVER beyond the table."""
    row = since // DAY_ - w.rule[F.pace_first_day]
    target = w.small[E.pace_done, row] + since % DAY_ * w.small[E.pace_per_minute, row] + work
    low, high = 0, w.rule[F.pace_days]
    while low < high:
        middle = (low + high) >> 1
        if w.small[E.pace_done, middle] <= target:
            low = middle + 1
        else:
            high = middle
    row = low - 1
    if row >= w.rule[F.pace_days] - 1:
        return NEVER_
    rest = target - w.small[E.pace_done, row]
    return (w.rule[F.pace_first_day] + row) * DAY_ - (-rest // w.small[E.pace_per_minute, row])


@compiled
def leave_shelter(w, now, child, ends):
    """Give back the bed."""
    w.mark[Y.in_care, child] = False
    release(w, now, w.rule[F.first_bed] + w.mark[H.bed_kind, child], 1)
    w.told[T.left_shelter_at, child] = now
    w.mark[H.shelter_exit, child] = ends


@compiled
def end_stay(w, now, child, ends):
    if w.mark[Y.in_care, child]:
        leave_shelter(w, now, child, ends)
        stop(w, now, child)


# --- reunification --------------------------------------------------------------------------------------------------


@compiled
def enter_ice(w, now, adult):
    """An adult reaches ICE's custody."""
    ends = now + w.people[P.ice_minutes, adult]
    if not w.mark[Y.is_sought_from, adult]:
        if ends < w.rule[F.horizon]:
            w.told[T.left_ice_at, adult] = ends
            w.mark[H.ice_exit, adult] = ICE_REMOVED if w.mark[B.is_removed, adult] else ICE_RELEASED
        return
    w.mark[Y.is_detained, adult] = True
    push(w, now, ends, ICE_END, adult, 0)
    if w.mark[B.asks, adult]:
        push(w, now, now + w.people[P.ask_minutes, adult], ASK, adult, 0)
    can_be_reached(w, now, adult)


@compiled
def can_be_reached(w, now, parent):
    """A taken parent is in ICE's custody, or free; of two parents the first counts."""
    if not w.mark[Y.is_sought_from, parent]:
        return
    case = w.people[S.case_of, parent]
    first = w.case[K.case_first, case]
    for child in range(first + w.case[K.case_adults, case], first + w.case[K.case_size, case]):
        if w.mark[Y.is_reached, child]:
            continue
        w.mark[Y.is_reached, child] = True
        w.people[S.parent_of, child] = parent
        if w.told[T.found_at, child] != NEVER_:
            hold(w, child)
        if w.mark[Y.waits_for_parent, child]:
            w.mark[Y.waits_for_parent, child] = False
            bring_together(w, now, child)


@compiled
def end_detention(w, now, parent):
    """Release or removal, unless the parent is held for a child."""
    if w.mark[Y.is_detained, parent]:
        if w.mark[Y.holds, parent] > 0:
            w.mark[Y.is_overdue, parent] = True
        else:
            leave_ice(w, now, parent)


@compiled
def leave_ice(w, now, parent):
    w.mark[Y.is_detained, parent] = False
    w.told[T.left_ice_at, parent] = now
    w.mark[H.ice_exit, parent] = ICE_REMOVED if w.mark[B.is_removed, parent] else ICE_RELEASED


@compiled
def hold(w, child):
    """Under the order a parent who is known is not removed while the search goes on."""
    parent = w.people[S.parent_of, child]
    if parent == NOBODY or not w.mark[H.is_in_class, child] or w.people[S.held_parent, child] != NOBODY:
        return
    if w.mark[Y.is_detained, parent] and w.mark[B.is_removed, parent]:
        w.people[S.held_parent, child] = parent
        w.mark[Y.holds, parent] += 1


@compiled
def let_go(w, now, child):
    """The search is over without a meeting: a removal that was put off takes place."""
    parent = w.people[S.held_parent, child]
    if parent == NOBODY:
        return
    w.people[S.held_parent, child] = NOBODY
    w.mark[Y.holds, parent] -= 1
    if w.mark[Y.is_overdue, parent] and w.mark[Y.holds, parent] == 0:
        w.mark[Y.is_overdue, parent] = False
        leave_ice(w, now, parent)


@compiled
def is_abroad(w, child):
    row = w.people[S.resident_row, child]
    if row != NOBODY:
        return w.small[R.resident_parent, row] == EARLIER_REMOVED
    return w.mark[H.ice_exit, w.people[S.parent_of, child]] == ICE_REMOVED


@compiled
def ask(w, now, parent):
    """A parent asks for the children who are in care by then."""
    case = w.people[S.case_of, parent]
    first = w.case[K.case_first, case]
    for child in range(first + w.case[K.case_adults, case], first + w.case[K.case_size, case]):
        if w.mark[Y.in_care, child] and w.told[T.asked_at, child] == NEVER_:
            w.told[T.asked_at, child] = now
            if w.mark[Y.seeks, child] == SEEK_NOTHING:
                w.people[S.parent_of, child] = parent
            if w.told[T.found_at, child] != NEVER_:
                consider_request(w, now, child)
            elif is_on_record(w, child, False):
                know(w, now, child, FOUND_RECORD)
                consider_request(w, now, child)
            else:
                minute = now + w.child[C.tracing_minutes, w.people[P.child_row, child]]
                push(w, now, minute, TRACED, child, 0)


@compiled
def traced(w, now, child):
    if w.mark[Y.in_care, child]:
        know(w, now, child, FOUND_ASKING)
        consider_request(w, now, child)


@compiled
def consider_request(w, now, child):
    """The request may be granted, unless an order takes its place."""
    row = w.people[P.child_row, child]
    if w.child[C.is_granted, row] and w.mark[Y.seeks, child] == SEEK_NOTHING and not w.mark[H.is_in_class, child]:
        w.mark[Y.seeks, child] = SEEK_BY_REQUEST
        w.mark[Y.seek_token, child] += 1
        minute = now + w.child[C.request_minutes, row]
        push(w, now, minute, GRANT, child, w.mark[Y.seek_token, child])


@compiled
def grant(w, now, child):
    w.mark[Y.seeks, child] = SEEK_NOTHING
    if not is_abroad(w, child):
        leave_shelter(w, now, child, STAY_REUNITED)
        settle(w, now, child, BY_REQUEST)


@compiled
def order(w, now):
    """The order speaks of all who are separated that day."""
    for child in range(w.rule[F.people]):
        row = w.people[S.resident_row, child]
        is_separated = w.people[S.parent_of, child] != NOBODY or (
            row != NOBODY and w.small[R.resident_parent, row] != NOT_EARLIER
        )
        is_gone = w.told[T.left_shelter_at, child] != NEVER_ or w.mark[H.exit, child] == AGED_OUT
        if is_separated and not is_gone and w.told[T.rejoined_at, child] == NEVER_:
            w.mark[H.is_in_class, child] = True
            if w.mark[Y.in_care, child]:
                stop(w, now, child)
                seek(w, now, child)


@compiled
def stop(w, now, child):
    """End a search or a request."""
    w.mark[Y.is_unknown, child] = False
    w.mark[Y.waits_for_parent, child] = False
    if w.mark[Y.seeks, child] != SEEK_NOTHING:
        w.mark[Y.seeks, child] = SEEK_NOTHING
        w.mark[Y.seek_token, child] += 1
        if w.node[N.waits_in, child] != NOBODY:
            unlink(w, child)
        if w.mark[Y.held_pool, child] != NOBODY:
            release_held(w, now, child)
    let_go(w, now, child)


@compiled
def seek(w, now, child):
    """Begin the reunification of a child of the order's class: find the parent."""
    w.mark[Y.seeks, child] = SEEK_BY_ORDER
    w.mark[Y.seek_token, child] += 1
    if w.told[T.found_at, child] == NEVER_:
        row = w.people[S.resident_row, child]
        on_record = w.small[R.resident_is_linked, row] if row != NOBODY else is_on_record(w, child, True)
        if not on_record:
            w.mark[Y.is_unknown, child], w.mark[Y.is_reviewed, child] = True, False
            join_team(w, now, child, REVIEW)
            return
        know(w, now, child, FOUND_RECORD)
    else:
        hold(w, child)
    join_team(w, now, child, VET)


@compiled
def join_team(w, now, child, purpose):
    """Wait for the joint team; young children come first."""
    team = w.rule[F.team]
    seize(w, now, team, child, 0, 0 if w.rule[F.order_at] < w.people[M.young_until, child] else 1, purpose)


@compiled
def reviewed(w, now, child):
    """A file without a link has been read: the parent is found, or an advocate will find one."""
    release_held(w, now, child)
    w.mark[Y.is_reviewed, child] = True
    row = w.people[P.child_row, child]
    if w.child[C.is_found_by_review, row]:
        if w.mark[Y.is_unknown, child]:
            know(w, now, child, FOUND_REVIEW)
            return
    else:
        minute = max(w.rule[F.order_at] + w.child[C.advocate_minutes, row], now)
        push(w, now, minute, ADVOCATE_FOUND, child, 0)
    if not w.mark[Y.is_unknown, child]:
        join_team(w, now, child, VET)


@compiled
def know(w, now, child, found_by):
    """The parent is known from now on; a search that waited for it goes on."""
    if w.told[T.found_at, child] == NEVER_:
        w.told[T.found_at, child], w.mark[H.found_by, child] = now, found_by
        hold(w, child)
    if w.mark[Y.is_unknown, child]:
        w.mark[Y.is_unknown, child] = False
        if w.mark[Y.is_reviewed, child]:
            join_team(w, now, child, VET)


@compiled
def vetted(w, now, child):
    """The parent has been vetted: an objection, or the wait for the parent."""
    release_held(w, now, child)
    w.told[T.vetted_at, child] = now
    parent = w.people[S.parent_of, child]
    spoken_for = child if parent == NOBODY else parent
    if w.mark[B.is_unfit, spoken_for]:
        finish(w, now, child, UNFIT)
    elif w.mark[B.is_unwilling, spoken_for]:
        finish(w, now, child, UNWILLING)
    elif parent != NOBODY and not w.mark[Y.is_reached, child]:
        w.mark[Y.waits_for_parent, child] = True
    else:
        bring_together(w, now, child)


@compiled
def bring_together(w, now, child):
    """How parent and child are brought together."""
    row, token = w.people[P.child_row, child], w.mark[Y.seek_token, child]
    if is_abroad(w, child):
        push(w, now, now + w.child[C.abroad_minutes, row], ABROAD_DECIDED, child, token)
    elif w.rule[F.order_at] < w.people[M.young_until, child]:
        push(w, now, now + w.child[C.parent_travel_minutes, row], PARENT_TRAVELLED, child, token)
    else:
        finish(w, now, child, BY_CHILD_TRAVEL)


@compiled
def finish(w, now, child, outcome):
    """The search ends."""
    w.mark[Y.seeks, child] = SEEK_NOTHING
    w.mark[Y.seek_token, child] += 1
    if outcome == BY_CHILD_TRAVEL:
        leave_shelter(w, now, child, STAY_REUNITED)
        minute = now + w.child[C.child_travel_minutes, w.people[P.child_row, child]]
        push(w, now, minute, AT_CENTRE, child, 0)
        return
    if outcome in (BY_PARENT_TRAVEL, REUNITED_ABROAD):
        leave_shelter(w, now, child, STAY_REUNITED)
    settle(w, now, child, outcome)


@compiled
def settle(w, now, child, outcome):
    """Write how it ended; a parent who meets a child leaves ICE's custody."""
    w.told[T.reunion_at, child], w.mark[H.reunion, child] = now, outcome
    if outcome not in (BY_REQUEST, BY_PARENT_TRAVEL, BY_CHILD_TRAVEL):
        let_go(w, now, child)
        return
    held = w.people[S.held_parent, child]
    if held != NOBODY:
        w.people[S.held_parent, child] = NOBODY
        w.mark[Y.holds, held] -= 1
    parent = w.people[S.parent_of, child]
    if parent != NOBODY and w.mark[Y.is_detained, parent]:
        w.mark[Y.is_detained, parent] = w.mark[Y.is_overdue, parent] = False
        w.told[T.left_ice_at, parent], w.mark[H.ice_exit, parent] = now, ICE_WITH_CHILD


@compiled
def reach_centre(w, now, child):
    w.told[T.at_centre_at, child] = now
    minute = now + w.child[C.without_notice_minutes, w.people[P.child_row, child]]
    push(w, now, minute, PARENT_THERE, child, 0)


# --- the loop -------------------------------------------------------------------------------------------------------


@compiled
def happen_at_station(w, now, kind, person, aux):
    """Events of stations, families and courts; of a case they come by its first person, or by one of them."""
    if kind == DETENTION_LEAVE:  # families that are none of the people, and are numbered after them
        release(w, now, w.rule[F.family_places], w.small[D.detained_size, person - w.rule[F.people]])
        return
    case = w.people[S.case_of, person]
    if kind == INTAKE_END:
        end_intake(w, now, case)
    elif kind == PROCESSED:
        end_processing(w, now, case, aux)
    elif kind == LOOK:
        look(w, now, case)
    elif kind == FAMILY_CHECKED:
        family_checked(w, now, case)
    elif kind in (FAMILY_RELEASE, REMAINING_RELEASE):
        leave_together(w, now, person, w.case[K.case_first, case] + w.case[K.case_size, case], RELEASED)
    elif kind == FAMILY_DETENTION_END:
        leave_family_detention(w, now, case)
    elif kind == DEPART:
        after_departure(w, now, person, aux)
    elif kind == LAPSE:
        leave_cbp(w, now, person, TO_ICE)
    elif kind == LEAVE_FOR_COURT:
        leave_for_court(w, now, person)
    elif kind == HEARING:
        hear(w, now, person)
    elif kind == FREED:
        free(w, now, person)
    elif kind == BACK:
        come_back(w, now, person)
    else:
        release_rejoined(w, now, person)


@compiled
def happen_on_way(w, now, kind, child):
    """Events on a child's way to a shelter."""
    if kind == CHECKED:
        checked(w, now, child)
    elif kind == NOTICED:
        noticed(w, now, child)
    elif kind in (PHONED, EXCHANGED):
        delivered(w, now, child)
    elif kind == HANDLED:
        handled(w, now, child)
    elif kind == DESK_END:
        end_desk(w, now, child)
    elif kind == DESIGNATED:
        deliver(w, now, child, PLACEMENT)
    elif kind == ITINERARY_SENT:
        deliver(w, now, child, ITINERARY)
    else:
        board(w, now, child)


@compiled
def happen_in_care(w, now, kind, arg, aux):
    """Events in shelters, in ICE's custody and of reunification."""
    if kind == BIRTHDAY_18:
        come_of_age(w, now, arg)
    elif kind == ADMIT:
        admit(w, now, arg)
    elif kind == STAY_END:
        end_stay(w, now, arg, aux)
    elif kind == ACKNOWLEDGED:
        release(w, now, coordinators(w, w.mark[B.station, arg]), 1)
    elif kind == ICE_END:
        end_detention(w, now, arg)
    elif kind == ASK:
        ask(w, now, arg)
    elif kind == TRACED:
        traced(w, now, arg)
    elif kind == ORDER:
        order(w, now)
    elif kind == ADVOCATE_FOUND:
        if w.mark[Y.is_unknown, arg]:
            know(w, now, arg, FOUND_ADVOCATE)
    elif kind == AT_CENTRE:
        reach_centre(w, now, arg)
    elif kind == PARENT_THERE:
        seize(w, now, w.rule[F.centre], arg, 0, 0, REPROCESS)
    else:
        release(w, now, w.rule[F.centre], 1)
        settle(w, now, arg, BY_CHILD_TRAVEL)


@compiled
def happen_in_search(w, now, kind, child):
    """Events of a search that may have been stopped."""
    if kind == GRANT:
        grant(w, now, child)
    elif kind == REVIEWED:
        reviewed(w, now, child)
    elif kind == VETTED:
        vetted(w, now, child)
    elif kind == ABROAD_DECIDED:
        abroad = w.child[C.is_reunited_abroad, w.people[P.child_row, child]]
        finish(w, now, child, REUNITED_ABROAD if abroad else WAIVED_ABROAD)
    else:
        finish(w, now, child, BY_PARENT_TRAVEL)


@compiled
def happen(w, now):
    """Hand the next event to what it means; a token tells whether what it belongs to still goes on."""
    entity = w.heap[W.key, 0] >> PUSHED_BITS + TURN_BITS & (1 << ENTITY_BITS) - 1
    kind, aux = w.heap[W.what, 0] & (1 << KIND_BITS) - 1, w.heap[W.what, 0] >> KIND_BITS
    drop_first(w)
    if kind <= REJOINED_RELEASE:
        happen_at_station(w, now, kind, entity, aux)
    elif kind <= BOARD:
        if w.mark[Y.way_token, entity] == aux:
            happen_on_way(w, now, kind, entity)
    elif kind == SHIFT_CHANGE:
        change_shift(w, now, entity)
    elif kind in (GRANT, REVIEWED, VETTED, ABROAD_DECIDED, PARENT_TRAVELLED):
        if w.mark[Y.seek_token, entity] == aux:
            happen_in_search(w, now, kind, entity)
    else:
        happen_in_care(w, now, kind, entity, aux)


@compiled
def fill(w):
    """What goes on already when the run begins."""
    now = w.rule[F.first_minute]
    for row in range(w.rule[F.residents]):
        child, kind = w.small[R.resident, row], w.small[R.resident_kind, row]
        use(w, now, w.rule[F.first_bed] + kind, 1)
        w.mark[H.bed_kind, child], w.mark[H.exit, child], w.told[T.admitted_at, child] = (
            kind,
            NOT_HERE,
            w.small[R.resident_since, row],
        )
        stay(w, now, child, w.small[R.resident_work, row])
    places = w.rule[F.family_places]
    for row in range(w.rule[F.detained]):
        use(w, now, places, w.small[D.detained_size, row])
        push(w, now, w.small[D.detained_until, row], DETENTION_LEAVE, w.rule[F.people] + row, 0)
    for pool in range(w.rule[F.pools]):
        push_shift(w, now, pool)
    if now <= w.rule[F.order_at]:
        push(w, now, w.rule[F.order_at], ORDER, 0, 0)


@compiled
def begin_minute(w, now):
    """Call up what happens at this minute; from some minute on another design is live."""
    row = w.rule[F.design] + 1
    if row < w.rule[F.designs] and w.small[G.design_begins, row] <= now:
        w.rule[F.design] = design_at(w, now)
    call_up(w, now - w.rule[F.first_minute])


@compiled
def first_of(w, arrivals):
    """Minute of the first arrival, which must not be over."""
    if arrivals.shape[1] == 0:
        return NEVER_
    minute, now = arrivals[0, 0], w.rule[F.first_minute]
    if minute < now:
        complain(w, minute, now, ARRIVAL, w.case[K.case_first, arrivals[1, 0]])
    return minute


def _play_with(constants: int) -> Any:
    """The loop, which carries the number of the constants that are frozen into it."""

    def play(world, arrivals):
        """Minute by minute: what happens in the order of its keys, then arrivals, then what pools allocate."""
        w = World(
            matrix(world.rule), matrix(world.people), matrix(world.node), matrix(world.case), matrix(world.child),
            matrix(world.told), matrix(world.mark), matrix(world.pool), matrix(world.small), matrix(world.due),
            matrix(world.event), matrix(world.heap),
        )  # fmt: skip
        w.rule[F.constants] = constants
        fill(w)
        at, coming = 0, first_of(w, arrivals)
        now = w.rule[F.first_minute]
        while now < w.rule[F.horizon] and w.rule[F.error] == ERR_NONE:
            begin_minute(w, now)
            while w.rule[F.error] == ERR_NONE:
                if w.rule[F.heaped]:
                    happen(w, now)
                elif coming == now:
                    arrive(w, now, arrivals[1, at])
                    at += 1
                    coming = arrivals[0, at] if at < arrivals.shape[1] else NEVER_
                elif w.rule[F.due_pools]:
                    allocate(w, now)
                else:
                    break
            now += 1

    return play


# --- the compiler ---------------------------------------------------------------------------------------------------


def _constants() -> int:
    """A number that is another one if any constant is, in whatever file it stands: the cache sees it in the loop."""
    frozen = {
        name: repr(value) for name, value in sorted(globals().items()) if isinstance(value, int | tuple | np.ndarray)
    }
    return int.from_bytes(hashlib.sha256(repr(frozen).encode()).digest()[:7], "big")


def _kept(function: Any) -> Any:
    """A function compiled on its first call and kept on disk for the next process, where that is possible.

    It is kept in ``NUMBA_CACHE_DIR`` if that is set, else in ``__pycache__`` beside this file, else in the user's
    cache folder. Where none of them can be written, each process compiles for itself.
    """
    try:
        return numba.njit(**OPTIONS, cache=True)(function)
    except RuntimeError:
        return numba.njit(**OPTIONS)(function)


@cache
def _not_kept() -> Any:
    """The loop compiled for this process alone."""
    return numba.njit(**OPTIONS)(_play_with(_constants()))


play = _kept(_play_with(_constants()))


def _run(world: World, arrivals: np.ndarray) -> None:
    """Play; a cache that is cut off, cannot be read or finds no room on the disk costs time and nothing else."""
    try:
        play(world, arrivals)
    except Exception as error:  # what is compiled raises nothing
        if not isinstance(play, Dispatcher):
            raise
        LOG.warning("compiled code could not be kept in %s or read from there: %s", play.stats.cache_path, error)
        (play if play.signatures else _not_kept())(world, arrivals)


def make_ready() -> None:
    """Compile the loop, or load what was compiled before: a play without people that ends before its first minute."""
    one, four, eight = (np.zeros((0, 0), dtype=kind) for kind in (np.int8, np.int32, np.int64))
    nothing = World(
        rule=np.zeros(F.end, dtype=np.int64), people=four, node=four, case=four, child=four, told=four, mark=one,
        pool=eight, small=eight, due=np.zeros(0, dtype=np.int32), event=eight, heap=eight,
    )  # fmt: skip
    _run(nothing, np.zeros((2, 0), dtype=np.int64))


# --- the door -------------------------------------------------------------------------------------------------------


def simulate(plan: Plan, facilities: Facilities) -> History:
    """Play a plan.

    Parameters
    ----------
    plan : Plan
        Stages of ``n`` people.
    facilities : Facilities

    Returns
    -------
    History
        Of the same ``n`` people, up to the last minute played: that of the reference engine, in every column.

    Raises
    ------
    ConservationError
        If a unit is given back that nobody held.
    PlanError
        If the plan asks for a minute that is over, or refers somebody whom no court hears.
    """
    world = _world(plan, facilities)
    _run(world, _arrivals(plan))
    _complain(world.rule)
    return _history(plan, facilities, world)


def _pack(rows: np.ndarray, table: Any, names: Any) -> None:
    """Write columns of a table into rows of a matrix."""
    for name in names._fields[:-1]:
        rows[getattr(names, name)] = getattr(table, name)


def _lay(small: np.ndarray, **rows: tuple[int, Any]) -> None:
    """Write arrays at the beginnings of rows of a matrix."""
    for row, values in rows.values():
        small[row, : np.size(values)] = values


def _arrivals(plan: Plan) -> np.ndarray:
    """Minutes and cases of arrivals in their order, int64, shape (2, k)."""
    order = np.argsort(plan.case_at, kind="stable").astype(np.int64)
    return np.stack([plan.case_at[order].astype(np.int64), order])


def _spans(sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """First row of each of several tables laid one after another, and the row after its last."""
    ends = np.cumsum(np.array(sizes, dtype=np.int64))
    return ends - np.array(sizes, dtype=np.int64), ends


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*arrays, np.zeros(0, dtype=np.int64)]).astype(np.int64)


def _world(plan: Plan, facilities: Facilities) -> World:
    """The world before anything happens."""
    people, schedules = plan.path.size, _schedules(facilities)
    told, mark = _blank(plan, people)
    room = EVENTS_A_PERSON * people + len(schedules) + plan.detained_size.size + 1
    return World(
        rule=_rules(plan, facilities, room),
        people=_people(plan, people),
        node=_nodes(people),
        case=_cases(plan),
        child=_children(plan),
        told=told,
        mark=mark,
        pool=_pools(schedules, plan, facilities),
        small=_small(schedules, plan, facilities),
        due=np.full(max(facilities.horizon - facilities.first_minute, 0), NOBODY, dtype=np.int32),
        event=np.empty((room, W.end), dtype=np.int64),
        heap=np.empty((W.next, room), dtype=np.int64),
    )


def _people(plan: Plan, people: int) -> np.ndarray:
    """Plan and state of people."""
    rows = np.zeros((S.end, people), dtype=np.int32)
    _pack(rows, plan, P)
    _pack(rows, plan, M)
    for row in (S.case_of, S.resident_row, S.parent_of, S.held_parent, S.desk_told):
        rows[row] = NOBODY
    # Residents stand before all cases, and cases follow one another without gaps.
    rows[S.case_of, people - int(plan.case_size.sum()) :] = np.repeat(
        np.arange(plan.case_size.size, dtype=np.int32), plan.case_size
    )
    rows[S.resident_row, plan.resident] = np.arange(plan.resident.size, dtype=np.int32)
    return rows


def _cases(plan: Plan) -> np.ndarray:
    rows = np.empty((K.end, plan.case_first.size), dtype=np.int32)
    _pack(rows, plan, K)
    return rows


def _children(plan: Plan) -> np.ndarray:
    rows = np.empty((C.end, plan.phone_minutes.size), dtype=np.int32)
    for name in C._fields[:-1]:
        column, row = getattr(plan, name), getattr(C, name)
        if column.ndim == 1:
            rows[row] = column
        else:
            several = column.shape[1] * column.shape[2]
            rows[row : row + several] = column.reshape(column.shape[0], several).T
    return rows


def _blank(plan: Plan, people: int) -> tuple[np.ndarray, np.ndarray]:
    """A history in which nothing has happened: moments, and codes."""
    told = np.full((T.end, people), NEVER_, dtype=MOMENT)
    told[T.a_number] = 0
    mark = np.zeros((Y.end, people), dtype=np.int8)
    _pack(mark, plan, B)
    mark[Y.held_pool] = NOBODY
    mark[H.bed_kind] = mark[H.load] = -1
    return told, mark


def _rules(plan: Plan, facilities: Facilities, room: int) -> np.ndarray:
    """Single numbers; pools are numbered in the order of `_schedules`."""
    transport, mail, reunions = facilities.transport, facilities.mail, facilities.reunions
    stations, kinds = len(facilities.agents), len(facilities.beds)
    known = {
        "people": plan.path.size,
        "first_minute": facilities.first_minute,
        "horizon": facilities.horizon,
        "stations": stations,
        "desk": stations,
        "first_bed": stations + 1,
        "family_places": stations + 1 + kinds,
        "first_coordinators": stations + 1 + kinds + 1,
        "team": stations + 1 + kinds + 1 + stations,
        "centre": stations + 1 + kinds + 1 + stations + 1,
        "desk_minutes": facilities.desk_minutes,
        "court_notice": facilities.court_notice,
        "court_lead": facilities.court_lead,
        "opens_at": transport.opens_at,
        "closes_at": transport.closes_at,
        "notice": transport.notice,
        "weekend_per_mille": transport.weekend_per_mille,
        "number_block": facilities.number_block,
        "per_diverted": facilities.children_per_diverted_agent,
        "separated_per_mille": facilities.separated_per_mille,
        "pace_first_day": facilities.pace.first_day,
        "handling_minutes": mail.handling_minutes,
        "tries": mail.tries,
        "lost_in_outage": mail.lost_in_outage,
        "order_at": reunions.order_at,
        "review_minutes": reunions.review_minutes,
        "vetting_minutes": reunions.vetting_minutes,
        "reprocessing_minutes": reunions.reprocessing_minutes,
        "pools": len(_schedules(facilities)),
        "designs": facilities.designs.begins_at.size,
        "pauses": facilities.pauses.begins_at.size,
        "residents": plan.resident.size,
        "detained": plan.detained_size.size,
        "pace_days": facilities.pace.done.size,
        "room": room,
        "free_event": NOBODY,
    }
    return np.array([known.get(name, 0) for name in F._fields[:-1]], dtype=np.int64)


def _schedules(facilities: Facilities) -> list[Schedule]:
    """Capacities in the order of pools."""
    return [
        *facilities.agents,
        facilities.desk,
        *facilities.beds,
        facilities.family_places,
        *facilities.coordinators,
        facilities.team,
        facilities.centre,
    ]


def _nodes(people: int) -> np.ndarray:
    nodes = np.zeros((N.end, 2 * people), dtype=np.int32)
    nodes[N.waits_in] = NOBODY
    return nodes


def _pools(schedules: list[Schedule], plan: Plan, facilities: Facilities) -> np.ndarray:
    """Pools, of which the first are the agents of the stations."""
    pools = np.zeros((len(schedules), L.end), dtype=np.int64)
    first, end = _spans([one.at.size for one in schedules])
    pools[:, Q.step_next], pools[:, Q.step_end] = first + 1, end
    pools[:, Q.capacity] = [one.capacity[0] for one in schedules]
    pools[:, Q.meter_since] = pools[:, Q.ring_minute] = facilities.first_minute
    pools[:, Q.ring_size] = 1
    pools[:, Q.head : Q.ring_minute] = NOBODY
    count = len(facilities.agents)
    stations = pools[:count]
    stations[:, L.free_desks] = [one.capacity.max() for one in facilities.agents]
    stations[:, L.rated_children] = facilities.rated_children[:count]
    stations[:, L.docket_of] = facilities.docket_of[:count]
    stations[:, L.guided_at] = facilities.designs.guided_at[:count]
    stations[:, L.outage_first] = np.searchsorted(plan.outage_station, np.arange(count), side="left")
    stations[:, L.outage_end] = np.searchsorted(plan.outage_station, np.arange(count), side="right")
    return pools


def _small(schedules: list[Schedule], plan: Plan, facilities: Facilities) -> np.ndarray:
    """Everything that is counted neither by people nor by pools, in rows as long as the longest."""
    pace = facilities.pace
    most = [int(one.capacity.max()) for one in facilities.agents]
    lengths = (
        sum(one.at.size for one in schedules),
        pace.done.size,
        plan.resident.size,
        plan.detained_size.size,
        plan.outage_begins.size,
        facilities.designs.thresholds.size,
        facilities.mail.notice_minutes.size,
        sum(docket.at.size for docket in facilities.dockets),
        max(most),
        len(schedules),
    )
    small = np.zeros((J.end, max(lengths) + 1), dtype=np.int64)
    _lay(
        small,
        at=(X.step_at, np.concatenate([one.at for one in schedules])),
        capacity=(X.step_capacity, np.concatenate([one.capacity for one in schedules])),
        done=(E.pace_done, pace.done),
        a_minute=(E.pace_per_minute, pace.per_minute),
        begins=(J.begins, plan.outage_begins),
        ends=(J.ends, plan.outage_ends),
        **{f"desks_{station}": (A.desks + station, np.arange(desks)) for station, desks in enumerate(most)},
        **{name: (getattr(R, name), getattr(plan, name)) for name in R._fields[:-1]},
        **{name: (getattr(D, name), getattr(plan, name)) for name in D._fields[:-1]},
    )
    _lay_courts(small, facilities)
    _lay_designs(small, facilities)
    return small


def _lay_courts(small: np.ndarray, facilities: Facilities) -> None:
    dockets, pauses = facilities.dockets, facilities.pauses
    first, end = _spans([docket.at.size for docket in dockets])
    _lay(
        small,
        at=(U.sitting_at, _joined([docket.at for docket in dockets])),
        parents=(U.slots_parents, _joined([docket.for_parents for docket in dockets])),
        others=(U.slots_others, _joined([docket.for_others for docket in dockets])),
        first=(V.sitting_first, first),
        end=(V.sitting_end, end),
        begins=(Z.pause_begins, pauses.begins_at),
        ends=(Z.pause_ends, pauses.ends_at),
        kind=(Z.pause_kind, pauses.bed_kind),
        above=(Z.pause_above, pauses.above_per_mille),
    )


def _lay_designs(small: np.ndarray, facilities: Facilities) -> None:
    designs = facilities.designs
    _lay(
        small,
        begins=(G.design_begins, designs.begins_at),
        kept=(G.is_kept, designs.is_kept),
        searchable=(G.is_searchable, designs.is_searchable),
        seen=(G.is_seen, designs.is_seen),
        automatic=(G.is_automatic, designs.is_automatic),
        intake=(G.design_intake, designs.intake_minutes),
        parting=(G.design_parting, designs.parting_minutes),
        thresholds=(G.thresholds, designs.thresholds.ravel()),
        notice=(G.notice, facilities.mail.notice_minutes),
    )


def _history(plan: Plan, facilities: Facilities, world: World) -> History:
    """The matrices of the history as its table, without a copy."""
    columns: dict[str, np.ndarray] = {name: world.told[getattr(T, name)] for name in T._fields[:-1]}
    for name in H._fields[:-1]:
        codes = world.mark[getattr(H, name)]
        columns[name] = codes.view(np.bool_) if name.startswith("is_") else codes
    return History(
        first_minute=facilities.first_minute,
        horizon=facilities.horizon,
        apprehended_at=plan.apprehended_at,
        desk=world.people[S.desk_told].astype(np.int16),
        **columns,
    )


def _complain(rule: np.ndarray) -> None:
    """Raise what the loop could not."""
    what, minute, now, rank, entity = rule[F.error : F.end].tolist()
    if what == ERR_PAST:
        raise PlanError(f"minute {minute} lies before {now}, where the plan stands (rank {rank}, entity {entity})")
    if what == ERR_NO_COURT:
        raise PlanError(f"case {entity} is referred for prosecution at a station whose adults no court hears")
    if what == ERR_ROOM:
        raise ConservationError("more events are pending than people can meet with")
    if what == ERR_RETURNED:
        raise ConservationError(f"pool {entity}: more given back than taken at minute {minute}")
