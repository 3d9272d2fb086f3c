"""What each command says of itself, apart from the commands, so that help needs nothing but words."""

from __future__ import annotations

from typing import Final

RUN = """\
borderops run [scenario=NAME] [key=value ...]

Plays a scenario several times, each time with other luck, and writes a report, tables and a manifest to
outputs/<day>/<time>-<scenario>/.

Examples
  borderops run                                              the season of 2018, four replications
  borderops run scenario=family_unity                        another scenario; see: borderops list
  borderops run scenario=my_folder/my_scenario.yaml          a scenario of your own
  borderops run run.replications=20 compute.workers=4            more replications, more at a time
  borderops run window.end=2018-06-30 'arrivals.stations=[yuma,el_paso]'   a shorter window, two sectors
  borderops run orr.beds.age_0_12=900                        one kind of bed, the same number on every day
  borderops run policy=limited_separation                    another option of a group
  borderops run arrivals=file arrivals.file=my_arrivals.csv  your own arrivals
  borderops run run.outputs=elsewhere                        another folder for the results
  borderops run precision.children_separated=5%              as many replications as that takes, 40 at least
  borderops run run.engine=simpy                             the engine to be read; the same results, slower
  borderops run compute=dask compute.address=tcp://host:8786   on a cluster

Finished trials are kept (trials.store, otherwise outputs/trials) and never played again: ask for 50 more replications,
and exactly 50 are played; failed or interrupted ones are tried again by the same command.

What can be set:   borderops show settings, borderops show register
Interrupting:      Ctrl-C keeps the replications that are finished; a second Ctrl-C quits at once
Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

COMPARE = """\
borderops compare KEY=A,B[,C...] [key=value ...]

Plays the same people with the same luck under several scenarios, and tells for each KPI the difference to the first
one: paired, with interval, ratio, the chance that a season has less of it, corrected for comparing several at once;
and whose stories differ, and why. Writes report, tables and a manifest to outputs/<day>/<time>-compare-<scenario>/.

Examples
  borderops compare scenario=zero_tolerance_2018,prepared_2018,family_unity
  borderops compare tracking=e3_april_2018,shared_record run.replications=40
  borderops compare orr.beds.age_0_12=1500,2350,3000 precision.share_over_72h_separated=10%

Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

SWEEP = """\
borderops sweep KEY=A,B[,C...] [KEY=...] [key=value ...]      also: borderops run -m ...

Plays every combination of values and writes one tidy table and a picture. All points are checked before the first is
played. Values are separated by commas, or written as Hydra does: range(1500,3000,500), choice(a,b).

Examples
  borderops sweep orr.beds.age_0_12=1500,2000,2500,3000
  borderops sweep 'orr.beds.age_0_12=range(1500,3001,500)' policy=zero_tolerance,limited_separation

Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

UNCERTAINTY = """\
borderops uncertainty [points=20] [vary=KEY,...] [key=value ...]

Draws everything that nobody knows for sure from the ranges of the register (assumed and fitted parameters; those of one
entry move together), plays each such point several times, and tells for each KPI how much of the doubt comes from the
inputs and how much from chance, and where one season may lie. Values that you set yourself stay.

Examples
  borderops uncertainty                                   20 points of 4 replications, everything with a range
  borderops uncertainty points=50 vary=orr,referral       shelters and the way there
  borderops uncertainty scenario=prepared_2018 run.replications=8

Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

VALIDATE = """\
borderops validate [points=100] [key=value ...]

Plays the worlds that published figures speak of (the season of 2018, the pilot in El Paso, what was foreseen), each
replication with a point of the fitted sample, and sets every figure in scope beside its simulated 90 % interval: in or
out, how wide, and why it is missed where it is. Writes the scorecard as a table (CSV, Parquet), for programs
(scorecard.json) and as a report with pictures to outputs/<day>/<time>-validate/.

Of a scenario that is asked as of a day (study.as_of), the season is forecast from what was known on that day and set
beside what happened, misses included; that judges no fit.

Examples
  borderops validate                                  100 points of the shipped sample
  borderops validate points=400 compute.workers=4     more of them, more at a time
  borderops validate inputs.sample=my_fit/sample.yaml another sample, as borderops fit wrote it
  borderops validate inputs.sample=null               the values as they stand: chance alone

Exit codes:        0 the fit holds, 1 it does not, 2 wrong input, 4 some replications failed, 130 interrupted
"""

