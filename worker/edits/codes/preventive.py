"""Preventive services of Part B: numbers of HCPCS and CPT codes.

Source: CMS Claims Processing Manual (Pub. 100-04), chapter 18, section 1.2, table of preventive and screening services.
"""

from typing import Final

from worker.edits.codes.ranges import CodeRange

PREVENTIVE: Final[tuple[CodeRange, ...]] = (
    ("90471", "90474"),  # vaccinations
    ("90480", "90480"),
    ("G0008", "G0010"),
    ("M0201", "M0201"),
    ("G0402", "G0405"),  # the welcome visit and its electrocardiogram
    ("G0438", "G0439"),  # annual wellness visits
    ("99497", "99498"),  # advance care planning with them
    ("G0101", "G0106"),  # cancer screening
    ("G0117", "G0118"),  # glaucoma
    ("G0120", "G0124"),
    ("G0141", "G0148"),
    ("G0296", "G0296"),
    ("G0327", "G0328"),
    ("G0432", "G0435"),  # HIV
    ("G0442", "G0447"),  # alcohol, depression, infections, heart disease, obesity
    ("G0472", "G0473"),
    ("G0475", "G0476"),
    ("G0499", "G0499"),
    ("G0513", "G0514"),
    ("Q0091", "Q0091"),
    ("77063", "77063"),
    ("77067", "77067"),
    ("77078", "77081"),
    ("71271", "71271"),
    ("76706", "76706"),
    ("76977", "76977"),
    ("81528", "81528"),
    ("82270", "82270"),
    ("97802", "97804"),  # nutrition
    ("G0108", "G0109"),  # diabetes
    ("G0270", "G0271"),
    ("99406", "99407"),  # tobacco
    ("G0011", "G0013"),  # prophylaxis of HIV
)
