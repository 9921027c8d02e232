"""Who is connected where, and the one-use tickets that open a socket without a token in the address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class ConnectedUser(Base):
    """A user has a socket at this gateway. Unlogged: after a crash nobody is connected, and that is the truth."""

    __tablename__ = "connected_users"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    gateway: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Refreshed by the gateway's heartbeat; rows that stopped being refreshed are ignored and swept.
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class SocketTicket(Base):
    """A one-use, short-lived right to open a socket. Only its hash is stored."""

    __tablename__ = "socket_tickets"

    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    session_id: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
