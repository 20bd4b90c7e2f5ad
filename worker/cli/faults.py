"""How errors of the system are told to a user."""


def told(error: Exception) -> str:
    """`pages.jsonl: Permission denied`, without the system's number for it; other errors as they say themselves."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)
