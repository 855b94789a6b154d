"""A mail that its server cannot give: whoever asks for its bytes is told so, in one of three ways."""

from collections.abc import Callable

from tests.roads.interposed import HangUp


def poisoned(uid: str, way: str) -> Callable[[str, bytes], bytes | None]:
    """What the link does before a command: the mail with that UID `says no`, `hangs up` or `gives nothing`."""

    def before(verb: str, line: bytes) -> bytes | None:
        words = line.decode().split()
        if verb != "UID FETCH" or b"BODY.PEEK" not in line or not _names(words[3], uid):
            return None
        if way == "hangs up":
            raise HangUp
        answer = "NO [SERVERBUG] Internal error" if way == "says no" else "OK Fetched"
        return f"{words[0]} {answer}\r\n".encode()

    return before


def _names(uids: str, uid: str) -> bool:
    pairs = [part.split(":") for part in uids.split(",")]
    return any(int(pair[0]) <= int(uid) <= int(pair[-1]) for pair in pairs)
