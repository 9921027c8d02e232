"""Who is at the counter: users, passwords, sessions, tokens, and the permission types of every route."""
