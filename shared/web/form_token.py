"""The token in a public form: signed, without a cookie (a frame on another site has none). Missing or stale, it is a score, never a refusal."""

from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from shared.clock import utc_now
from shared.tokens import new_id

MAX_AGE_S = 24 * 3600
MIN_FILL_S = 3.0


@dataclass(frozen=True)
class FormProof:
    """What a posted form shows of its past. `fill_s` is how long it was open, None when the token is missing or forged."""

    submission_id: UUID | None
    fill_s: float | None
    is_expired: bool = False

    @property
    def is_too_fast(self) -> bool:
        """Whether no person types that fast."""
        return self.fill_s is not None and self.fill_s < MIN_FILL_S


class FormTokens:
    """Makes and reads the tokens of one form."""

    def __init__(self, secret_key: str, form: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt=f"form:{form}")

    def issue(self) -> str:
        """A token that carries a new submission id and its time."""
        return self._serializer.dumps(str(new_id()))

    def read(self, token: str | None) -> FormProof:
        """What the token shows; an unusable one shows nothing."""
        if not token or len(token) > 500:
            return FormProof(None, None)
        try:
            value, issued_at = self._serializer.loads(token, max_age=MAX_AGE_S, return_timestamp=True)
        except SignatureExpired:
            return FormProof(None, None, is_expired=True)
        except BadSignature:
            return FormProof(None, None)
        return FormProof(UUID(value), (utc_now() - issued_at).total_seconds())
