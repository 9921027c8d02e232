"""Every table of the bank, imported once: for Alembic, and for a reader who wants the list."""

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.database import Base
from app.edge.idempotency import IdempotencyRecord
from app.events.models import DeadLetter, Delivery, InboxEntry, OutboxBundle, Unsent
from app.identity.models import RefreshToken, User, UserSession
from app.ledger.models import Block, Hold, LedgerAccount, Movement
from app.notifications.models import Notification
from app.realtime.models import ConnectedUser, SocketTicket
from app.transactions.models import Transaction

__all__ = [
    "Account",
    "AuditEntry",
    "Base",
    "Block",
    "ConnectedUser",
    "DeadLetter",
    "Delivery",
    "Hold",
    "IdempotencyRecord",
    "InboxEntry",
    "LedgerAccount",
    "Movement",
    "Notification",
    "OutboxBundle",
    "RefreshToken",
    "SocketTicket",
    "Transaction",
    "Unsent",
    "User",
    "UserSession",
]
