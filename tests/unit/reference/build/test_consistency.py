"""What `verify` finds wrong with a reference folder, each fault by file, row and column."""

from pathlib import Path

import pytest

from tests.unit.reference.small_folder import SHIPPED, append, change, list_files
from worker.reference.build.loading import load, load_verified, verify
from worker.reference.errors import ReferenceDataError


def test_the_shipped_tables_are_good() -> None:
    """Nothing is wrong with what we ship."""
    assert verify(SHIPPED) == ()


def test_the_small_folder_is_good(small: Path) -> None:
    """The folder that the other tests break is good before."""
    assert verify(small) == ()


def test_a_missing_file_is_found(small: Path) -> None:
    """A file of the list that is gone."""
    (small / "mue" / "2026q3.csv").unlink()

    assert verify(small) == ("mue/2026q3.csv: listed in CHECKSUMS but missing; restore it or take out its line",)


def test_an_extra_file_is_found(small: Path) -> None:
    """A file that no list names."""
    (small / "mue" / "2026q4.csv").write_text("hcpcs\n", encoding="utf-8")

    assert verify(small) == ("mue/2026q4.csv: not listed in CHECKSUMS; add its line or remove the file",)


def test_a_changed_byte_is_found(small: Path) -> None:
    """A file whose checksum is not the listed one."""
    file = small / "mue" / "2026q3.csv"
    file.write_bytes(file.read_bytes().replace(b",10,", b",11,"))

    assert verify(small)[0].startswith("mue/2026q3.csv: expected the checksum ")


