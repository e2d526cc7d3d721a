"""The lines of a code and day among many claims are those that a look at each of them finds."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.inputs.earlier_claims import DAY, claim, line
from worker.history.entry import EarlierClaim, EarlierLine, decode, encode, written_code, written_services
from worker.history.services import EarlierServices

CODES = st.sampled_from(["J1745", "J174", "96413", ""])
DAYS = st.dates(DAY, DAY + timedelta(4))
LINES = st.builds(line, CODES, DAYS) | st.builds(lambda code: line(code)._replace(on=None, until=None), CODES)
CLAIMS = st.lists(st.lists(LINES, min_size=1, max_size=4).map(lambda lines: claim("A1", *lines)), max_size=6)

Come = Callable[[list[EarlierClaim]], list[EarlierClaim]]


def looked_at(claims: Sequence[EarlierClaim], code: str) -> list[tuple[EarlierClaim, EarlierLine]]:
    """Every line of a code, by a look at all."""
    return [(each, found) for each in claims for found in each.lines if code and found.code == code]


@given(CLAIMS, CODES, DAYS, DAYS, st.sampled_from([list, lambda claims: [decode(encode(each)) for each in claims]]))
def test_lines_of_a_code_and_days_are_found(
    claims: list[EarlierClaim], code: str, first: date, last: date, come: Come
) -> None:
    """All of them and no others, in order, of claims that were made or read."""
    known = come(claims)
    services = EarlierServices(known)
    of_code = looked_at(known, code)

    assert services.of(code) == of_code
    assert services.between(code, first, last) == [
        each for each in of_code if each[1].on is not None and first <= each[1].on <= last
    ]
    assert services.may_have(code, first) or not services.between(code, first, first)
    assert services.codes == {found.code for each in known for found in each.lines} - {""}


def test_what_is_not_among_them_is_known_without_a_look_at_a_line() -> None:
    """Neither in no claims, nor another code or day, nor a code that has no place in an entry."""
    services = EarlierServices([claim("A1", line("J1745", DAY))])

    assert services.may_have("J1745", DAY)
    assert not services.may_have("J1745", DAY + timedelta(1))
    assert not services.may_have("J0897", DAY)
    assert not services.may_have("", DAY)
    assert not services.may_have("J17455", DAY)
    assert not EarlierServices([]).may_have("J1745", DAY)


def test_bytes_between_two_services_are_no_service() -> None:
    """The end of one and the beginning of the next may have the bytes of a third."""
    claims = [claim("A1", line("J1745", date.fromordinal(0x0A4131)), line("", DAY), line("J0897"))]
    looks_like_one = written_services(claims[0].lines)[5:10]

    assert looks_like_one == written_code("1A\n")
    assert EarlierServices(claims).of("1A\n") == []
    assert [found.code for _, found in EarlierServices(claims).of("J0897")] == ["J0897"]


def test_a_code_that_has_no_place_in_an_entry_is_of_no_line() -> None:
    """It would be another one when cut."""
    services = EarlierServices([claim("A1", line("J1745"))])

    assert (services.of("J17456"), services.of("J174é"), services.between("J17456", DAY, DAY)) == ([], [], [])
