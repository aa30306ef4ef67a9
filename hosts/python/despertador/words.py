"""The words of the contract: each class is a variant of `wit/types.wit`.

Made from it by `BLESS=1 cargo test -p despertador-generate`; change the
contract, not this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Type, TypeVar, Union


@dataclass(frozen=True)
class Other:
    """A word that this version of the contract has no case for: do the harmless thing."""

    word: str

    def __str__(self) -> str:
        return self.word


_W = TypeVar("_W", bound="Words")


class Words(Enum):
    """Words of which a later contract may have more."""

    @classmethod
    def of(cls: Type[_W], word: str) -> Union[_W, Other]:
        """The word, or `Other` if the contract does not have it."""
        try:
            return cls(word)
        except ValueError:
            return Other(word)

    def __str__(self) -> str:
        return str(self.value)


class TicketStatus(Words):
    """Whether a ticket can still be worked on. `other` is treated as not open: nothing is done."""

    OPEN = "open"
    """Being handled, in whatever way."""
    CLOSED = "closed"
    """Closed, by whomever."""
    MERGED = "merged"
    """Made part of another ticket."""
    DELETED = "deleted"
    """Gone."""


class Channel(Words):
    """Where the customer writes. `other` reports no typing and reopens no ticket."""

    WHATSAPP = "whatsapp"
    """WhatsApp."""
    MESSENGER = "messenger"
    """Facebook Messenger."""
    INSTAGRAM = "instagram"
    """Instagram direct messages."""
    TELEGRAM = "telegram"
    """Telegram."""
    APPLE_MESSAGES = "apple-messages"
    """Apple Messages for Business."""
    SMS = "sms"
    """Text messages."""
    EMAIL = "email"
    """E-mail."""
    WEB_CHAT = "web-chat"
    """A chat window on a web page."""
    MOBILE_APP = "mobile-app"
    """A chat inside a mobile app."""
    VOICE = "voice"
    """Telephone."""


class Author(Words):
    """Who wrote. `other` neither starts, moves nor stops the clock."""

    CUSTOMER = "customer"
    """The person who asks."""
    AGENT = "agent"
    """A human of the company."""
    AI_AGENT = "ai-agent"
    """An AI that answers as an agent would; counts where the policy says so."""
    BOT = "bot"
    """Automation."""


class MessageKind(Words):
    """What a message is. `other` counts from a customer and does not count from an agent, so
    that an unknown kind can stop a clock and never start one.
    
    Words inside `other` that are known: `deleted`, a message that was deleted for everybody,
    which counts from nobody; `survey-answer`, the customer's answer to a survey, which stops
    no clock and opens no ticket.
    """

    TEXT = "text"
    """Words."""
    MEDIA = "media"
    """A picture, a recording, a file, a contact card."""
    STICKER = "sticker"
    """A sticker."""
    LOCATION = "location"
    """A place."""
    MENU_ANSWER = "menu-answer"
    """The choice of a menu entry or a button."""
    REACTION = "reaction"
    """A reaction to a message; counts from a customer where the policy says so."""
    PRIVATE_NOTE = "private-note"
    """A note that the customer does not see."""
    LABEL = "label"
    """A label put on or taken off."""
    EDIT = "edit"
    """A change of an older message."""
    RECEIPT = "receipt"
    """A receipt of delivery or of reading."""


class Origin(Words):
    """What caused a message to be sent. `other` is treated as `automation`."""

    WRITTEN = "written"
    """A person or an AI agent answered, in any application, the channel's own included."""
    AUTOMATIC_REPLY = "automatic-reply"
    """An answering machine (mail with `Auto-Submitted`, an absence message)."""
    AUTOMATION = "automation"
    """Automation, though it may carry an agent's name."""
    ECHO = "echo"
    """An action of this plugin, echoed back by the channel."""


class Source(Words):
    """Who or what caused an opening, a close or a reopening. `other` matches no filter."""

    AGENT = "agent"
    """A human of the company."""
    CUSTOMER = "customer"
    """The customer."""
    INACTIVITY = "inactivity"
    """This plugin."""
    FLOW = "flow"
    """A bot's flow."""
    API = "api"
    """Another program, by an interface of the platform."""


class FailureKind(Words):
    """Why an action could not be carried out. `other` is treated as `refused`."""

    UNREACHABLE = "unreachable"
    """The receiver could not be reached or answered with errors until the host gave up."""
    REFUSED = "refused"
    """The channel refused this message."""
    BLOCKED = "blocked"
    """The customer has blocked us or is gone: nothing more can be sent."""


class Audience(Words):
    """For whose eyes a message is. A host that meets `other` sends nothing and reports `failed`."""

    CUSTOMER = "customer"
    """The customer."""
    PEOPLE_IN_CHARGE = "people-in-charge"
    """The people in charge: an internal note, which warns no customer."""


class MissedCall(Words):
    """What becomes of a missed call. `other` means nothing."""

    NOTHING = "nothing"
    """Nothing: no call was missed, or neither an open ticket nor a rule has a use for it."""
    ON_TICKET = "on-ticket"
    """It is recorded on the open ticket."""
    NEW_TICKET = "new-ticket"
    """A missed-call ticket is opened."""


class Survey(Words):
    """Whether the customer is asked how it was. `other` means no."""

    NO = "no"
    """Not asked."""
    NOW = "now"
    """Asked now."""
    LATER = "later"
    """Asked later, at a time that the host chooses."""


class ExitState(Words):
    """Whether a flow has the inactivity exit. `other` is treated as `unknown`."""

    UNKNOWN = "unknown"
    """There is no flow, or nobody looked."""
    LINKED = "linked"
    """It exists and leads to a block."""
    NOT_LINKED = "not-linked"
    """It is missing or leads nowhere: a policy that closes is refused."""
    NOT_SUPPORTED = "not-supported"
    """The block is of a version that has no such exit: a policy that closes is refused."""


class Severity(Words):
    """How bad a problem is. `other` is treated as `error`."""

    ERROR = "error"
    """The policy is refused (red)."""
    WARNING = "warning"
    """The policy is accepted and somebody should look (yellow)."""
