"""Accounts, organisations, and what binds them."""

from .account import Account, AccountManager
from .membership import Invitation, Member, Token
from .organisation import Certificate, NameDecision, Organisation, YearFigures
from .recovery import Recovery
from .webhook import Webhook, WebhookDelivery

__all__ = [
    "Account",
    "AccountManager",
    "Certificate",
    "Invitation",
    "Member",
    "NameDecision",
    "Organisation",
    "Recovery",
    "Token",
    "Webhook",
    "WebhookDelivery",
    "YearFigures",
]
