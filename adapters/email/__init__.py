"""E-mail: mailboxes in and out. Mails are fetched or taken, not called for: there is no webhook."""