FIT = """\
borderops fit [waves=3] [points=200] [sample=100] [truths=50] [among=KEY,...] [name=NAME | into=FILE] [key=value ...]

Finds values that agree with what was published: plays points in the ranges of everything graded fitted, learns a quick
stand-in for each published figure, plays the next wave where something is left open, and draws a sample of what may be
believed at the end. Tells which figures see which values, which values they cannot tell apart, and whether planted
truths are found again. Writes posterior.yaml and .csv, tables, fit.json and a report to
outputs/<day>/<time>-fit-<scenario>/. Nothing is added for a model that is wrong: a figure out of reach is told.

  waves=N      waves of points                       points=N    points of each wave
  sample=N     points of the sample                  truths=N    points of the first wave that are planted; 0: none
  among=KEY    what is fitted: beginnings of keys; otherwise everything graded fitted
  name=NAME    the sample also as posteriors/NAME.yaml in run.outputs, for inputs.sample=; never over another one
  into=FILE    the sample also there, replacing what is there

Examples
  borderops fit                                            the whole fit; resumes where it was cut off
  borderops fit name=mine                                  then: run inputs.sample=outputs/posteriors/mine.yaml
  borderops fit waves=1 points=100 among=orr,transport     a first look at some values
  borderops fit scenario=foreseen_2018                     as of a day: to what was known then, and nothing later

Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

SCORE = """\
borderops score PACK task=TASK output=FILE | baseline=NAME [kind=KIND] [threshold=0.5] [part=SCHEME:PART] [key=FOLDER]

Compares what a tool put out with the answer key of a data pack: precision, recall and the like with 90 % intervals by
weighing families anew, by country, age, sector and surname. Writes a report, tables and score.json to
outputs/<day>/<time>-score-<task>/. Nothing of the output is kept or shown but its digest and numbers of rows: it may
hold real data. An output with anything wrong in it is not scored; every problem is told with the first rows concerned.

TASK
  T1   the same person in several systems                    pairs or clusters
  T2   parent and child whom no family unit links            pairs
  T3   a child in HHS's portal and the parent elsewhere      pairs
  T4   which children were separated                         list
  T5   which entries of lists are false, who is missing      list
  T6   wrong cells, and what ought to stand there            cells, or list: rows that are wrong as a whole
  T7   what the texts of notes tell of a family              facts
  T8   messages and the child that each is about             pairs
  T9   how many separated children stand in no source        estimate

OUTPUT, CSV (UTF-8, commas, a header) or Parquet; other columns are not read
  pairs      table_l, rec_id_l, table_r, rec_id_r and, if there is one, score (0 to 1; linked from threshold on)
  clusters   table, rec_id, cluster
  list       table, rec_id
  cells      table, rec_id, field and, for a repair, value (empty: no proposal, or that the cell ought to be empty)
  facts      table, rec_id, fact (separation, child_given, child_age), value (yes for a separation)
  estimate   estimate and, if there are any, low and high; one row
PART, of answer_key/split.parquet: family:test, time:test or sector:test judges these people alone (train likewise)

NAME of a baseline
  same_number (T1, T8), same_name (T1), report_draft and report_refined (T2), hhs (T3), official_list (T4),
  by_number (T5), checks, two_systems and twice (T6), patterns (T7), two_lists (T9)

Examples
  borderops score my_pack task=T2 output=links.csv                 what a tool linked
  borderops score my_pack task=T2 output=links.parquet threshold=0.9
  borderops score my_pack task=T1 output=people.csv kind=clusters part=family:test
  borderops score my_pack task=T2 baseline=report_refined          the published rule on the same pack
  borderops score my_pack task=T6 output=cells.csv key=elsewhere/answer_key

Exit codes:        0 done, 2 wrong input, 130 interrupted
"""

DATASET = """\
borderops dataset [size=SIZE] [tier=TIER] [formats=FORMAT,...] [recipe=FILE] [into=FOLDER] [replication=N]
                  [key=value ...]

