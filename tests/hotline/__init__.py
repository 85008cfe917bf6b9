"""A soak of telephone calls: a whole server, Twilio played, people on both sides, every feature and every fault."""
