"""The same core over files, without Kafka: a pool that survives its pages, and a folder that can be resumed."""