Writes records of people as several systems hold them, with the mistakes of those who wrote them, and, apart, an answer
key: everybody, every link, every error with its cause, splits, and labels for linkage and data-quality tools.
Everybody in it is invented; A-numbers have ten digits, so that none can be anybody's.

  size=1k 10k 100k 1M   people: whole apprehension events of a history at full scale (10k); all: everybody in the window
  tier=calm             few separations, 2017
  tier=surge            three times as many families, 2019
  tier=policy_season    the season of 2018 (this one, if none is given); scenario=... plays any other instead
  formats=              parquet (always), csv, csv_dialect (as each system writes), sqlite, duckdb,
                        jsonl and mbox (mail), xlsx (spreadsheets of stations); postgresql: also into the database
                        of BORDEROPS_POSTGRESQL (environment), a schema a pack
  into=FOLDER           where to; else <outputs>/<day>/<time>-dataset-<tier>-<size>
  recipe=FILE           rates of errors of your own in place of those shipped: CSV with columns type, rate and, for a
                        rate of one field, field (given or e3_subject.given); type others for all that are not named
  replication=N         another one of the same seed (1)

Examples
  borderops dataset                                                ten thousand people of the season of 2018
  borderops dataset size=1k formats=csv into=pack                  a small one, as CSV too
  borderops dataset tier=surge size=100k formats=parquet,duckdb    a large one to query
  borderops dataset size=all 'arrivals.stations=[yuma]' window.start=2018-05-01 window.end=2018-05-31   one sector, May
  borderops dataset size=10k tracking=shared_record                the same people under another tracking design
"""

TRIALS = """\
borderops trials list [scenario=NAME]
borderops trials prune [scenario=NAME] [kind=histories] [older_than_days=N] [all=true] [yes=true]

Finished trials are kept so that none is played twice. `prune` takes away what no present command can use (trials of
other versions, broken files); all=true takes present ones too. Without yes=true it only tells what would go.

Examples
  borderops trials list                                   scenario, seed, number, size, by which version
  borderops trials prune                                  what would go
  borderops trials prune all=true kind=histories yes=true       keep figures alone, which are small

Where they are:    trials.store=FOLDER, otherwise the folder trials in run.outputs
"""

TRACE = """\
borderops trace [FAMILY] [replication=N] [scenario=NAME] [key=value ...]

Plays one replication and tells what happened to one family, minute by minute: who, where, what was waited for and how
long, and when 72 hours had passed. Writes a picture (trace.html) and the events (events.csv) to
outputs/<day>/<time>-trace-<scenario>/. Everybody is invented, and so is every name.

FAMILY
  typical         of the separated families, the one nearest the median of a child's longest time in CBP's hands
  longest         of the separated families, the one with the longest such time
  rejoined        rejoined at the station, at least in part; nearest the median of those
  together        a family that stayed together; nearest the median of those
  never_grouped   a family that said it is one and was not written down; nearest the median of those
  undisclosed     a family that never said it was one; nearest the median of those
  aged_out        a child who turned 18 in CBP's hands, or else in a shelter; nearest the median of those
  reunited        a separated child who was with a parent again after a shelter; nearest the median of those
  parent_abroad   a separated child whose parent was removed without it; nearest the median of those
  lost_message    a separated child about whom mail was lost; nearest the median of those
  NUMBER          the family with the number of a party, of a person, or an A-number

Examples
  borderops trace                                          a typical separated family
  borderops trace longest                                  the longest custody of all
  borderops trace rejoined replication=3                   in another replication
  borderops trace together scenario=family_unity           under another scenario
  borderops trace typical window.end=2018-06-10 'arrivals.stations=[yuma]'   a shorter window, one sector: quicker
  borderops trace longest run.beside=null                  without the same family under another policy: quicker
"""

LIST = """\
borderops list [scenarios | stations | kpis | policies | groups | criteria | facts]

Examples
  borderops list                 scenarios: the question each one asks
  borderops list policies        options for policy=
  borderops list groups          all config groups and their options
  borderops list stations        where people are met: agents by shift and holding places
  borderops list kpis            what each figure means
  borderops list criteria        what borderops readiness judges by: limit, confidence, ground, owner
  borderops list facts           what of a plan it reads off the settings
