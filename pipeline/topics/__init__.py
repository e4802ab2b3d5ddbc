"""What customers speak of at a touchpoint, grouped by itself, whether or not a taxonomy knows it: `tunnepolku topics`.

clusters   groups of vectors, and whether they come again in other samples
stretches  what is stored, as a vector and words for each stretch of a conversation
finding    the topics with their words and figures
names      a TOML file with the names that analysts give them
"""

from pipeline.topics.finding import COLUMNS, Topic, find_topics, rows
from pipeline.topics.names import add_names, load_names
from pipeline.topics.stretches import read_stretches

__all__ = ["COLUMNS", "Topic", "add_names", "find_topics", "load_names", "read_stretches", "rows"]
