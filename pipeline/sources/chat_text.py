"""A chat as it is pasted from a screen: who and when before the words, or on a line of their own above them.

Keskustelu 42 – 2.3.2026 klo 9.15
[09.15.00] Maija (asiakaspalvelija): Hei, kuinka voin auttaa?
Asiakas klo 9.15: Moi

A line that names nobody belongs to the turn before. A name that is no role becomes a label; where two speak and one is
called the customer, the other is the agent. Names without a time count as speakers where they are roles or come again.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import whole_text

DAY = r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})|(?P<iso>\d{4}-\d{2}-\d{2}))"
WHEN = rf"(?:{DAY}[ T,]{{0,3}})?(?:klo ?)?(?P<hour>[01]?\d|2[0-3])[.:](?P<minute>[0-5]\d)(?:[.:](?P<second>[0-5]\d))?"
WHO = r"(?P<name>[^\W\d_][^:;,<>|\[\]{}()\"]{0,40}?)(?: ?\((?P<role>[^()]{1,30})\))?"
TIMED = [
    re.compile(rf"[\[(]?{WHEN}[\])]?[ \t]*[-–—|,]?[ \t]*{WHO}:(?:[ \t]+(?P<words>.*)|$)"),
    re.compile(rf"{WHO},?[ \t]+[\[(]?{WHEN}[\])]?(?::[ \t]*(?P<words>.*)|[ \t]*$)"),
    re.compile(rf"[\[(]?{WHEN}[\])]?[ \t]*[-–—|,]?[ \t]*{WHO}(?P<words>)$"),
]
UNTIMED = re.compile(rf"{WHO}:(?:[ \t]+(?P<words>.*)|$)")
NAMED = re.compile(rf"{WHO}$")
HEADER = re.compile(rf"(?P<title>[^\[(\d].{{0,80}}?)[ \t]*[-–—,:(]?[ \t]*(?:{DAY})(?:[ T,]{{0,3}}(?:klo )?[\d.:]{{3,8}})?\)?$")
NUMBER = re.compile(r"(?:keskustelu|chat|conversation|istunto|tunniste|id)\b\D{0,10}?([\w-]*\d[\w-]*)", re.IGNORECASE)
EVENT = re.compile(r".{1,80}\b(?:liittyi|poistui|joined|left|siirsi|sulki|päätti)\b.{0,30}\b(?:keskustelu|chat|conversation)\w*\W*$", re.I)
UNSAID = {"järjestelmä", "system", "huomautus"}
BREAK = re.compile(r"\r\n|\r|\n")
