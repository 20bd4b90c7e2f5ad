"""The pure core: pages in, outcomes out. No Kafka, clock, environment, log or random number below this package."""
