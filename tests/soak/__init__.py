"""Chaos on a real cluster: seeded schedules of faults, and after each the proof that every page came out once."""
