"""The loop on topics in memory, under a scheduler that fails at every step: thousands of schedules a minute."""
