"""A Postfix of the test's own: on loopback, in a temporary folder, with our relay's usual work. Stopped by its process id."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stand import free_port
from tests.roads.waiting import wait_until

ABSENT = (
    "no Postfix on this machine"
    if shutil.which("postfix") is None
    else ("Postfix wants root" if os.geteuid() else "")
)
REFUSED, PUT_OFF = "never@example.com", "later@example.com"
_SERVICES = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
_SETTINGS = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.riverside.example
mydestination =
local_transport = error:nobody lives here
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{{refused} = 550 5.7.1 not to them}}, {{{put_off} = 450 4.2.0 greylisted}} }}, permit
relayhost = [127.0.0.1]:{outside}
transport_maps = inline:{{ {{riverside.example = lmtp:inet:127.0.0.1:{home}}} }}
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
notify_classes =
"""


@dataclass(frozen=True)
class Postfix:
    """What mail for others goes through. Mail for riverside.example goes home, by LMTP."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """The SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def says(self, words: str) -> bool:
        """Whether that stands in its log."""
        return words in self.log.read_text()


@contextmanager
def running_postfix(*, outside: int, home: int) -> Iterator[Postfix]:
    """`outside` is the port of the server for everybody else, `home` that of our own listener."""
    base = Path(tempfile.mkdtemp(prefix="frontdesk-postfix-"))
    base.chmod(0o755)  # its programs run as its own user
    port = free_port()
    config = base / "config"
    for folder in (config, base / "queue", base / "data"):
        folder.mkdir()
    shutil.chown(base / "data", "postfix")
    values = {"base": base, "outside": outside, "home": home, "refused": REFUSED, "put_off": PUT_OFF}
    (config / "main.cf").write_text(_SETTINGS.format(**values))
    (config / "master.cf").write_text(_SERVICES.format(port=f"127.0.0.1:{port}"))
    output = (base / "output").open("wb")
    process = subprocess.Popen(
        ["postfix", "-c", str(config), "start-fg"], stdout=output, stderr=output, start_new_session=True
    )
    try:
        log = base / "log"
        wait_until(
            lambda: log.exists() and "starting the Postfix mail system" in log.read_text(),
            "Postfix has started",
        )
        yield Postfix(port, log)
    finally:
        subprocess.run(["postfix", "-c", str(config), "stop"], capture_output=True, check=False)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)
        output.close()
        shutil.rmtree(base, ignore_errors=True)
