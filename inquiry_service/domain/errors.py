"""What this domain refuses, each with a stable code."""

from shared.errors import DomainError, Forbidden, NotFound
from shared.phrases import phrase


class NoSuchInquiry(NotFound):
    """No inquiry has that id or link."""

    code = "no-such-inquiry"
    title = phrase("There is no such inquiry")


class NoSuchReply(NotFound):
    """No reply has that id in that inquiry."""

    code = "no-such-reply"
    title = phrase("There is no such reply")


class NothingToTake(NotFound):
    """Nobody waits unassigned."""

    code = "nothing-to-take"
    title = phrase("Nobody is waiting")


class TakenBySomebodyElse(DomainError):
    """Another person has the inquiry."""

    code = "taken"
    title = phrase("Somebody else has this inquiry")


class ThreadChanged(DomainError):
    """The reply was written before something newer came in. `newer` lists it."""

    code = "thread-changed"
    title = phrase("Something new came in since this reply was begun")


class AlreadyOnItsWay(DomainError):
    """The undo came after the window."""

    code = "already-on-its-way"
    title = phrase("The answer is already on its way")


class TooLateToUndo(NotFound):
    """The move was another person's, or is too long ago."""

    code = "too-late-to-undo"
    title = phrase("This can no longer be undone")


class NotHeld(DomainError):
    """Only a held (or failed) reply can be sent or discarded by hand."""

    code = "not-held"
    title = phrase("This reply is not held")


class NoAddress(DomainError):
    """Nobody can be written to: staff took the question down without an address."""

    code = "no-address"
    title = phrase("There is no email address to answer to: call, or hand the answer over")


class OtherAddress(DomainError):
    """The two were asked from different addresses: a person must say that it is one person."""

    code = "other-address"
    title = phrase("These two were asked from different addresses")


class WrongMove(DomainError):
    """The inquiry's status does not allow that."""

    code = "wrong-move"
    title = phrase("That is not possible in this state")


class WrongSignIn(Forbidden):
    """The name or the password is not right; which of them is not said."""

    code = "wrong-sign-in"
    title = phrase("That email address and password do not belong together")


class SecondFactorNeeded(DomainError):
    """The password was right; a code is still owed. `step` is the secret with which it is given."""

    code = "second-factor-needed"
    title = phrase("A code from your telephone is needed")

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step


class WrongCode(Forbidden):
    """The code is not right, or was used before."""

    code = "wrong-code"
    title = phrase("That code is not right")


class LinkExpired(DomainError):
    """The link was used, is too old, or was never ours."""

    code = "link-expired"
    kind = "gone"
    title = phrase("This link no longer works")


class NoSuchStaff(NotFound):
    """No account has that address or id."""

    code = "no-such-staff"
    title = phrase("There is no such account")


class NoSuchSession(NotFound):
    """No open session of this person has that id."""

    code = "session-not-found"
    title = phrase("There is no such session")


class NoSuchToken(NotFound):
    """No token of this person has that id."""

    code = "token-not-found"
    title = phrase("There is no such token")


class NoSuchPublishedAnswer(NotFound):
    """No published answer has that id."""

    code = "no-such-published-answer"
    title = phrase("There is no such published answer")


class SavedReplyChanged(DomainError):
    """The words that were to be changed are not the ones that stand there now."""

    code = "saved-reply-changed"
    title = phrase("Somebody else changed this saved reply meanwhile")


class NoSuchSavedReply(NotFound):
    """No saved reply has that id, or it is another person's own."""

    code = "no-such-saved-reply"
    title = phrase("There is no such saved reply")


class NoSuchVersion(NotFound):
    """The draft has no such earlier text."""

    code = "no-such-version"
    title = phrase("There is no such earlier text")


class NoSuchFile(NotFound):
    """The reply has no such file."""

    code = "no-such-file"
    title = phrase("There is no such file")


class DraftChanged(DomainError):
    """Another page saved another text meanwhile. `body` and `version` are what is kept."""

    code = "draft-changed"
    title = phrase("This draft was changed on another page")


class NotADraft(DomainError):
    """The reply is on its way, or sent."""

    code = "not-a-draft"
    title = phrase("This reply is no draft any more")
