"""What this domain refuses, each with a stable code."""

from shared.errors import DomainError, Forbidden, NotFound


class NoSuchInquiry(NotFound):
    """No inquiry has that id or link."""

    code = "no-such-inquiry"
    title = "There is no such inquiry"


class NoSuchReply(NotFound):
    """No reply has that id in that inquiry."""

    code = "no-such-reply"
    title = "There is no such reply"


class NothingToTake(NotFound):
    """Nobody waits unassigned."""

    code = "nothing-to-take"
    title = "Nobody is waiting"


class TakenBySomebodyElse(DomainError):
    """Another person has the inquiry."""

    code = "taken"
    title = "Somebody else has this inquiry"


class ThreadChanged(DomainError):
    """The reply was written before something newer came in. `newer` lists it."""

    code = "thread-changed"
    title = "Something new came in since this reply was begun"


class AlreadyOnItsWay(DomainError):
    """The undo came after the window."""

    code = "already-on-its-way"
    title = "The answer is already on its way"


class NotHeld(DomainError):
    """Only a held (or failed) reply can be sent or discarded by hand."""

    code = "not-held"
    title = "This reply is not held"


class WrongMove(DomainError):
    """The inquiry's status does not allow that."""

    code = "wrong-move"
    title = "That is not possible in this state"


class WrongSignIn(Forbidden):
    """The name or the password is not right; which of them is not said."""

    code = "wrong-sign-in"
    title = "That email address and password do not belong together"


class LinkExpired(DomainError):
    """The link was used, is too old, or was never ours."""

    code = "link-expired"
    kind = "gone"
    title = "This link no longer works"


class NoSuchStaff(NotFound):
    """No account has that address or id."""

    code = "no-such-staff"
    title = "There is no such account"
