"""Tests of the Python host; `hosts/python/test` runs them."""

import os
from pathlib import Path

from despertador import Author, Channel, Message, Ticket

REPOSITORY = Path(__file__).resolve().parents[3]

COMPONENT = os.environ["DESPERTADOR_COMPONENT"]
HOSTILE = os.environ["DESPERTADOR_HOSTILE"]
COMMAND = os.environ["DESPERTADOR"]

START = 1_800_000_000_000
MINUTE = 60_000

CONFIG = """{
  "version": "2026-11", "language": "es",
  "rules": [ {
    "departments": "any", "count-from": "last-agent-message", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ]
  } ]
}"""


def ticket(id: str = "4711", department: str = "support") -> Ticket:
    return Ticket(id, Channel.WHATSAPP, department=department)


def customer(minute: int) -> Message:
    return Message(Author.CUSTOMER, START + minute * MINUTE)


def agent(minute: int) -> Message:
    return Message(Author.AGENT, START + minute * MINUTE)
