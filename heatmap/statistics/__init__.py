"""What so many sessions can tell: shares, differences, and how sure one may be of them.

The session is the unit throughout: one visitor who clicks forty times is one session.
"""
