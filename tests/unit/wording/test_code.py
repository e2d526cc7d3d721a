"""What a text is taken for, and what is said of one that is not a code."""

from datetime import date

import pytest

from worker.pipeline.scrub import Pipeline
from worker.wording.code import sections_of, unknown_in_words

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "begins", "says", "says_not"),
    [
        ("J9999Z", "The tables hold no ICD-10-CM J99.99Z on 2026-03-02. J9999Z is not a HCPCS", "CPT", "not an ICD"),
        ("j9999z", "The tables hold no ICD-10-CM J99.99Z", "j9999z is not a HCPCS or CPT-shaped code", "not an ICD"),
        ("K35.8Z", "The tables hold no ICD-10-CM K35.8Z", "K35.8Z is not a HCPCS or CPT-shaped code", "not an ICD"),
        ("N999", "The tables hold no RARC N999 and no ICD-10-CM N99.9 on", "not a HCPCS", "not an ICD"),
        (
            "A1B2C3D4",
            "A1B2C3D4 is not a HCPCS or CPT-shaped code (a letter and four digits, ",
            "not an ICD-10-CM",
            "hold",
        ),
        ("J23.45678", "J23.45678 is not a HCPCS", "then up to four more), and no drug of that name is known.", "hold"),
        ("M79.6.", "M79.6. is not a HCPCS", "not an ICD-10-CM code (a letter, a digit, a letter or digit,", "hold"),
    ],
)
def test_what_is_no_code_is_said_not_to_be_one(
    pipeline: Pipeline, text: str, begins: str, says: str, says_not: str
) -> None:
    """The forms that it does not have are described, the tables that lack it are named."""
    said = unknown_in_words(text, DAY, sections_of(text, DAY, pipeline))

    assert said.startswith(begins)
    assert says in said
    assert says_not not in said


@pytest.mark.parametrize("text", ["J2357", "J9999", "99213", "9921F", "J45.50", "J4550", "JZ", "11", "CO-16", "N822"])
def test_nothing_is_said_against_what_may_be_a_code(pipeline: Pipeline, text: str) -> None:
    """One that is known, or has the form of a procedure's, of which the tables hold drugs only."""
    assert unknown_in_words(text, DAY, sections_of(text, DAY, pipeline)) == ""