def test_bytes_that_are_no_utf_8_are_found(small: Path) -> None:
    """A publisher's Windows encoding, copied as it came."""
    file = small / "products" / "2025q4.csv"
    file.write_bytes(file.read_bytes() + b"X1,Q4101,Caf\xe9,Maker,1,1,1,1\n")
    list_files(small)

    assert verify(small)[0].startswith("products/2025q4.csv: expected UTF-8, found another byte at offset ")


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        pytest.param(
            "taxonomy/25.1.csv",
            "code,section",
            "code,kind",
            "taxonomy/25.1.csv: row 1: expected the header code,section,effective_from,effective_to, "
            "found code,kind,effective_from,effective_to",
            id="header",
        ),
        pytest.param(
            "taxonomy/25.1.csv",
            "207RH0003X,individual,,\n",
            "",
            "taxonomy/25.1.csv: expected rows below the header, found none",
            id="no rows",
        ),
        pytest.param(
            "asp_limits/2025q4.csv",
            "134.194",
            "dear",
            "asp_limits/2025q4.csv: row 2, column payment_limit: expected a number, found 'dear'",
            id="type",
        ),
        pytest.param(
            "mue/2026q3.csv",
            "90371,practitioner,10",
            "90371,practitioner,10.5",
            "mue/2026q3.csv: row 3, column value: expected a whole number, found '10.5'",
            id="MUE not whole",
        ),
        pytest.param(
            "taxonomy/25.1.csv",
            "207RH0003X,individual",
            ",individual",
            "taxonomy/25.1.csv: row 2, column code: expected a text, found nothing",
            id="empty required cell",
        ),
        pytest.param(
            "taxonomy/25.1.csv",
            "207RH0003X,individual",
            "207RH0003X,individual,more",
            "taxonomy/25.1.csv: row 2: expected 4 cells, found 5",
            id="too many cells",
        ),
        pytest.param(
            "taxonomy/25.1.csv",
            "207RH0003X,individual,,\n",
            "207RH0003X,individual,,\n207RH0003X,individual,,\n",
            "taxonomy/25.1.csv: row 3, column code: 207RH0003X is in row 2 already, expected once",
            id="duplicate key",
        ),
        pytest.param(
            "taxonomy/25.1.csv",
            "individual",
            "person",
            "taxonomy/25.1.csv: row 2, column section: expected one of individual, non-individual, found 'person'",
            id="value outside its set",
        ),
        pytest.param(
            "modifiers/2025-10.csv",
            "2018-01-01,2024-12-31",
            "2025-01-01,2024-12-31",
            "modifiers/2025-10.csv: row 5, column effective_to: expected a day not before 2025-01-01, found 2024-12-31",
            id="dates reversed",
        ),
        pytest.param(
            "ncci_pairs/2024q3.csv",
            "outpatient_hospital,96413,99213,1,,,",
            "outpatient_hospital,96413,99213,1,2019-12-31,,",
            "ncci_pairs/2024q3.csv: row 3, column effective_from: 96413+99213 begins 2019-12-31, "
            "expected after row 2 ends on 2019-12-31",
            id="rows of one key overlap",
        ),
        pytest.param(
            "ncci_pairs/2024q3.csv",
            "outpatient_hospital,96413,99213,1,,,",
            "outpatient_hospital,96413,99213,2,,,",
            "ncci_pairs/2024q3.csv: row 3, column modifier_indicator: expected 0, 1 or 9, found 2",
            id="modifier indicator",
        ),
        pytest.param(
            "containers/2025q4.csv",
            ",J0129,",
            ",J0128,",
            "containers/2025q4.csv: row 2, column hcpcs: "
            "expected a code of drugs, skin_substitutes or hcpcs, found J0128",
            id="container of a code that is nowhere",
        ),
        pytest.param(
            "containers/2025q4.csv",
            "00003218713",
            "0003-2187-13",
            "containers/2025q4.csv: row 2, column ndc11: expected the form \\d{11}, found '0003-2187-13'",
            id="NDC of another form",
        ),
        pytest.param(
            "containers/2025q4.csv",
            "1,1,25,25",
            "1,1,0,25",
            "containers/2025q4.csv: row 2, column units_per_item: expected more than 0, found 0",
            id="container without units",
        ),
        pytest.param(
            "modifier_exclusions/2024-07.csv",
            "JW|JZ",
            "JW|ZZ",
            "modifier_exclusions/2024-07.csv: row 4, column codes: expected modifiers of the table modifiers, found ZZ",
            id="unknown modifier in an exclusion set",
        ),
        pytest.param(
            "modifier_exclusions/2024-07.csv",
            "JW|JZ",
            "JW",
            "modifier_exclusions/2024-07.csv: row 4, column codes: "
            "expected two or more modifiers, each once, found ('JW',)",
            id="exclusion set of one",
        ),
        pytest.param(
            "modifiers/2025-10.csv",
            "2024-12-31,TB,",
            "2024-12-31,TZ,",
            "modifiers/2025-10.csv: row 5, column successor: expected another modifier of this table, found TZ",
            id="modifier with an unknown successor",
        ),
        pytest.param(
            "drugs/2026-10.csv",
            ",J2802\n",
            ",J2803\n",
            "drugs/2026-10.csv: row 7, column successor: expected another code of this table, found J2803",
            id="successor that does not exist",
        ),
        pytest.param(
            "drugs/2026-10.csv",
            "2024-12-31,,J2802",
            ",,J2802",
            "drugs/2026-10.csv: row 7, column effective_to: "
            "expected the last day of a code with the successor J2802, found nothing",
            id="successor of a code in force",
        ),
        pytest.param(
            "drugs/2026-10.csv",
            "Abatacept injection,10,mg",
            "Abatacept injection,,mg",
            "drugs/2026-10.csv: row 3, column unit: expected with unit_amount or not at all, found None mg",
            id="unit without amount",
        ),
        pytest.param(
            "waste_duty/2025-06-20.csv",
            "J2357,2017-01-01",
            "J2357,2027-01-01",
            "waste_duty/2025-06-20.csv: row 3, column returned_from: expected four dates in order, "
            "found 2027-01-01, 2023-01-01, 2023-07-01, 2023-10-01",
            id="dates of a duty out of order",
        ),
        pytest.param(
            "lcd_diagnoses/2026-04.csv",
            ",B161|",
            ",B16.1|",
            "lcd_diagnoses/2026-04.csv: row 2, column covered: "
            "expected the form [A-Z][0-9][0-9A-Z]{1,5}, found 'B16.1'",
            id="listed diagnosis with a dot",
        ),
        pytest.param(
            "expert_hints/2026-11.csv",
            "J0129,IV|SC,M05|",
            "J0129,IV|SC,M99X|",
            "expert_hints/2026-11.csv: row 2, column diagnosis_prefixes: "
            "expected the beginning of a billable code, found M99X",
            id="hint for no diagnosis",
        ),
        pytest.param(
            "expert_hints/2026-11.csv",
            "14,unverified",
            "14,verified",
            "expert_hints/2026-11.csv: row 2, column evidence: expected one of unverified, found 'verified'",
            id="hint that claims to be verified",
        ),
        pytest.param(
            "asp_limits/table.toml",
            "in_force_to = 2025-12-31",
            "in_force_to = 2026-01-01",
            "asp_limits/table.toml: editions 2025q4 and 2026q1 overlap: "
            "in_force_to 2026-01-01 should be before 2026-01-01",
            id="editions overlap",
        ),
        pytest.param(
            "asp_limits/table.toml",
            "refresh_days = 92",
            "refresh_days = 0",
            "asp_limits/table.toml: title, refresh_days: expected a text and a number of days, "
            "found 'Payment allowance limits for Medicare Part B drugs', 0",
            id="rhythm of no days",
        ),
    ],
)
def test_a_fault_is_named_by_file_row_and_column(small: Path, path: str, old: str, new: str, expected: str) -> None:
    """One fault, and the one sentence that says where it is and what would be right."""
    change(small, path, old, new)

    assert expected in verify(small)


def test_every_senseless_row_is_named(small: Path) -> None:
    """One look shows all rows that point nowhere."""
    append(small, "waste_duty/2025-06-20.csv", [f"{code},2017-01-01,2023-01-01,2023-07-01,2023-10-01" for code in "XY"])

    assert [problem.split(":")[1] for problem in verify(small)] == [" row 5, column hcpcs", " row 6, column hcpcs"]


def test_tables_that_make_no_sense_load_but_do_not_verify(small: Path) -> None:
    """A start on old tables is possible; a swap to such tables is not."""
    change(small, "modifier_exclusions/2024-07.csv", "JW|JZ", "JW|ZZ")

    assert load(small).editions
    with pytest.raises(ReferenceDataError, match="expected modifiers of the table modifiers, found ZZ"):
        load_verified(small)


def test_a_gap_between_editions_is_the_publisher_s_affair(small: Path) -> None:
    """Nobody knows what a quarter said that we do not hold; that is not a fault of the tables."""
    change(small, "asp_limits/table.toml", "in_force_to = 2025-12-31", "in_force_to = 2025-11-30")

    assert verify(small) == ()
