"""Letters' words: laid out once for many, and each the same as if it had been rendered alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from shared.letter_rendering import LetterTemplates, letter_templates

SHARED = {"greeting": "Guten Tag & <hello>", "number": 3}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> LetterTemplates:
    folder = tmp_path_factory.mktemp("letters")
    _write(folder, "subject", "{{ greeting }}: {{ reference }}\n")
    _write(folder, "txt", "{{ greeting }}, {{ number }}\n\n{{ link }} {{ reference }}\n")
    _write(
        folder,
        "html",
        "<style>a { color: red }</style><p>{{ greeting }} {{ reference }}</p><a href='{{ link }}'>{{ link }}</a>",
    )
    return letter_templates(folder)


def _write(folder: Path, ending: str, words: str) -> None:
    (folder / f"note.{ending}").write_text(words, encoding="utf-8")


@given(link=st.text(min_size=1, max_size=60), reference=st.text(min_size=1, max_size=12))
def test_a_filled_letter_is_the_rendered_one(templates: LetterTemplates, link: str, reference: str) -> None:
    own = {"link": link, "reference": reference}
    assert templates.fill("note", SHARED, own) == templates.render("note", {**SHARED, **own})


def test_letters_with_the_same_shared_data_are_laid_out_once(
    templates: LetterTemplates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []
    render = templates.render

    def note(template: str, data: object) -> object:
        rendered.append(data)
        return render(template, data)  # type: ignore[arg-type]

    monkeypatch.setattr(templates, "render", note)
    for number in range(20):
        shared = {**SHARED, "number": number % 2 + 100}
        filled = templates.fill("note", shared, {"link": f"https://a.example/{number}", "reference": "Q-1"})
        assert f"{number % 2 + 100}\n\nhttps://a.example/{number} Q-1" in filled.text
    assert len(rendered) == 2


def test_a_value_that_html_would_write_otherwise_is_escaped(templates: LetterTemplates) -> None:
    words = templates.fill("note", SHARED, {"link": "https://a.example/?a=1&b=<c>", "reference": "Q-1"})
    assert "a=1&amp;b=&lt;c&gt;" in words.html
    assert "a=1&b=<c>" in words.text


def test_a_missing_value_is_an_error_either_way(templates: LetterTemplates) -> None:
    with pytest.raises(UndefinedError):
        templates.fill("note", SHARED, {"link": "a"})
