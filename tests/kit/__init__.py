"""What tests of the worker share: topics on a broker, pages in, records out, the command as a process."""
