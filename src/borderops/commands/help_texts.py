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

HELP: Final = {"run": RUN, "list": LIST, "show": SHOW, "completion": COMPLETION}
"""By the name of the command."""
