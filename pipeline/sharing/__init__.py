"""Aggregates that leave the house: no group of fewer people than the floor is shown or can be computed.

people          whose figures a metric tells, from the line `-- people:` of its file; what never leaves, and why
small_groups    which groups are hidden
files           the folder that is handed over
check           what is left over in such a folder, counted once more and otherwise
"""

from pipeline.sharing.check import check_share
from pipeline.sharing.files import Share, whole, write_share
from pipeline.sharing.people import People, Table, large_enough, read_table, shareable
from pipeline.sharing.small_groups import hide_linked, hide_small

__all__ = [
    "People",
    "Share",
    "Table",
    "check_share",
    "hide_linked",
    "hide_small",
    "large_enough",
    "read_table",
    "shareable",
    "whole",
    "write_share",
]
