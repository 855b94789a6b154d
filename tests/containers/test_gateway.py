"""The whole school behind one host name: who comes in, what gets out, and what never passes the gateway."""

import re
from email import message_from_string, policy
from email.message import EmailMessage

import pytest

from tests.containers.stack import Stack
from tests.containers.visitors import Crowd, Visitor, a_question, a_registration
from tests.containers.waiting import wait_until
from tests.journeys.maildir import text_of, waited_for

WEBS_OF = {
    database: f"SELECT DISTINCT client_addr FROM pg_stat_activity WHERE application_name = '{database}-web'"
    for database in ("inquiry", "enrollment")
}
WORKERS = "SELECT name FROM process WHERE role = 'worker' AND seen_at > now() - interval '30 seconds'"
PASSWORD = "a long enough password 7"
INNER = [
    "/health/ready",
    "/health/live",
    "/metrics",
    "/mailbox",
    "/mailbox/x",
    "//metrics",
    "/%6Detrics",
    "/./metrics",
    "/METRICS",
    "/metrics/",
    "/health%2Fready",
    "/ask/../metrics",
    "/static/inquiry/%2e%2e/%2e%2e/metrics",
]


def a_letter(school: Stack, recipient: str, words: str) -> str:
    """The text of a delivered letter to the address that has the words."""

    def look() -> str | None:
        found = school.inside(
            "inquiry-worker", "sh", "-c", f"grep -l '^Delivered-To: {recipient}' -r /mail || true"
        )
        for path in re.findall(r"/mail/new/\S+", found):
            letter = message_from_string(school.inside("inquiry-worker", "cat", path), policy=policy.default)
            assert isinstance(letter, EmailMessage)
            if words in text_of(letter):
                return text_of(letter)
        return None

    return waited_for(f"a letter to {recipient} with “{words}”", look, within_s=90)


def test_a_first_director_comes_in_by_the_link_in_inits_log(school: Stack) -> None:
    links = re.findall(r"(http\S+)(/account/first/\w+)", school.logs("init"))
    assert {host for host, _ in links} == {school.url}
    link, browser = links[-1][1], Visitor(school.url)
    person = {"name": "Dora Vance", "email": "dora@school.example", "password": PASSWORD}
    assert browser.fill_in(link, **person).url.endswith("/sign-in")
    assert browser.get(link).status == 410
    assert browser.fill_in("/sign-in", email=person["email"], password=PASSWORD).status == 200
    assert browser.get("/desk").url.startswith(f"{school.url}/desk")
    assert browser.get("/office/").status == 200


def test_a_question_by_the_form_is_answered_by_mail(school: Stack, visitor: Visitor) -> None:
    asked = {"name": "Ada", "email": "ada@askers.example", "question": "When does the next class begin?"}
    thanked = visitor.fill_in("/ask", **asked)
    reference = thanked.url.rsplit("/", 1)[1]
    assert re.fullmatch(r"Q-\w+", reference)
    token = school.inside(
        "inquiry-web", "python", "-m", "inquiry_service", "token", "--as", "director"
    ).split()[-1]
    bearer, inquiries = f"Bearer {token}", "/api/inquiry/v1/inquiries"
    listed = visitor.get(inquiries, Authorization=bearer).json()["items"]
    (inquiry,) = [item for item in listed if item["reference"] == reference]
    answer = {"body": "It begins on Monday.", "based_on": None}
    answered = visitor.post(
        f"{inquiries}/{inquiry['id']}/replies", answer, Authorization=bearer, Idempotency_Key="reply-of-ada"
    )
    assert answered.status == 201
    assert school.url in a_letter(school, asked["email"], "It begins on Monday.")


def test_a_seat_is_taken_and_confirmed_by_mail(school: Stack, visitor: Visitor, section_id: str) -> None:
    path, person = a_registration(section_id)("ben")
    registered = visitor.post(path, person, Idempotency_Key="registration-of-ben")
    assert (registered.status, registered.json()["status"]) == (201, "confirmed")
    assert school.url in a_letter(school, person["email"], registered.json()["reference"])


@pytest.mark.parametrize("path", INNER)
def test_what_belongs_to_a_process_never_passes_the_gateway(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status == 404
    assert "frontdesk_" not in answer.text


def test_an_address_that_a_visitor_makes_up_counts_for_nothing(school: Stack, visitor: Visitor) -> None:
    path, values = a_question("spoof")
    made_up = {
        "X_Forwarded_For": "203.0.113.9, 203.0.113.10",
        "X_Real_IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }
    assert visitor.post(path, values, Idempotency_Key="spoof", **made_up).status == 201
    counted = school.inside("redis", "redis-cli", "keys", "LIMITS*")
    assert "inquiry:ask" in counted
    assert "203.0.113" not in counted


def test_the_gateway_s_word_on_an_address_counts(school: Stack) -> None:
    ask = (
        "import urllib.request as u; r = u.Request('http://127.0.0.1:8000/ask', headers={'X-Forwarded-For': '198.51.100.7'}); "
        "u.urlopen(r)"
    )
    school.inside("inquiry-web", "python", "-c", ask)
    assert "198.51.100.0/24" in school.inside("redis", "redis-cli", "keys", "LIMITS*")


def test_three_of_each_share_the_work(school: Stack, section_id: str) -> None:
    school.scale(enrollment_web=3, inquiry_web=3, inquiry_worker=3)
    with Crowd(school.url, a_question) as askers, Crowd(school.url, a_registration(section_id)) as students:
        for database in ("inquiry", "enrollment"):
            assert wait_until(lambda database=database: len(school.sql(database, WEBS_OF[database])) == 3, 90)
        assert askers.heard(201, 50)
        assert students.heard(201, 50)
    assert wait_until(lambda: len(school.sql("inquiry", WORKERS)) == 3, 60)
    assert set(askers.statuses) == set(students.statuses) == {201}
    assert school.tracebacks() == []
