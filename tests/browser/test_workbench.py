"""The workbench in a browser: from a wrong claim to a corrected one, for hostile claims, and for everybody."""

import json
from itertools import islice
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import needs_axe, shown, violations
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.drugs import ATEZOLIZUMAB, BELIMUMAB, DENOSUMAB, NATALIZUMAB, OCTREOTIDE, OMALIZUMAB, Dose
from worker.samples.synthetic import SERVICE_DATE, claim

pytestmark = pytest.mark.system

MISCODED: Final = [(OMALIZUMAB, "J2356"), (ATEZOLIZUMAB, "J9353"), (NATALIZUMAB, "J2329"), (DENOSUMAB, "J3397")]
CODE: Final = "box:claimInformation.serviceLines.0.professionalService.procedureCode"
HARM: Final = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def disposition(page: Page) -> str:
    """What the page says of the claim that it shows."""
    return page.inner_text("h1 .badge")


def sound(drug: Dose) -> dict[str, Any]:
    """A claim of a drug as it is billed right."""
    return claim(drug.lines(SERVICE_DATE), diagnoses=drug.diagnoses, record=drug.record())


@pytest.mark.parametrize(("drug", "code"), MISCODED, ids=lambda each: each if isinstance(each, str) else each.name)
def test_a_drug_under_another_ones_code_is_corrected_in_its_box(page: Page, drug: Dose, code: str) -> None:
    """The finding is beside a box that is marked; with the right code in its box the claim is scrubbed."""
    wrong = sound(drug)
    wrong["claimInformation"]["serviceLines"][0]["professionalService"]["procedureCode"] = code
    shown(page, json.dumps(wrong))
    assert disposition(page) == "rejected"
    assert page.locator(".box.reject").count() > 0
    page.fill(f"[name='{CODE}']", drug.code)
    page.press(f"[name='{CODE}']", "Enter")

    assert disposition(page) == "scrubbed"


def test_a_safe_correction_is_shown_applied_and_scrubbed_again(page: Page) -> None:
    """Octreotide depot without JZ, of which the record says that nothing was discarded."""
    wrong = sound(OCTREOTIDE)
    del wrong["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"]
    shown(page, json.dumps(wrong))
    assert disposition(page) == "rejected"
    assert "JZ" in "".join(page.locator(".diff .added").all_inner_texts())
    page.click("button[value=fixes]")

    assert disposition(page) == "scrubbed"
    assert page.input_value("[name$='0.professionalService.procedureModifiers']") == "JZ"


def test_a_line_with_what_was_discarded_is_added(page: Page) -> None:
    """Belimumab with JW and JZ on one line: a copy of it is billed with JW, as a biller does it."""
    service = "box:claimInformation.serviceLines.{}.professionalService"
    sent = sound(BELIMUMAB)
    lines = sent["claimInformation"]["serviceLines"]
    (given, wasted) = (each["professionalService"] for each in lines[:2])
    total, charge = sent["claimInformation"]["claimChargeAmount"], wasted["lineItemChargeAmount"]
    del lines[1]
    shown(page, json.dumps(sent))
    assert disposition(page) == "rejected"
    page.click("text=Copy line 1")
    assert "Line 2 is a copy of line 1" in page.inner_text(".notice")
    for name, text in (("serviceUnitCount", wasted["serviceUnitCount"]), ("procedureModifiers", "JW"),
                       ("lineItemChargeAmount", charge)):  # fmt: skip
        page.fill(f"[name='{service.format(1)}.{name}']", text)
    page.fill("[name='box:claimInformation.claimChargeAmount']", total)
    page.click("text=Scrub again with what is in the boxes")

    assert given["procedureCode"] == "J0490"
    assert disposition(page) == "scrubbed"


def test_the_claim_is_edited_as_text(page: Page) -> None:
    """For whatever has no box."""
    wrong = sound(OMALIZUMAB)
    wrong["claimInformation"]["serviceLines"][0]["professionalService"]["procedureCode"] = "J2356"
    shown(page, json.dumps(wrong))
    page.click("summary:has-text('Edit the claim as text')")
    page.fill("#claim", page.input_value("#claim").replace("J2356", "J2357"))
    page.click("text=Scrub this text")

    assert disposition(page) == "scrubbed"


def test_an_outcome_of_the_demo_is_pasted_and_corrected(page: Page, pipeline: Pipeline) -> None:
    """As it is printed, and by ticking what the page offers."""
    wrong = sound(OMALIZUMAB)
    wrong["claimInformation"]["serviceLines"][0]["professionalService"]["procedureCode"] = "J2356"
    message = pipeline.scrub(json.dumps(wrong).encode(), AS_OF).message
    shown(page, json.dumps(json.loads(message or b""), indent=2))
    assert f"This is an outcome (rejected, received on {AS_OF})" in page.inner_text(".notice")
    assert page.locator(".findings .finding h3").all_inner_texts()[0].startswith("REJECT NDC-06")
    assert page.locator("text=after NDC-06").count() == 1
    page.check("[name^=fix-]")
    page.click("button[value=fixes]")

    assert disposition(page) == "scrubbed"


