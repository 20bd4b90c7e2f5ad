"""The messages of Newsmill: what comes in, what goes out, and the one codec between them and bytes."""