"""

SHOW = """\
borderops show settings | register [WORD ...] | scenario [NAME] [key=value ...] | criteria [NAME or FILE.yaml]

Examples
  borderops show settings                                  all settings as YAML
  borderops show settings scenario=family_unity            the same of another scenario
  borderops show settings > mine.yaml                      a scenario of your own to start from
  borderops show register                                  every parameter: value, unit, grade, range, source
  borderops show register grade=fitted                     of one grade: fitted, observed or assumed
  borderops show register orr transport.travel             those whose keys begin so
  borderops show register tornillo                         those that tell of a word: key, unit or source
  borderops show register referral.desk.workers_day=9      values that are not the shipped ones are marked *
  borderops show scenario zero_tolerance_2018              its question, and what it changes
  borderops show criteria > mine.yaml                      criteria of your own to start from
"""

COMPLETION = """\
borderops completion bash | zsh | fish

Prints a script that completes commands, scenarios, groups and settings when you press the tab key.

  bash   eval "$(borderops completion bash)"           put the line into ~/.bashrc to keep it
  zsh    eval "$(borderops completion zsh)"            put the line into ~/.zshrc, after compinit
  fish   borderops completion fish | source            or write it to ~/.config/fish/completions/borderops.fish
"""

READINESS = """\
borderops readiness [criteria=NAME or FILE.yaml] [pilot=NAME or FILE.csv] [pilot_points=120] [stress=all or NAME,...]
                    [watch=N] [key=value ...]

Judges a plan before it starts: plays its season many times, with families kept together beside it, and holds seasons
and plan against criteria that are fixed and hashed before the first draw. GO needs every criterion shown to be met in
nine seasons of ten, at an error of 5 % over all of them; NO-GO needs one shown not to be; else the evidence is not
enough. What is missing blocks a GO. GO speaks of capacity and record-keeping, neither of lawfulness nor of merit.

The 60 replications are twice what the shipped criteria need: 29 show nine in ten only if none is bad. Writes two
pages with an annex, the review for programs (review.json) and tables to outputs/<day>/<time>-readiness-<scenario>/.

  pilot=NAME      does the pilot alone already show the failure? and the plan with its inputs weighed by the pilot
  stress=NAME,... the same plan under each stress beside: verdict, time to overload, time to recover; all: every one
  watch=N         learn what to watch in the first week from N seasons across the uncertain inputs, where those of the
                  review all end alike; without it, from the seasons of the review

Examples
  borderops readiness                                     the season of 2018 by the shipped criteria
  borderops readiness scenario=foreseen_2018              what could be known on 4 May 2018, from that day's knowledge
  borderops readiness scenario=prepared_2018              tracking, beds, mail and guidance ready before the start
  borderops readiness criteria=my_criteria.yaml           criteria of your own; start from borderops show criteria
  borderops readiness run.replications=200                more seasons, where the evidence was not enough
  borderops readiness scenario=scale_up_2017 pilot=el_paso_2017
  borderops readiness scenario=prepared_2018 stress=mail_outage,provider_closing

Exit codes:        0 GO, 1 NO-GO, 2 wrong input, 3 not enough evidence, some replications failed among it,
                   4 none was finished, 130 interrupted
"""

CAPACITY = """\
borderops capacity lever=NAME[,NAME...] | lever=packages [criteria=NAME or FILE.yaml] [judged=NAME,...]
                   [low= high= step=] [most=80] [among=NAME[:LEVEL],...] [largest=N] [key=value ...]

Finds the least of a resource for which criteria hold, with evidence on both sides of the answer; of several resources
the points of which nothing can be lowered by itself; or the smallest packages that turn NO-GO into GO. Every level
meets the same people with the same luck. Seasons are added where the evidence is not enough; a search that was cut off
goes on by the same command. Writes report, tables and capacity.json to outputs/<day>/<time>-capacity-<scenario>/.

