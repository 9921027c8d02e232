"""Who the customer or the member of staff is: users, passwords, sessions, tokens, and the permission types of every route."""
