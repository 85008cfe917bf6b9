"""Cases, pure: their policy, keywords, and the arithmetic of their milestones."""
