"""The asv suite, and in `_cases` the table of cases that it shares with ``peers.py``."""
