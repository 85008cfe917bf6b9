"""Cases in PostgreSQL: each changed under its lock; lists, feed and views beside."""
