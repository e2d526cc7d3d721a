"""Pages: their headers, what they post, and who may see them."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.inputs.hostile import claim_with
from tests.unit.server.conftest import Asked, Served, Start
from worker.server.workbench.examples import EXAMPLES

FORM = "application/x-www-form-urlencoded"
PAGES = ("/", "/?example=belimumab", "/codes", "/codes?code=J2357", "/edits", "/edits/WST-01", "/profiles",
         "/profiles/commercial", "/sign-in")  # fmt: skip


def posted(server: Served, **fields: str) -> Asked:
    """Post the form of the workbench."""
    return server.ask("POST", "/", urlencode(fields).encode(), Content_Type=FORM)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_load_its_own_files_and_nothing_inline(server: Served, path: str) -> None:
    """Nothing in it is from elsewhere, or would need more."""
    answer = server.get(path)
    text = answer.body.decode()

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not any(each in text for each in ("<style", " style=", " onclick=", "javascript:", 'src="http', "<script>"))


@pytest.mark.parametrize("name", ["bench.css", "bench.js", "icon.svg"])
def test_what_pages_load_is_there(server: Served, name: str) -> None:
    """And names no other machine."""
    answer = server.get(f"/static/{name}")

    assert answer.status == 200
    assert b"http" not in answer.body.replace(b"http://www.w3.org/2000/svg", b"")
    assert server.get(f"/static/../{name}").status == 404


def test_every_edit_has_a_page(server: Served) -> None:
    """So that links from findings and from the status page lead somewhere."""
    for edit in server.get("/v1/edits").document:
        assert server.get(f"/edits/{edit['id']}").status == 200
    assert server.get("/edits/WST-99").status == 404
    assert server.get("/profiles/none").status == 404


@pytest.mark.parametrize("claim", ["", "{", "[]", "null", "ISA*", '{"resourceType":"Claim"}', "\x00", "x" * 1000])
def test_whatever_is_pasted_has_a_page(server: Served, claim: str) -> None:
    """With the reason why it is not a claim."""
    assert posted(server, claim=claim, do="scrub").status == 200
    assert posted(server, claim=claim, do="boxes", which="99999999").status == 200


def test_what_is_pasted_comes_back_as_it_was(server: Served) -> None:
    """Breaks of lines and characters that are not seen among it: the form sends it again."""
    pasted = f"{claim_with(1, '').decode()}\r\n{claim_with(2, '').decode()}\t\u202e"
    shown = posted(server, claim=pasted, do="scrub").body.decode()
    text = unescape(shown.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])

    assert text == pasted.replace("\r\n", "\n")
    again = posted(server, claim=text.removesuffix("\t\u202e"), do="scrub").body.decode()
    assert again.count('<button name="which"') == 2


def test_an_example_is_shown_only_by_its_button_or_a_link(server: Served) -> None:
    """The form names one with every button."""
    value = claim_with(1, "").decode()
    linked = server.get("/?example=belimumab").body

    assert b"SYN-J0490" in linked
    assert b"SYN-J0490" in posted(server, claim=value, example="belimumab", which="0", do="example").body
    for button in ({"do": "scrub"}, {"do": "boxes"}, {"do": "fixes"}, {}):
        shown = posted(server, claim=value, example="belimumab", which="0", **button).body
        assert b"SYN-J0490" not in shown
        assert b"scrubbed" in shown


def test_a_button_that_does_nothing_says_why(server: Served) -> None:
    """Without a claim, and without a correction that is ticked; a claim and a correction say nothing."""
    example = EXAMPLES["octreotide"].text
    nothing, none = b'role="status" class="notice">There is no claim', b'role="status" class="notice">No correction'
    shown = posted(server, claim=example, do="scrub").body
    ticked = re.search(rb'type="checkbox" name="([^"]+)" checked', shown)

    assert ticked
    assert b'role="status"' not in shown + server.get("/").body
    assert nothing in posted(server, claim=" ", do="scrub").body
    assert nothing in posted(server, claim="", do="scrub", profileText="name: x").body
    assert none in posted(server, claim=example, do="fixes").body
    assert b'role="status"' not in posted(server, claim=example, do="fixes", **{ticked[1].decode(): "on"}).body


def test_a_claim_is_posted_and_never_in_a_link(server: Served) -> None:
    """A link may name an example, a profile and a day."""
    value = claim_with(1, "").decode()

    assert b"scrubbed" in posted(server, claim=value, do="scrub").body
    assert server.get("/?" + urlencode({"claim": '{"a":1}'})).body == server.get("/").body
    assert server.ask("POST", "/", value.encode(), Content_Type="application/json").status == 415
    assert server.ask("POST", "/", b"claim=" + b"x" * 5_000_000, Content_Type=FORM).status == 413
    assert server.ask("POST", "/", b"a=1&" * 20_001, Content_Type=FORM).status == 400


def test_a_browser_signs_in_with_the_token(starting: Start, tmp_path: Path) -> None:
    """And is known by a cookie that no script can read."""
    token = "of-enough-characters"  # noqa: S105 - of this test
    (tmp_path / "token").write_text(token, "utf-8")
    served = starting("--token-file", str(tmp_path / "token"))
    served.wait_for("serving")
    wrong = served.ask("POST", "/sign-in", urlencode({"token": "wrong"}).encode(), Content_Type=FORM)
    right = served.ask("POST", "/sign-in", urlencode({"token": token}).encode(), Content_Type=FORM)
    cookie = right.headers["Set-Cookie"]

    assert (wrong.status, right.status, right.headers["Location"]) == (401, 303, "/")
    assert "HttpOnly; SameSite=Strict" in cookie
    assert token not in cookie
    assert served.get("/", Cookie=cookie.partition(";")[0]).status == 200
    assert served.get("/", Cookie="claimscrub=guessed").status == 401
    assert served.get("/").status == 401