LEVER
  beds.age_0_12, beds.girls_13_17, beds.boys_13_17    more shelter beds of a kind
  coordinators, coordinators_at_night                 more juvenile coordinators: in all by day, a station at night
  agents, intake_desk, joint_team                     more agents a shift, workers of ORR's desk, of the joint team
  court_slots, court_slots_for_parents                more court slots a day: shared as the others are, or for parents
  tracking, mail, training, guidance                  a better design, referrals by machine, who was told how
  fewer_referrals                                     per cent fewer family adults referred
  start                                               days later, also of a stress; what goes live on a date stays
  packages                                            sets of levers, each at one level: among=agents:9,tracking:3

  judged=NAME,...   criteria that decide, or beginnings of their names; otherwise those that the lever moves; all: all
  low=, high=, step=    levels that are searched, one for each lever
  most=N            replications of a level at most; fewer where the verdict is clear earlier
  largest=N         levers of a package at most

Examples
  borderops capacity lever=beds.age_0_12 judged=beds,nobody     beds for children of 12 and under
  borderops capacity lever=start low=0 high=40                  the earliest start, given when each design goes live
  borderops capacity lever=beds.age_0_12,intake_desk judged=nobody     what would do together
  borderops capacity lever=packages scenario=foreseen_2018      what it takes to turn NO-GO into GO

Exit codes:        0 found, 1 nothing of the range holds, 2 wrong input, 3 not enough evidence,
                   4 some replications failed, 130 interrupted
"""

SENSITIVITY = """\
borderops sensitivity [method=morris] [points=N] [vary=KEY,...] [groups=1 | 2 | each] [levers=NAME,...]
                      [criteria=NAME or FILE.yaml | at_most.KPI=VALUE at_least.KPI=VALUE ...] [kpis=NAME,...]
                      [false_go=9] [false_no_go=1] [key=value ...]

Varies what nobody knows for sure, in the ranges of the register, and tells what moves the figures that criteria speak
of, in which region GO becomes NO-GO, and what is worth finding out before the verdict. Where a fitted sample is chosen
(inputs.sample) all that it speaks of moves together, from one of its points to another. Writes a report, tables and
sensitivity.json to outputs/<day>/<time>-sensitivity-<scenario>/.

  method=morris   a screen: does a group of inputs move a figure at all? (10 walks over all groups)
  method=sobol    which input makes how much of it; regions; what is worth knowing (64 rows)
  points=N        walks of a screen, rows of Sobol's method (best a power of two); more go on after those played
  vary=KEY,...    beginnings of keys; otherwise everything in doubt
  groups=1        inputs whose keys begin with the same word move together (2: two words; each: one by one)
  levers=NAME     levers of the plan too, over their levels; without vary= levers alone
  criteria=NAME   whose figures and limits are meant; otherwise the default ones of borderops readiness
  at_most.KPI=V   a limit of your own in place of criteria; at_least.KPI=V the other way
  kpis=NAME,...   figures to be told of, in place of those of the criteria
  false_go=9      how bad a false GO is, beside a false NO-GO (false_no_go=1)

Two replications of each point, unless run.replications says otherwise; more rows tell more than more replications. What
it costs is told first; finished trials are kept, and the same command goes on after them.

Examples
  borderops sensitivity                                                    a screen of everything
  borderops sensitivity method=sobol vary=orr,referral,stations groups=1   shares, regions, worth of knowing
  borderops sensitivity method=sobol levers=beds.age_0_12,coordinators     where in the space of plans GO begins
  borderops sensitivity vary=courts groups=each inputs.sample=null         every doubt about courts by itself
  borderops sensitivity method=sobol vary=transport at_most.share_over_72h_separated=0.3

Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
"""

HELP: Final = {
    "run": RUN,
    "compare": COMPARE,
    "sweep": SWEEP,
    "uncertainty": UNCERTAINTY,
    "validate": VALIDATE,
    "fit": FIT,
    "readiness": READINESS,
    "capacity": CAPACITY,
    "sensitivity": SENSITIVITY,
    "dataset": DATASET,
    "score": SCORE,
    "trials": TRIALS,
    "trace": TRACE,
    "list": LIST,
    "show": SHOW,
    "completion": COMPLETION,
}
"""By the name of the command."""
