"""Columns of names: what their heading says, since names have no check and no list."""

from __future__ import annotations

from typing import Final

from isa_guard.scan.identifiers.words import heading_words
from isa_guard.uk.identifiers.checks import listed

_NAME_WORDS: Final = listed(
    "surname surnames forename forenames firstname lastname fullname middlename givenname familyname alias aliases"
)
_NAME: Final = listed("name names")
_PART: Final = listed(
    "first last full given family middle maiden preferred fore sur known as legal former previous"
)
_PERSON: Final = listed(
    "victim suspect witness officer patient pupil nominal offender defendant complainant subject person contact child"
    " parent next of kin manager owner staff employee driver keeper prisoner applicant requester tenant member learner"
    " student carer guardian doctor gp author customer client informant detainee aggrieved reporter investigator oic"
    " handler caller resident claimant holder the s"
)


def names_people(heading: str) -> bool:
    """Whether a heading says that names of persons stand below it: `surname`, `Full name`, `victim_name`, `officer`.

    Every word must be known: `station_name` and `file name` are headed as names too, of other things.
    """
    words = heading_words(heading)
    if not words or not words <= _NAME_WORDS | _NAME | _PART | _PERSON:
        return False
    if words & _NAME_WORDS or words == _NAME & words:
        return True
    return bool(words & _NAME and words & (_PART | _PERSON)) or words <= _ROLES


_ROLES: Final = listed(
    "victim suspect witness officer nominal offender defendant complainant driver keeper prisoner oic investigator"
)