def test_every_finding_of_demo_claims_is_in_a_box_that_exists(page: Page) -> None:
    """With a link from the finding to its box and back."""
    claims = [each.value.decode() for each in islice(demo_claims(400), 400) if each.expected not in (None, "scrubbed")]
    seen = 0
    for start in range(0, len(claims), 49):
        shown(page, "\n".join(claims[start : start + 49]))
        for place in range(0, min(49, len(claims) - start), 7):
            page.locator(".claims button").nth(place).click()
            page.wait_for_load_state()
            lost = page.evaluate(
                "[...document.querySelectorAll('.finding .place')].filter("
                "each => !document.querySelector(each.getAttribute('href') + ' .mark')).length"
            )
            seen += page.locator(".finding").count()
            assert lost == 0
    assert seen > len(claims) // 7


def test_hostile_claims_are_shown_and_do_nothing(page: Page) -> None:
    """In every field, as JSON that is a claim and as text that is none."""

    def harmed(part: Any) -> Any:  # any JSON
        if isinstance(part, dict):
            return {name: harmed(value) for name, value in part.items()}
        if isinstance(part, list):
            return [harmed(value) for value in part]
        return HARM if isinstance(part, str) else part

    whole = harmed(sound(OMALIZUMAB))
    for text in (json.dumps(whole), HARM, f'{{"{HARM}": 1}}', json.dumps(whole | {HARM.replace('"', ""): HARM})):
        shown(page, text)
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("img").count() == 0
    page.goto("/codes?code=" + "%22%3E%3Cscript%3Ealert(3)%3C/script%3E")
    assert page.locator("script:not([src])").count() == 0


def test_an_edited_profile_is_tried_on_a_claim(page: Page) -> None:
    """What is wrong with it is named; nothing of it is kept."""
    wrong = sound(OCTREOTIDE)
    del wrong["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"]
    for change, expected in (("WST-01: {severity: warn}", "scrubbed"), ("WST-99: {severity: warn}", "rejected")):
        page.goto("/profiles/medicare-part-b")
        text = page.input_value("#profileText")
        page.fill("#profileText", text.replace("edits:\n", f"edits:\n  {change}\n", 1))
        page.fill("#claim", json.dumps(wrong))
        page.click("button[value=scrub]")
        assert disposition(page) == expected
    assert "WST-99" in page.inner_text(".problem")
    shown(page, json.dumps(wrong))
    assert disposition(page) == "rejected"


def test_every_example_is_reached_by_keys(page: Page) -> None:
    """Choosing one does nothing until its button is pressed; what was pasted is left alone until then."""
    page.goto("/")
    page.fill("#claim", "{}")
    page.focus("#example")
    for title in page.locator("#example option").all_inner_texts()[1:]:
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.getElementById('example').selectedOptions[0].text") == title
    assert page.input_value("#claim") == "{}"
    assert page.locator("h1 .badge").count() == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 .badge")

    assert "UB-04" in page.inner_text("#form-title")


def test_findings_come_before_the_form_on_a_phone(page: Page) -> None:
    """And beside it where there is room."""
    page.goto("/?example=octreotide")
    for width, is_before in ((390, True), (1280, False)):
        page.set_viewport_size({"width": width, "height": 844})
        tops = [page.evaluate(f"document.getElementById('{each}').getBoundingClientRect().top")
                for each in ("findings-title", "form-title")]  # fmt: skip
        assert (tops[0] + 100 < tops[1]) is is_before


def test_keys_go_on_at_the_result(page: Page) -> None:
    """Its heading has the focus; the empty page takes none."""
    page.goto("/")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    for button in ("scrub", "example", "boxes", "fixes"):
        with page.expect_navigation():
            page.click(f"button[value={button}]:not(.skip)")
        page.wait_for_selector("h1:focus")


def test_a_claim_is_printed_whole_and_without_controls(page: Page) -> None:
    """Each text in its turn, the lines of which are wrapped on a narrow sheet."""
    page.goto("/?example=octreotide")
    page.set_viewport_size({"width": 500, "height": 700})
    for tab in ("837", "Outcome"):
        page.emulate_media(media="screen")
        if tab != "837":
            page.locator(".tabs summary", has_text=tab).click()
        page.emulate_media(media="print")
        text = page.locator(".tabs details[open] pre")
        assert text.count() == 1
        assert text.evaluate(
            "each => [each.scrollHeight > each.clientHeight, each.scrollWidth > each.clientWidth]"
        ) == [
            False,
            False,
        ]
        assert text.evaluate("each => each.clientHeight") > 480
        assert page.locator(".tabs summary:visible").all_inner_texts() == [tab]
    assert page.locator("nav:visible, button:visible, textarea:visible, select:visible").count() == 0
    assert page.locator("input[type=checkbox]:visible").count() == 0
    assert page.locator("text=Edit the claim as text").is_hidden()
    assert page.locator(".finding:visible").count() > 0


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(chromium: Browser, bench: str, scheme: Any) -> None:
    """Axe finds nothing on any page, light or dark; nothing is wider than a phone, and every control has a focus."""
    context = chromium.new_context(
        base_url=bench, color_scheme=scheme, viewport={"width": 390, "height": 844}, bypass_csp=True
    )
    page = context.new_page()
    for path in ("/", "/?example=belimumab", "/?example=hospital", "/codes?code=J2357", "/edits", "/edits/WST-01",
                 "/profiles/commercial", "/sign-in"):  # fmt: skip
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    context.close()
