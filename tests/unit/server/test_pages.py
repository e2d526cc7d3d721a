"""Pages: their headers, what they post, and who may see them."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.inputs.hostile import claim_with
from tests.unit.server.conftest import Asked, Served, Start
from worker.bootstrap import shipped_config_directory
from worker.samples.claims import AS_OF
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


def test_a_code_that_is_none_is_said_to_be_none(server: Served) -> None:
    """Also where its form is that of a diagnosis; what is known says nothing of the kind."""
    for wanted, said in (("J9999Z", "J9999Z is not a HCPCS or CPT-shaped code"), ("Xolar", "Near to it: <a href")):
        assert said in server.get(f"/codes?code={wanted}").body.decode()
    assert b'class="problem"' not in server.get("/codes?code=J2357").body


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("edits:", "edits:\n  WST-01: {severity: bad}"),
         "the profile: edits.WST-01.severity: expected 'reject', 'pend' or 'warn'; found 'bad'"),
        (("edits:", "edits:\n  WST-01: 3"),
         "the profile: edits.WST-01: expected fields, each as `name: value`; found 3"),
        (("medicare: true", "medicare: perhaps"), "the profile: medicare: expected true or false; found 'perhaps'"),
        (("title:", "titel:"), "the profile: titel: there is no such field; title may be meant"),
        (("edits:", "edits: ["), "the profile: not YAML: while parsing"),
        (("AUT-03: {options: {codes: []}}", "AUT-03: {options: {codes: {csv: none.csv}}}"),
         "the profile, edit AUT-03, option codes: none.csv cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_profile_that_is_tried_is_said_by_field(
    server: Served, change: tuple[str, str], said: str
) -> None:
    """With what would be right, and without a file that is nowhere or the name of a class."""
    text = (shipped_config_directory() / "payers" / "medicare-part-b.yaml").read_text("utf-8").replace(*change, 1)
    shown = unescape(posted(server, claim=claim_with(1, "").decode(), do="scrub", profileText=text).body.decode())
    problems = re.findall(r'class="problem">(.*?)</p>', shown, re.DOTALL)

    assert any(each.startswith(said) for each in problems)
    assert not any(word in each for each in problems for word in ("/", "nput should", "instance of", "<unicode"))


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


def test_lines_are_added_copied_and_removed(server: Served) -> None:
    """With what is in the boxes, and a sentence on it; the text is then the claim with the line."""
    value = json.loads(claim_with(1, ""))
    count = len(value["claimInformation"]["serviceLines"])
    box = "box:claimInformation.serviceLines.0.professionalService.serviceUnitCount"
    for asked, lines in (("line-add", count + 1), ("line-copy-0", count + 1), ("line-remove-0", count - 1)):
        shown = posted(server, claim=json.dumps(value), do=asked, which="0", **{box: "7"}).body.decode()
        text = unescape(shown.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])
        found = json.loads(text)["claimInformation"]["serviceLines"]
        assert len(found) == max(lines, 1)
        assert 'role="status"' in shown
    assert b"There is no claim to scrub" in posted(server, do="line-add").body
    assert b"There is no line 100" in posted(server, claim=json.dumps(value), do="line-copy-99").body


def test_the_claim_of_an_outcome_is_shown_of_its_day(server: Served) -> None:
    """Unless another day was chosen; a second time the text is the claim alone, and any day counts."""
    today = AS_OF.isoformat()
    outcome = server.scrub(claim_with(1, ""), query="?asOf=2026-03-05").document
    again = {"claim": json.dumps(outcome["claim"]), "do": "scrub"}
    shown = posted(server, claim=json.dumps(outcome, indent=2), do="scrub", day=today).body

    assert outcome["receivedOn"] == "2026-03-05"
    assert b'class="notice">This is an outcome (scrubbed, received on 2026-03-05)' in shown
    assert b'name="day" value="2026-03-05"' in shown
    other = posted(server, claim=json.dumps(outcome), do="scrub", day="2026-03-06").body
    assert b'name="day" value="2026-03-06"' in other
    assert f'name="day" value="{today}"'.encode() in posted(server, **again, day=today).body


def test_the_837_says_why_it_is_a_test(server: Served) -> None:
    """And where that is set; a claim that says what it is goes as it says."""
    value = json.loads(claim_with(1, ""))
    shown = posted(server, claim=json.dumps(value), do="scrub").body.decode()
    own = posted(server, claim=json.dumps(value | {"usageIndicator": "P"}), do="scrub").body.decode()

    assert "*T*:~" in shown
    assert "ISA15 is T (test), since this text is for looking at" in shown
    assert "with --test T; usageIndicator of a claim" in shown
    assert "*P*:~" in own
    assert "ISA15 is P, as usageIndicator of the claim says." in own


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
