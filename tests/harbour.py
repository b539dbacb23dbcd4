"""A small library of one harbour town: authors and years, a footnote, a table, two languages, two views."""

from __future__ import annotations

FRONT = (
    "---\ntitle: {title}\nwork: {title}\nauthors: {authors}\nyear: {year}\nlanguage: {language}\n---\n\n# {title}\n\n"
)


def article(title: str, authors: str, year: int | str, text: str, language: str = "zh") -> str:
    """Return an article as a Markdown file with its front matter."""
    return FRONT.format(title=title, authors=authors, year=year, language=language) + text


BRIDGE, TEA, PORT, FISH, NEWS = "桥梁/南江大桥.md", "茶叶.md", "港口.md", "river.md", "消息.txt"
DOCUMENTS = {
    BRIDGE: article(
        "南江大桥的建设",
        "林小河、周明",
        2019,
        "## 造价\n\n南江大桥于2019年5月开工，总造价为12.5亿元，由省交通厅出资。大桥全长1860米，主跨为斜拉结构。\n\n"
        "## 工期\n\n工程原定三年完成。由于2020年夏天的洪水冲毁了便桥，工期推迟了八个月。\n",
    ),
    TEA: article(
        "海湾茶叶的出口",
        "周明",
        2021,
        "## 出口量\n\n2021年，海湾茶叶出口量为九千吨，主要销往日本与美国。\n\n"
        "| 年份 | 出口量（吨） | 第一市场 |\n|---|---|---|\n| 2019 | 7600 | 日本 |\n| 2020 | 8100 | 美国 |\n\n"
        "## 品种\n\n茶农种植的品种有三个：银针、乌龙和白牡丹。其中银针最耐寒。\n",
    ),
    PORT: article(
        "海湾港口的扩建",
        "陈一航",
        2023,
        "## 泊位\n\n海湾港口2022年建成两个深水泊位，可停靠十万吨级货轮。有学者认为扩建破坏了红树林。①\n\n"
        "① 何水生：《红树林的消失》，《海岸研究》2022年第3期，第45页。\n\n"
        "## 大桥的影响\n\n陈一航认为南江大桥的总造价超过15亿元，因为引桥的费用应当计入。\n",
    ),
    FISH: article(
        "The river survey",
        "Ann Lee",
        2018,
        "## Species\n\nThe river survey of 2018 counted 43 species of fish in the Nanjiang (南江). "
        "Dr. Lin led the team.\n",
        "en",
    ),
    NEWS: "海湾镇消息\n\n渡轮每天早上六点开出，票价为两元。镇上的图书馆藏有三万册书。\n",
}
