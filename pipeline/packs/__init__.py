"""The weekly pack of each team: one page in Finnish for its meeting, masked, never about a person.

weeks     a week by its ISO number, and the weeks before that it is compared with
reading   what a page tells: which teams are large enough, which talks and words may be shown
markup    HTML in which everything is escaped
style     how it looks, on a screen and on paper
page      the page of a team
folder    the folder: searched for personal data, written whole or not at all
"""

from pipeline.packs.folder import write_packs
from pipeline.packs.page import page
from pipeline.packs.reading import Pack, read_packs
from pipeline.packs.weeks import Week

__all__ = ["Pack", "Week", "page", "read_packs", "write_packs"]
