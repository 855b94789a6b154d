"""One running pair for every fault, and the two forms of each."""

from collections.abc import Iterator

import pytest

from tests.faults.enduring import LONG, SHORT, Form, Trial
from tests.faults.stand import Stand


@pytest.fixture(scope="package")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The pair, running; on a real disk, because a temporary directory may be in memory."""
    with Stand(tmp_path_factory.mktemp("faults")).running() as running:
        yield running


FORMS = [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    """How much."""
    chosen: Form = request.param
    return chosen


@pytest.fixture
def trial(stand: Stand, form: Form, request: pytest.FixtureRequest) -> Trial:
    """A new page of the books, and clients who have not begun."""
    stand.wait_until_ready()
    return Trial(stand, form, request.node.name)
