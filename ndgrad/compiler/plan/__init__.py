"""From a program to a plan: fusion, kernel specifications, buffer assignment, memory, steps."""
