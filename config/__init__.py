"""What is configured: settings of the program, the policy of a centre, widget accounts, and a whole demo centre."""
