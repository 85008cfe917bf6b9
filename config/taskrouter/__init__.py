"""Policies from elsewhere: Twilio TaskRouter workflows and workspaces, read and written as a policy of this house."""
