"""What `flufl.bounce` knows of the notices of many mail programs. It is given our own parts, so that nothing is parsed a second time."""

from email.message import Message

from flufl.bounce import all_failures

from inquiry_service.mail import mime
from inquiry_service.mail.delivery_status import blocks_of, cleaned
from inquiry_service.mail.mime import Part

MAX_READ = 20_000  # bytes of a part: its patterns look at every line, and the letter that came back is not what they look for
MAX_LINE = 300


def addresses_in(mail: Part) -> tuple[str, ...]:
    """The failed recipients that it finds, in no order of theirs; none where it stumbles."""
    try:
        delayed, failed = all_failures(_as_message(mail))
    except Exception:  # it was made for mails that another parser had mended
        return ()
    found = sorted(address.decode("ascii", "replace") for address in failed or delayed)
    return tuple(address for each in found if (address := cleaned(each)))


def _as_message(part: Part) -> Message:
    message = Message()
    for name, value in part.headers.fields:
        if name != "content-transfer-encoding":
            message[name] = " ".join(value.split())
    if part.described.get_content_maintype() == "multipart" and part.parts:
        message.set_payload([_as_message(child) for child in part.parts])
    elif part.type == "message/rfc822" and part.parts:
        message.set_payload([_as_message(part.parts[0])])
    elif part.type == "message/delivery-status":
        message.set_payload([_fields(block) for block in blocks_of(_text(part))])
    else:
        message.set_payload(_text(part))
    return message


def _fields(block: dict[str, str]) -> Message:
    message = Message()
    for name, value in block.items():
        message[name] = value
    return message


def _text(part: Part) -> str:
    text = mime.text_of(part, MAX_READ)[0]
    return "\n".join(line[:MAX_LINE] for line in text.splitlines())
