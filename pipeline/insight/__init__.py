"""Statistics that SQL cannot do, asked for like metrics: `tunnepolku query NAME`.

An insight is a function from a connection, and options with defaults, to column names and rows. What it reads stands
in `sql/insights/NAME.sql`, whose first comments say of what comes out what those of a metric say; a line `-- option:`
there names each option.

bursts        words that customers have begun to use
running       metrics and insights by name
reading       what they are made of, as columns
jackknife     intervals where turns of one agent are not independent
empathy       what agents' moves do to customers
synchrony     whose feeling follows whose
comparing     models compared on people they have not seen
experience    CX on EX: models compared
pillars       the weakest of CX, UX and brand, or their mean
segments      CX on EX by touchpoint and team, pooled in part
importance    the map of touchpoints: what matters, and how it is felt
"""

from pipeline.insight.running import INSIGHTS, named, run

__all__ = ["INSIGHTS", "named", "run"]
