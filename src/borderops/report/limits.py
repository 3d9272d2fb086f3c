"""What this version does not model, one sentence each; in every report, so that nobody reads more into a figure."""

from __future__ import annotations

from typing import Final

LIMITS: Final = (
    "No system of record is written yet: links between parents and children are all true links, and none is lost, so "
    "the report says nothing of unrecorded families, official counts or lists.",
    "Referral to ORR is one delay and one desk; mails that are lost, outages and coordinators' shifts are not played.",
    "Courts hear whoever has a slot; several sittings a day, serious charges and judges' discretion are not played.",
    "Reunification after a child has left the station is not played, by request or by court order; stays in shelters "
    "end as the published releases do.",
    "Sponsors, shelters and family detention have no places: distance and travel between centres are not modelled.",
    "Arrivals do not respond to the policy. The same people come under every scenario.",
    "Families, ages, kin and names are drawn independently from published shares; what goes together in the world, "
    "beyond what the shares say, does not go together here.",
)
