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
  borderops run run.replications=20 run.workers=4            more replications, more at a time
  borderops run window.end=2018-06-30 'arrivals.stations=[yuma,el_paso]'   a shorter window, two sectors
  borderops run orr.beds.age_0_12=900                        one kind of bed, the same number on every day
  borderops run policy=limited_separation                    another option of a group
  borderops run arrivals=file arrivals.file=my_arrivals.csv  your own arrivals
  borderops run run.outputs=elsewhere                        another folder for the results

What can be set:   borderops show settings, borderops show register
Interrupting:      Ctrl-C keeps the replications that are finished; a second Ctrl-C quits at once
Exit codes:        0 done, 2 wrong input, 4 some replications failed, 130 interrupted
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
borderops list [scenarios | stations | kpis | policies | groups]

Examples
  borderops list                 scenarios: the question each one asks
  borderops list policies        options for policy=
  borderops list groups          all config groups and their options
  borderops list stations        where people are met: agents by shift and holding places
  borderops list kpis            what each figure means
"""

SHOW = """\
borderops show settings | register | scenario [NAME] [key=value ...]

Examples
  borderops show settings                                  all settings as YAML
  borderops show settings scenario=family_unity            the same of another scenario
  borderops show settings > mine.yaml                      a scenario of your own to start from
  borderops show register                                  every parameter: value, unit, grade, range, source
  borderops show register referral.desk.workers_day=9      values that are not the shipped ones are marked *
  borderops show scenario zero_tolerance_2018              its question, and what it changes
"""

COMPLETION = """\
borderops completion bash | zsh | fish

Prints a script that completes commands, scenarios, groups and settings when you press the tab key.

  bash   eval "$(borderops completion bash)"           put the line into ~/.bashrc to keep it
  zsh    eval "$(borderops completion zsh)"            put the line into ~/.zshrc, after compinit
  fish   borderops completion fish | source            or write it to ~/.config/fish/completions/borderops.fish
"""

HELP: Final = {"run": RUN, "trace": TRACE, "list": LIST, "show": SHOW, "completion": COMPLETION}
"""By the name of the command."""
