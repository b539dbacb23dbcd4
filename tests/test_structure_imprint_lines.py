from __future__ import annotations

import pytest

from rag.structure.imprint_lines import read_imprint_line

LINES = [
    (
        "*Journal of Nocturnal Ecology* 12(3), 201–214 (2023). Received 4 November 2022; accepted 16 May 2023.",
        ("Journal of Nocturnal Ecology", 2023, "12(3)", "201–214"),
    ),
    ("Harbour Engineering 78 (2013) 27–40", ("Harbour Engineering", 2013, "78", "27–40")),
    ("Tidal Sens. 2021, 13, 455. https://doi.org/10.1/x", ("Tidal Sens.", 2021, "13(455)", "")),
    ("Harbour Studies Review, Vol. 7, No. 2, 2019, pp. 33-58", ("Harbour Studies Review", 2019, "7(2)", "33–58")),
    ("J. Tidal Sci., 2018;45(6):112-130", ("J. Tidal Sci.", 2018, "45(6)", "112–130")),
    ("Reef ONE 15(4): e0231234 (2020)", ("Reef ONE", 2020, "15(4)", "")),
    (
        "Annals of Tidal Research, Volume 31, Issue 4, Pages 201–214, October 2016",
        ("Annals of Tidal Research", 2016, "31(4)", "201–214"),
    ),
    ("Science of Tides, 12 May 2017, Vol. 356, Issue 6338", ("Science of Tides", 2017, "356(6338)", "")),
    ("Health & Place 78 (2022) 27–40 © 2022 林", ("Health & Place", 2022, "78", "27–40")),
    ("The Island Quarterly, vol. 9 (1987), pp. 5–19", ("The Island Quarterly", 1987, "9", "5–19")),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_line_tells_where_a_paper_appeared(line: str, expected: tuple[str, int, str, str]) -> None:
    read = read_imprint_line(line)
    assert read is not None
    assert (read.journal, read.year, read.issue, read.pages) == expected


@pytest.mark.parametrize(
    "line",
    [
        "In 2019 12 keepers served, 201-214 of them",
        "Halversund, 14 May 2025",
        "Figure 2. Catches of 2020, 201–214",
        "Received 4 November 2022; accepted 16 May 2023",
        "University of Wexmoor, 12 Harbour Road, 2019-2021",
        "Harbour Engineering 2013",
        "江心岛渔业 2019年第3期",
        "Version 2.1, 2023",
        "4.36 million tonnes were caught in 2019",
        "Date: 8 May 2025, 6:30 pm to 8:05 pm",
        "Time: Tuesday 14 May 2024, 12:30-13:45",
        "Published: 12 March 2019, 3(2) revised",
        "Tel.: 020 7946 0958, 2024, 12-14",
        "Minutes of the Council, 12 June 2024, 18:00–20:30",
        "Invoice 2023-114, 12 May 2023, 4-6 weeks",
        "Our Ref: HR/2023/114-116 (4)",
        "Flight BR 130, 18 November 2025, 9:40-13:10",
        "ISO 9001:2015, 4-6",
        "Regulation (EU) 2016/679, 12-14",
        "Water Act 2014, 12(3)",
        "Wimbledon 2019, 7, 6-4",
        "Membership Fee 2024 $640, 12-18 years",
        "Press Release 14 May 2025, 10:30",
        "地点 Room 2, 2025, 3-5",
        f"Harbour Engineering {'7' * 5000} (2013) 27–40 {'9' * 5000}",
        "",
    ],
)
def test_other_lines_tell_nothing(line: str) -> None:
    assert read_imprint_line(line) is None
