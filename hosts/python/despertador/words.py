"""The words of the contract: each class is a variant of `wit/types.wit`.

Generated from it by `BLESS=1 cargo test -p despertador-generate`; change the
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
    """The status of a ticket. `other` is treated as not open: nothing is done."""

    OPEN = "open"
    """Open."""
    CLOSED = "closed"
    """Closed by anybody."""
    MERGED = "merged"
    """Merged into another ticket."""
    DELETED = "deleted"
    """Deleted."""


class Channel(Words):
    """The channel on which the customer writes. `other` reports no typing and reopens no ticket."""

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
    """The customer."""
    AGENT = "agent"
    """A human agent of the company."""
    AI_AGENT = "ai-agent"
    """An AI that answers like an agent; counts if the policy says so."""
    BOT = "bot"
    """Automation."""


class MessageKind(Words):
    """The kind of a message. `other` counts from a customer but not from an agent, so that an
    unknown kind can stop a clock but never start one.
    
    Known words in `other`: `deleted`, a message that was deleted for everybody, which never
    counts; `survey-answer`, the customer's answer to a survey, which stops no clock and opens
    no ticket.
    """

    TEXT = "text"
    """Text."""
    MEDIA = "media"
    """An image, a recording, a file, a contact card."""
    STICKER = "sticker"
    """A sticker."""
    LOCATION = "location"
    """A location."""
    MENU_ANSWER = "menu-answer"
    """The choice of a menu entry or a button."""
    REACTION = "reaction"
    """A reaction to a message; counts from a customer if the policy says so."""
    PRIVATE_NOTE = "private-note"
    """A note that the customer does not see."""
    LABEL = "label"
    """A label that was added or removed."""
    EDIT = "edit"
    """An edit of an older message."""
    RECEIPT = "receipt"
    """A delivery or read receipt."""


class Origin(Words):
    """What caused a message. `other` is treated as `automation`."""

    WRITTEN = "written"
    """A person or an AI agent answered, in any application, including the channel's own."""
    AUTOMATIC_REPLY = "automatic-reply"
    """An auto-responder (mail with `Auto-Submitted`, an absence message)."""
    AUTOMATION = "automation"
    """Automation, even under an agent's name."""
    ECHO = "echo"
    """An action of this plugin, echoed back by the channel."""


class Source(Words):
    """Who or what caused an opening, a close or a reopening. `other` matches no filter."""

    AGENT = "agent"
    """A human agent of the company."""
    CUSTOMER = "customer"
    """The customer."""
    INACTIVITY = "inactivity"
    """This plugin."""
    FLOW = "flow"
    """A bot's flow."""
    API = "api"
    """Another program, through an interface of the platform."""


class FailureKind(Words):
    """Why an action could not be carried out. `other` is treated as `refused`."""

    UNREACHABLE = "unreachable"
    """The receiver could not be reached or answered with errors until the host gave up."""
    REFUSED = "refused"
    """The channel refused this message."""
    BLOCKED = "blocked"
    """The customer has blocked the account or no longer exists: nothing more can be sent."""


class Audience(Words):
    """Who sees a message. A host that receives `other` sends nothing and reports `failed`."""

    CUSTOMER = "customer"
    """The customer."""
    PEOPLE_IN_CHARGE = "people-in-charge"
    """The people in charge: an internal note, which is no warning for the customer."""


class MissedCall(Words):
    """What happens to a missed call. `other` means nothing."""

    NOTHING = "nothing"
    """Nothing: no call was missed, or neither an open ticket nor a rule uses it."""
    ON_TICKET = "on-ticket"
    """It is recorded on the open ticket."""
    NEW_TICKET = "new-ticket"
    """A missed-call ticket is opened."""


class Survey(Words):
    """Whether the customer gets a survey. `other` means no."""

    NO = "no"
    """None."""
    NOW = "now"
    """Now."""
    LATER = "later"
    """Later, at a time that the host chooses."""


class ExitState(Words):
    """Whether a flow has the inactivity exit. `other` is treated as `unknown`."""

    UNKNOWN = "unknown"
    """There is no flow, or it was not checked."""
    LINKED = "linked"
    """It exists and leads to a block."""
    NOT_LINKED = "not-linked"
    """It is missing or leads nowhere: a policy that closes is refused."""
    NOT_SUPPORTED = "not-supported"
    """The block is of a version that has no such exit: a policy that closes is refused."""


class Severity(Words):
    """How severe a problem is. `other` is treated as `error`."""

    ERROR = "error"
    """The policy is refused (red)."""
    WARNING = "warning"
    """The policy is accepted, but somebody should check it (yellow)."""
