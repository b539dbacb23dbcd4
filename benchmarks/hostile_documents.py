"""Documents that no reader should be given: broken ones of every format, and small ones that become large or slow.

A kind is a line of `_texts`, `_tables`, `_web` and so on: what of a file lies, loops, nests or swells. How much of it
there is is drawn, between a little and far too much. Entry points: `hostile_documents`, `swollen_document`, `odd_paths`.
Callers: torture, tests.
"""

from __future__ import annotations

import functools
import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

TEXT = "第七号泊位水深九米，臺灣船舶先行。"
SWOLLEN_SHARE, DISGUISED_SHARE, NOISE_SHARE = 0.25, 0.08, 0.04  # of all; the others are sound ones that were broken
ENDINGS = [
    "txt",
    "md",
    "csv",
    "tsv",
    "html",
    "htm",
    "rtf",
    "docx",
    "docm",
    "xlsx",
    "xlsm",
    "pptx",
    "ppsx",
    "odt",
    "ods",
    "odp",
    "epub",
    "pdf",
    "png",
    "jpg",
    "tif",
    "doc",
    "xls",
    "ppt",
    "wps",
    "et",
    "dps",
    "ofd",
    "caj",
    "kdh",
    "nh",
    "zip",
    "exe",
]
Kind = Callable[[int], str | bytes]


def hostile_documents(chance: random.Random, most: float = 1.0) -> Iterator[tuple[str, bytes]]:
    """Yield endlessly names and bytes of documents that no reader should be given; `most`: largest share of a kind."""
    sound = sound_documents()
    names = sorted(swollen_kinds())
    while True:
        drawn = chance.random()
        number = chance.randrange(10**9)
        if drawn < SWOLLEN_SHARE:
            yield swollen_document(chance.choice(names), most * chance.random(), number)
        elif drawn < SWOLLEN_SHARE + DISGUISED_SHARE:
            yield f"伪{number}.{chance.choice(ENDINGS)}", chance.choice(sound)[1]
        elif drawn < SWOLLEN_SHARE + DISGUISED_SHARE + NOISE_SHARE:
            yield f"乱{number}.{chance.choice(ENDINGS)}", chance.randbytes(chance.randrange(5000))
        else:
            ending, data = chance.choice(sound)
            yield f"残{number}.{ending}", spoil(chance, data)


def swollen_document(kind: str, share: float = 1.0, number: int = 0) -> tuple[str, bytes]:
    """Return name and bytes of a document of one of `swollen_kinds`.

    Args:
        kind: Its name, which ends in the format.
        share: How much of it there is, 0 to 1, where 1 is far too much; in between it grows by powers.
        number: What its name ends in.
    """
    most, make = swollen_kinds()[kind]
    made = make(max(1, round(most**share)))
    stem, _, ending = kind.rpartition(".")
    return f"{stem}{number}.{ending}", made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made


@functools.cache
def swollen_kinds() -> dict[str, tuple[int, Kind]]:
    """Return kinds by name: how much of it is far too much, and what makes one of so much."""
    return _texts() | _tables() | _web() | _rich() | _word() | _sheets() | _slides() | _open() | _books() | _printed()


def _texts() -> dict[str, tuple[int, Kind]]:
    """Plain text and Markdown: what rules of headings, notes, numbers and sentences go over."""
    return {
        "一行.txt": (30_000_000, lambda n: "潮" * n),
        "一字一行.txt": (3_000_000, lambda n: "潮\n" * n),
        "换页.txt": (1_000_000, lambda n: "潮位\f" * n),
        "零.txt": (5_000_000, lambda n: TEXT.encode("utf-16-le") + b"\0" * n),
        "奇数字节.txt": (1_000_000, lambda n: b"\xff\xfe" + TEXT.encode("utf-16-le") * n + b"\x41"),
        "半个代理.txt": (1_000_000, lambda n: b"\xff\xfe" + b"\x00\xd8" * n),
        "叠音.txt": (1_000_000, lambda n: "潮" + "\u0301" * n),
        "转向.txt": (1_000_000, lambda n: "\u202e潮位\u2066" * n),
        "转义.txt": (500_000, lambda n: "\x1b]0;潮\x07\x1b[2J" * n),
        "大数.txt": (1_000_000, lambda n: f"水深{'9' * n}米，第{'九' * n}条，{'亿' * n}。"),
        "括号.txt": (500_000, lambda n: "（" * n + TEXT + "）" * n),
        "引号.txt": (1_000_000, lambda n: "“‘" * n),
        "编号.txt": (100_000, lambda n: "1." * n + " 潮\n" + "第一章第一节" * n),
        "章.txt": (300_000, lambda n: "".join(f"第{k}章 潮\n\n" for k in range(n))),
        "目录.txt": (200_000, lambda n: "目录\n" + "".join(f"{k}.{k} 潮位……………{k}\n" for k in range(n))),
        "注.txt": (100_000, lambda n: "".join(f"潮[{k}]。\n[{k}] 见第[{k}]页。\n" for k in range(n))),
        "网址.txt": (300_000, lambda n: "http://" + "a." * n + "/" + "%" * n),
        "空格.txt": (5_000_000, lambda n: "潮" + " " * n + "位" + "\u3000" * n + "。"),
        "点.txt": (3_000_000, lambda n: "." * n + "…" * n + "-" * n),
        "参考.txt": (50_000, lambda n: "参考文献\n" + "".join(f"[{k}] 林某. 潮[J]. 水, {k}({k}): {k}-{k}.\n" for k in range(n))),
        "作者.txt": (200_000, lambda n: "潮汐\n" + "林, " * n + "\n摘要：" + "潮" * n + "\n关键词：" + "潮；" * n),
        "引用.md": (20_000, lambda n: "> " * n + "潮位\n" + "- " * n + "x\n"),
        "方括号.md": (200_000, lambda n: "[" * n + "潮" + "](" * n),
        "星号.md": (300_000, lambda n: "*_" * n + "潮" + "**a*" * n),
        "反引号.md": (500_000, lambda n: "`" * n + "潮\n" + "```\n~~~\n" * n),
        "注释.md": (200_000, lambda n: "<!--" * n + "潮" + "<a " * n + "<div>\n" * n),
        "尾注.md": (100_000, lambda n: "".join(f"[^{k}]" for k in range(n)) + "\n\n" + "".join(f"[^{k}]: [^{k + 1}]\n" for k in range(n))),
        "一注.md": (100_000, lambda n: "潮[^1]" * n + "\n\n" + "[^1]: 注\n" * n),
        "竖线.md": (300_000, lambda n: "|潮" * n + "|\n" + "|-" * n + "|\n" + "|1" * n + "|\n"),
        "宽表.md": (3_000, lambda n: ("|潮" * n + "|\n" + "|-" * n + "|\n") + ("|1" * n + "|\n") * 1000),
        "井号.md": (300_000, lambda n: "#" * n + " 潮\n" + "# 潮\n\n位\n\n" * n),
        "下划.md": (200_000, lambda n: ("潮\n" + "=" * n + "\n") + "位\n---\n" * n),
        "前言.md": (200_000, lambda n: "---\na: &a [潮]\n" + "".join(f"b{k}: *a\n" for k in range(n)) + "---\n潮"),
        "深前言.md": (50_000, lambda n: "---\na: " + "[" * n + "\n---\n潮"),
        "实体.md": (1_000_000, lambda n: "&amp;" * n + "&#9999999999;" * n),
        "公式.md": (300_000, lambda n: "$" * n + "\\frac{" * n + "潮"),
    }  # fmt: skip


def _tables() -> dict[str, tuple[int, Kind]]:
    """Delimited text."""
    return {
        "列.csv": (1_000_000, lambda n: (",".join(["潮"] * n) + "\n") * 3),
        "引.csv": (3_000_000, lambda n: '"' + "潮,\n" * n),
        "空行.csv": (5_000_000, lambda n: "泊位,水深\n" + "\n" * n + "七,九"),
        "空格.csv": (20_000_000, lambda n: "," * n),
        "斜.csv": (4_000, lambda n: "\n".join("," * k + "潮" for k in range(n))),
        "长格.csv": (20_000_000, lambda n: f'泊位,"{"潮" * n}"'),
        "成对引号.csv": (5_000_000, lambda n: '泊位,"' + '""' * n + '"'),
        "分隔.csv": (1_000_000, lambda n: "sep=;\n" + "潮;位,\t|" * n),
        "行.tsv": (1_500_000, lambda n: "泊位\t水深\n" + "七\t九\n" * n),
        "算式.csv": (100_000, lambda n: "=HYPERLINK(1),+1,-1,@潮\n" * n),
    }


def _web() -> dict[str, tuple[int, Kind]]:
    """HTML, whose parser takes anything."""
    page = "<html><head><title>潮</title></head><body>{}</body></html>".format
    return {
        "属性.html": (300_000, lambda n: page("<p " + " ".join(f"a{k}='潮'" for k in range(n)) + ">潮位</p>")),
        "行.html": (60_000, lambda n: page("<table>" + "<tr><td>潮<td rowspan=65000>位</tr>" * n + "</table>")),
        "列.html": (60_000, lambda n: page("<table><tr>" + "<td colspan=9999>潮" * n + "<tr><td>位</table>")),
        "大格.html": (60_000, lambda n: page(f"<table><tr><td colspan={'9' * n} rowspan=-{'9' * n}>潮<td>位</table>")),
        "深.html": (100_000, lambda n: page("<div>" * n + "潮位")),
        "深字.html": (100_000, lambda n: page("<b><i>" * n + "潮位")),
        "深表.html": (10_000, lambda n: page("<table><tr><td>" * n + "潮")),
        "深列.html": (20_000, lambda n: page("<ol><li>潮" * n)),
        "多段.html": (800_000, lambda n: page("<p>潮" * n)),
        "多行.html": (1_500_000, lambda n: page("<p>" + "潮<br>" * n)),
        "多字.html": (500_000, lambda n: page("<p>" + "<span>潮</span>" * n)),
        "标题.html": (300_000, lambda n: page("<h2>潮</h2>位" * n)),
        "脚本.html": (3_000_000, lambda n: page("潮<script>" + "<p>位" * n)),
        "注释.html": (3_000_000, lambda n: page("潮<!--" + "--!" * n)),
        "实体.html": (2_000_000, lambda n: page("&amp;&#x10ffff;&#0;" * n)),
        "样式.html": (1_000_000, lambda n: page(f'<p style="{"display:;" * n}none">潮</p><p>位')),
        "隐.html": (300_000, lambda n: page('<p style="display:none">潮</p>' * n + "位")),
        "脚注.html": (60_000, lambda n: page("".join(f"<p>潮<a id='r{k}' href='#n{k}'>[{k}]</a></p>" for k in range(n)) + "".join(f"<p id='n{k}'><a href='#r{k}'>{k}</a>注</p>" for k in range(n)))),
        "一注.html": (60_000, lambda n: page("<p>潮<a id='r' href='#n'>[1]</a></p>" * n + "<p id='n'><a href='#r'>1</a>注</p>" * n)),
        "链环.html": (60_000, lambda n: page("".join(f"<a id='n{k}' href='#n{(k + 1) % n}'>{k}</a>" for k in range(n)))),
        "结构.html": (200_000, lambda n: "<script type='application/ld+json'>" + "[" * n + "</script><p>潮位"),
        "结构二.html": (100_000, lambda n: "<script type='application/ld+json'>" + json.dumps([{"@type": "Article", "author": ["林"] * n}]) + "</script><p>潮位"),
        "元.html": (200_000, lambda n: "<meta name='citation_author' content='林'>" * n + "<p>潮"),
        "题.html": (5_000_000, lambda n: f"<title>{'潮' * n}</title><p>位"),
        "编码.html": (1_000, lambda n: f"<meta charset='{'utf-7' * n}'><p>潮+ADw-script+AD4-"),
        "图.html": (300_000, lambda n: page("<svg>" + "<g><use href='#a'/>" * n + "潮")),
        "选.html": (300_000, lambda n: page("<select>" + "<option>潮" * n)),
        "注音.html": (300_000, lambda n: page("<ruby>潮<rt>ㄔ" * n)),
        "命名.html": (500_000, lambda n: page(f"<{'a' * n} {'b' * n}>潮位")),
        "框.html": (200_000, lambda n: page("<iframe srcdoc='" + "<p>潮" * n + "'></iframe><template>" * 9 + "位")),
    }  # fmt: skip


def _rich() -> dict[str, tuple[int, Kind]]:
    """RTF."""
    page = "{{\\rtf1\\ansi\\ansicpg936 {}}}".format
    return {
        "群.rtf": (500_000, lambda n: page("{" * n + "\\u27700?" + "}" * n)),
        "未完.rtf": (1_000_000, lambda n: page("{\\b " * n)),
        "二进.rtf": (400, lambda n: page(f"\\bin{'9' * n} 潮")),
        "跳字.rtf": (400, lambda n: page(f"\\uc{'9' * n}\\u27700?位\\u-{'9' * n}?")),
        "格.rtf": (300_000, lambda n: page("\\trowd" + "\\cellx1" * n + "\\intbl 潮\\cell" * n + "\\row")),
        "行.rtf": (200_000, lambda n: page("\\trowd\\cellx1\\intbl\\u28526?\\cell\\row " * n)),
        "嵌表.rtf": (100_000, lambda n: page("\\trowd\\itap99999\\intbl x\\nestcell{\\nesttableprops\\trowd\\nestrow}" * n)),
        "注.rtf": (50_000, lambda n: page("潮{\\footnote " * n + "x" + "}" * n)),
        "域.rtf": (50_000, lambda n: page("{\\field{\\*\\fldinst HYPERLINK}{\\fldrslt " * n + "x" + "}}" * n)),
        "字体.rtf": (200_000, lambda n: page("{\\fonttbl" + "".join(f"{{\\f{k}\\fcharset{k} a;}}" for k in range(n)) + "}x")),
        "图.rtf": (20_000_000, lambda n: page("{\\pict\\pngblip " + "ff" * n + "}x")),
        "十六.rtf": (3_000_000, lambda n: page("\\'b3\\'b1" * n)),
        "长词.rtf": (5_000_000, lambda n: page(f"\\{'a' * n} x")),
        "列表.rtf": (50_000, lambda n: page("{\\*\\listtable" + "{\\list{\\listlevel{\\leveltext\\'ff;}}\\listid1}" * n + "}\\ls1\\ilvl999999 x\\par" * 9)),
        "段.rtf": (1_500_000, lambda n: page("x\\par " * n)),
    }  # fmt: skip


_W = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
_A = "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"
_P = "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"
_R = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
_S = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
_M = "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
_C = "xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'"


def _word() -> dict[str, tuple[int, Kind]]:
    """Word's files."""

    def of(body: str, **parts: str) -> bytes:
        given = {"word/document.xml": f"<w:document {_W} {_M} {_R}><w:body>{body}</w:body></w:document>"}
        given |= {f"word/{name}.xml": part for name, part in parts.items()}
        return replaced(_sound("docx"), given)

    def styles(rows: str) -> str:
        return f"<w:styles {_W}>{rows}</w:styles>"

    def style(number: int, base: int) -> str:
        return f"<w:style w:type='paragraph' w:styleId='s{number}'><w:name w:val='s{number}'/><w:basedOn w:val='s{base}'/></w:style>"

    p = "<w:p><w:r><w:t>潮</w:t></w:r></w:p>"
    return {
        "段.docx": (1_500_000, lambda n: of(p * n)),
        "空段.docx": (2_400_000, lambda n: of("<w:p/>" * n + p)),
        "字.docx": (800_000, lambda n: of("<w:p>" + "<w:r><w:t>潮</w:t></w:r>" * n + "</w:p>")),
        "制表.docx": (1_500_000, lambda n: of("<w:p><w:r>" + "<w:tab/>" * n + "<w:t>潮</w:t></w:r></w:p>")),
        "样式环.docx": (30_000, lambda n: of(f"<w:p><w:pPr><w:pStyle w:val='s1'/></w:pPr>{p[5:]}" * 200, styles=styles("".join(style(k, (k + 1) % n) for k in range(n))))),
        "样式链.docx": (30_000, lambda n: of("".join(f"<w:p><w:pPr><w:pStyle w:val='s{k}'/></w:pPr>{p[5:]}" for k in range(n)), styles=styles("".join(style(k, k + 1) for k in range(n))))),
        "深表.docx": (3_000, lambda n: of("<w:tbl><w:tr><w:tc>" * n + p + "</w:tc></w:tr></w:tbl>" * n)),
        "浅深表.docx": (80, lambda n: of(("<w:tbl><w:tr><w:tc>" * n + p + "</w:tc></w:tr></w:tbl>" * n) * 300)),
        "跨列.docx": (400, lambda n: of(f"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='{'9' * n}'/></w:tcPr>{p}</w:tc></w:tr></w:tbl>")),
        "宽跨.docx": (3_000, lambda n: of("<w:tbl>" + f"<w:tr><w:tc><w:tcPr><w:gridSpan w:val='60000'/></w:tcPr>{p}</w:tc></w:tr>" * n + "</w:tbl>")),
        "合行.docx": (200_000, lambda n: of("<w:tbl>" + f"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{p}</w:tc></w:tr>" * n + "</w:tbl>")),
        "格.docx": (300_000, lambda n: of("<w:tbl><w:tr>" + f"<w:tc>{p}</w:tc>" * n + "</w:tr></w:tbl>")),
        "深控.docx": (20_000, lambda n: of("<w:sdt><w:sdtContent>" * n + p + "</w:sdtContent></w:sdt>" * n)),
        "深链.docx": (20_000, lambda n: of("<w:p>" + "<w:hyperlink>" * n + "<w:r><w:t>潮</w:t></w:r>" + "</w:hyperlink>" * n + "</w:p>")),
        "增删.docx": (200, lambda n: of("<w:p>" + "<w:ins><w:del>" * n + "<w:r><w:t>潮</w:t></w:r>" + "</w:del></w:ins>" * n + "</w:p>" + p)),
        "域.docx": (300_000, lambda n: of("<w:p>" + "<w:r><w:fldChar w:fldCharType='begin'/></w:r>" * n + "</w:p>" + p)),
        "公式.docx": (200, lambda n: of("<w:p><m:oMath>" + "<m:f><m:num>" * n + "<m:r><m:t>潮</m:t></m:r>" + "</m:num></m:f>" * n + "</m:oMath></w:p>")),
        "号.docx": (5_000, lambda n: of(f"<w:p><w:pPr><w:numPr><w:ilvl w:val='-{'9' * n}'/><w:numId w:val='1'/></w:numPr></w:pPr>{p[5:]}" * 99, numbering=_numbering("%1%99" * n, "9" * n))),
        "罗马.docx": (4_000, lambda n: of(f"<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr>{p[5:]}" * 999, numbering=_numbering("%1", "9" * n, "upperRoman"))),
        "实体.docx": (40, lambda n: replaced(_sound("docx"), {"word/document.xml": _laughs(n)})),
        "属性.docx": (300_000, lambda n: of("<w:p " + " ".join(f"a{k}='1'" for k in range(n)) + f">{p[5:]}")),
        "名域.docx": (100_000, lambda n: of("<w:p " + " ".join(f"xmlns:a{k}='u{k}'" for k in range(n)) + f">{p[5:]}")),
        "部件.docx": (60_000, lambda n: replaced(_sound("docx"), {f"word/{k}.bin": "潮" for k in range(n)})),
        "关系.docx": (100_000, lambda n: replaced(_sound("docx"), {"word/_rels/document.xml.rels": _relations("".join(f"<Relationship Id='r{k}' Type='t' Target='../../../{k}' TargetMode='External'/>" for k in range(n)))})),
        "关系环.docx": (3, lambda n: replaced(_sound("docx"), {"word/_rels/document.xml.rels": _relations("<Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes' Target='document.xml'/>" * n)})),
        "注.docx": (100_000, lambda n: of("<w:p>" + "<w:r><w:footnoteReference w:id='1'/></w:r>" * n + "</w:p>" + p)),
        "万位.docx": (30_000_000, lambda n: of(f"<w:p><w:r><w:t>{'潮' * n}</w:t></w:r></w:p>")),
        "文本框.docx": (60, lambda n: of("<w:p><w:r><w:pict><w:txbxContent>" * n + p + "</w:txbxContent></w:pict></w:r></w:p>" * n)),
    }  # fmt: skip


def _numbering(pattern: str, start: str, form: str = "decimal") -> str:
    return (
        f"<w:numbering {_W}><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='{start}'/>"
        f"<w:numFmt w:val='{form}'/><w:lvlText w:val='{pattern}'/></w:lvl></w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )


def _relations(rows: str) -> str:
    return f"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{rows}</Relationships>"


def _laughs(depth: int) -> str:
    entities = "".join(f"<!ENTITY e{k + 1} '{f'&e{k};' * 10}'>" for k in range(depth))
    return f"<!DOCTYPE d [<!ENTITY e0 '潮'>{entities}]><d>&e{depth};</d>"


def _chart(count: str) -> str:
    points = "<c:pt idx='0'><c:v>潮</c:v></c:pt>"
    return (
        f"<c:chartSpace {_C} {_A}><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:strCache>"
        f"<c:ptCount val='{count}'/>{points}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>"
        f"<c:ptCount val='{count}'/>{points}</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>"
        "</c:chartSpace>"
    )


def _sheets() -> dict[str, tuple[int, Kind]]:
    """Excel's files."""
    kinds = ("worksheet", "worksheets/sheet1"), ("styles", "styles"), ("sharedStrings", "sharedStrings")
    related = _relations(
        "".join(
            "<Relationship Id='rId{}' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}' "
            "Target='{}.xml'/>".format(number, *kind)
            for number, kind in enumerate(kinds, 1)
        )
    )

    def of(rows: str, before: str = "", after: str = "", **parts: str) -> bytes:
        sheet = f"<worksheet {_S}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
        given = {"xl/worksheets/sheet1.xml": sheet, "xl/_rels/workbook.xml.rels": related}
        return replaced(_sound("xlsx"), given | {f"xl/{k}.xml": v for k, v in parts.items()})

    def cell(at: str, value: str, kind: str = "n", style: int = 0) -> str:
        return f"<c r='{at}' t='{kind}' s='{style}'><v>{value}</v></c>"

    def formats(pattern: str) -> str:
        return (
            f"<styleSheet {_S}><numFmts count='1'><numFmt numFmtId='200' formatCode='{pattern}'/></numFmts><fonts><font/>"
            "</fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>"
            "<xf numFmtId='200' applyNumberFormat='1'/></cellXfs></styleSheet>"
        )

    row = f"<row r='1'>{cell('A1', '7')}{cell('B1', '9')}</row>"
    return {
        "范围.xlsx": (400, lambda n: of(row, f"<dimension ref='A1:XFD{'9' * n}'/>")),
        "行号.xlsx": (400, lambda n: of(row + f"<row r='{'9' * n}'>{cell('A' + '9' * n, '1')}</row>")),
        "远格.xlsx": (3_000, lambda n: of("".join(f"<row r='{k * 300 + 1}'>{cell(f'XF{chr(65 + k % 26)}{k * 300 + 1}', '1')}</row>" for k in range(n)))),
        "列名.xlsx": (100_000, lambda n: of(f"<row r='1'>{cell('Z' * n + '1', '1')}</row>")),
        "格.xlsx": (600_000, lambda n: of("".join(f"<row r='{k + 1}'>{cell(f'A{k + 1}', '1')}</row>" for k in range(n)))),
        "一行.xlsx": (400_000, lambda n: of("<row r='1'>" + "<c t='inlineStr'><is><t>潮</t></is></c>" * n + "</row>")),
        "合.xlsx": (100_000, lambda n: of(row, after="<mergeCells>" + "<mergeCell ref='A1:XFD1048576'/>" * n + "</mergeCells>")),
        "共享.xlsx": (500_000, lambda n: of(f"<row r='1'>{cell('A1', '0', 's')}{cell('B1', '9' * 9, 's')}{cell('C1', '-1', 's')}</row>", sharedStrings=f"<sst {_S} count='{'9' * 9}'>" + "<si><t>潮</t></si>" * n + "</sst>")),
        "一串多用.xlsx": (300_000, lambda n: of("".join(f"<row r='{k + 1}'>{cell(f'A{k + 1}', '0', 's')}</row>" for k in range(n)), sharedStrings=f"<sst {_S}><si><t>{'潮' * 30_000}</t></si></sst>")),
        "数.xlsx": (400, lambda n: of(f"<row r='1'>{cell('A1', '1e' + '9' * n)}{cell('B1', 'NaN')}{cell('C1', '-1e308')}{cell('D1', '9' * n)}</row>")),
        "日期.xlsx": (300, lambda n: of(f"<row r='1'>{cell('A1', '9' * n)}{cell('B1', '-' + '9' * n)}{cell('C1', '1e300')}</row>", styles=formats("yyyy-mm-dd hh:mm:ss.000"))),
        "格式.xlsx": (1_000_000, lambda n: of(row, styles=formats("0" * n + "." + "#" * n))),
        "格式二.xlsx": (300_000, lambda n: of(row, styles=formats("[" * n + "h:" * n + ";" * n))),
        "格式三.xlsx": (100_000, lambda n: of("<row r='1'>" + cell("A1", "1.5") * 99 + "</row>", styles=formats("# ?" + "/?" * n + "?/" * n))),
        "页.xlsx": (20_000, lambda n: replaced(_sound("xlsx"), {"xl/workbook.xml": f"<workbook {_S} {_R}><sheets>" + "".join(f"<sheet name='潮{k}' sheetId='{k + 1}' r:id='rId1'/>" for k in range(n)) + "</sheets></workbook>"})),
        "页名.xlsx": (1_000_000, lambda n: replaced(_sound("xlsx"), {"xl/workbook.xml": f"<workbook {_S} {_R}><sheets><sheet name='{'潮' * n}' sheetId='1' r:id='rId1'/></sheets></workbook>"})),
        "深字.xlsx": (200, lambda n: of("<row r='1'><c r='A1' t='inlineStr'>" + "<is><r>" * n + "<t>潮</t>" + "</r></is>" * n + "</c></row>")),
        "公式.xlsx": (1_000_000, lambda n: of(f"<row r='1'><c r='A1'><f>{'(' * n}</f><v>1</v></c></row>")),
        "错.xlsx": (300_000, lambda n: of("<row r='1'>" + cell("A1", "#REF!", "e") * n + "</row>")),
        "列宽.xlsx": (100_000, lambda n: of(row, "<cols>" + "<col min='1' max='16384' hidden='1'/>" * n + "</cols>")),
    }  # fmt: skip


def _slides() -> dict[str, tuple[int, Kind]]:
    """PowerPoint's files."""
    box = (
        "<p:sp><p:nvSpPr><p:cNvPr id='2' name='x'/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x='{0}' y='{0}'/>"
        "<a:ext cx='{0}' cy='{0}'/></a:xfrm></p:spPr><p:txBody><a:bodyPr/>{1}</p:txBody></p:sp>"
    )
    text = "<a:p><a:r><a:t>潮</a:t></a:r></a:p>"
    head = "<p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"
    frame = (
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id='4' name='x'/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>"
        "<p:xfrm><a:off x='0' y='0'/><a:ext cx='9' cy='9'/></p:xfrm><a:graphic><a:graphicData uri='{0}'>{1}"
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )
    chart_uri = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    table_uri = "http://schemas.openxmlformats.org/drawingml/2006/table"
    linked = {
        "ppt/slides/_rels/slide1.xml.rels": _relations(
            "<Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/slideLayout'"
            " Target='../slideLayouts/slideLayout2.xml'/><Relationship Id='rId2' Type='http://schemas.openxmlformats.org/"
            "officeDocument/2006/relationships/chart' Target='../charts/chart1.xml'/>"
        )
    }

    def of(shapes: str, more: Mapping[str, str] | None = None) -> bytes:
        slide = f"<p:sld {_P} {_A} {_R} {_C}><p:cSld><p:spTree>{head}{shapes}</p:spTree></p:cSld></p:sld>"
        return replaced(_sound("pptx"), {"ppt/slides/slide1.xml": slide} | dict(more or {}))

    def table(cells: str) -> str:
        return frame.format(table_uri, f"<a:tbl><a:tblGrid><a:gridCol w='1'/></a:tblGrid>{cells}</a:tbl>")

    return {
        "图数.pptx": (300, lambda n: of(frame.format(chart_uri, "<c:chart r:id='rId2'/>"), linked | {"ppt/charts/chart1.xml": _chart("9" * n), "[Content_Types].xml": _typed()})),
        "图数四.docx": (9, lambda n: replaced(_sound("docx"), {"word/charts/chart1.xml": _chart("9" * n)})),
        "框.pptx": (100_000, lambda n: of(box.format(1, text) * n)),
        "深组.pptx": (5_000, lambda n: of(f"<p:grpSp>{head}" * n + box.format(1, text) + "</p:grpSp>" * n)),
        "位置.pptx": (4_000, lambda n: of(box.format("9" * n, text) + box.format("-" + "9" * n, text))),
        "段.pptx": (800_000, lambda n: of(box.format(1, text * n))),
        "自动号.pptx": (4_000, lambda n: of(box.format(1, f"<a:p><a:pPr lvl='{'9' * n}'><a:buAutoNum type='romanUcPeriod' startAt='{'9' * n}'/></a:pPr><a:r><a:t>潮</a:t></a:r></a:p>" * 9))),
        "跨.pptx": (400, lambda n: of(table(f"<a:tr h='1'><a:tc gridSpan='{'9' * n}' rowSpan='{'9' * n}'><a:txBody>{text}</a:txBody></a:tc></a:tr>"))),
        "格.pptx": (200_000, lambda n: of(table("<a:tr h='1'>" + f"<a:tc><a:txBody>{text}</a:txBody></a:tc>" * n + "</a:tr>"))),
        "页.pptx": (30_000, lambda n: replaced(_sound("pptx"), {"ppt/presentation.xml": f"<p:presentation {_P} {_R}><p:sldIdLst>" + "".join(f"<p:sldId id='{256 + k}' r:id='rId7'/>" for k in range(n)) + "</p:sldIdLst></p:presentation>"})),
        "自指.pptx": (3, lambda n: replaced(_sound("pptx"), {"ppt/slideLayouts/_rels/slideLayout2.xml.rels": _relations("<Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/slideMaster' Target='slideLayout2.xml'/>" * n)})),
    }  # fmt: skip


def _typed() -> str:
    with zipfile.ZipFile(io.BytesIO(_sound("pptx"))) as archive:
        types = archive.read("[Content_Types].xml").decode()
    chart = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    return types.replace("</Types>", f"<Override PartName='/ppt/charts/chart1.xml' ContentType='{chart}'/></Types>")


def _open() -> dict[str, tuple[int, Kind]]:
    """OpenDocument."""

    def of(body: str, kind: str = "text", **parts: str) -> bytes:
        return packed({"content.xml": CONTENT.format(OFFICE, f"<office:{kind}>{body}</office:{kind}>", ""), **parts})

    def styled(styles: str, body: str) -> bytes:
        return packed({"content.xml": CONTENT.format(OFFICE, f"<office:text>{body}</office:text>", f"<office:automatic-styles>{styles}</office:automatic-styles>")})  # fmt: skip

    def held(body: str) -> str:
        return CONTENT.format(OFFICE, f"<office:text>{body}</office:text>", "")

    def holding(name: str, times: int) -> str:
        return "<text:p>潮" + f"<draw:object xlink:href='./{name}'/>" * times + "</text:p>"

    p = "<text:p>潮</text:p>"
    row = "<table:table-row {0}><table:table-cell {1}><text:p>潮</text:p></table:table-cell></table:table-row>"
    return {
        "段.odt": (1_200_000, lambda n: of(p * n)),
        "空.odt": (100, lambda n: of(f"<text:p>潮<text:s text:c='{'9' * n}'/>位</text:p>")),
        "多空.odt": (800_000, lambda n: of("<text:p>潮" + "<text:s text:c='99'/>" * n + "位</text:p>")),
        "深列.odt": (10_000, lambda n: of("<text:list><text:list-item>" * n + p + "</text:list-item></text:list>" * n)),
        "深节.odt": (10_000, lambda n: of("<text:section>" * n + p + "</text:section>" * n)),
        "浅节.odt": (110, lambda n: of(("<text:section>" * n + p + "</text:section>" * n) * 2000)),
        "深字.odt": (10_000, lambda n: of("<text:p>" + "<text:span>" * n + "潮" + "</text:span>" * n + "</text:p>")),
        "深注.odt": (60, lambda n: of("<text:p>潮<text:note><text:note-body>" * n + p + "</text:note-body></text:note></text:p>" * n)),
        "样式环.odt": (50_000, lambda n: styled("".join(f"<style:style style:name='s{k}' style:parent-style-name='s{(k + 1) % n}'/>" for k in range(n)), "<text:p text:style-name='s0'>潮</text:p>" * 500)),
        "自含.odt": (300, lambda n: of("<text:p>潮" + "<draw:object xlink:href='./.'/><draw:object xlink:href='.'/>" * n + "</text:p>")),
        "互含.odt": (60, lambda n: of(holding("甲", 1), **{"甲/content.xml": held(holding("乙", n)), "乙/content.xml": held(holding("甲", n))})),
        "行.ods": (100, lambda n: of("<table:table>" + row.format(f"table:number-rows-repeated='{'9' * n}'", f"table:number-columns-repeated='{'9' * n}'") + "</table:table>", "spreadsheet")),
        "千方.ods": (2_000, lambda n: of("<table:table>" + row.format("table:number-rows-repeated='999'", "table:number-columns-repeated='999'") * n + "</table:table>", "spreadsheet")),
        "跨.ods": (50_000, lambda n: of("<table:table>" + row.format("", f"table:number-rows-spanned='{'9' * 9}'") * n + "</table:table>", "spreadsheet")),
        "页.ods": (50_000, lambda n: of(("<table:table>" + row.format("", "") + "</table:table>") * n, "spreadsheet")),
        "页.odp": (50_000, lambda n: of(("<draw:page><draw:frame><draw:text-box>" + p + "</draw:text-box></draw:frame></draw:page>") * n, "presentation")),
        "深框.odp": (10_000, lambda n: of("<draw:page>" + "<draw:g>" * n + "<draw:frame><draw:text-box>" + p + "</draw:text-box></draw:frame>" + "</draw:g>" * n + "</draw:page>", "presentation")),
        "深表.odt": (60, lambda n: of(("<table:table><table:table-row><table:table-cell>" * n + p + "</table:table-cell></table:table-row></table:table>" * n) * 30)),
        "实体.odt": (40, lambda n: packed({"content.xml": _laughs(n)})),
    }  # fmt: skip


def _books() -> dict[str, tuple[int, Kind]]:
    """EPUB, and what any zip file can lie about."""

    def of(chapters: Mapping[str, str], spine: str = "", more: str = "") -> bytes:
        items = "".join(
            f"<item id='i{k}' href='{name}' media-type='application/xhtml+xml'/>" for k, name in enumerate(chapters)
        )
        order = spine or "".join(f"<itemref idref='i{k}'/>" for k in range(len(chapters)))
        package = f"<package xmlns='http://www.idpf.org/2007/opf'>{more}<manifest>{items}</manifest><spine>{order}</spine></package>"
        return packed({"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "a.opf": package, **chapters})  # fmt: skip

    def page(body: str) -> str:
        return f"<html xmlns='http://www.w3.org/1999/xhtml'><body>{body}</body></html>"

    return {
        "章.epub": (60, lambda n: of({f"{k}.xhtml": page("<p>潮</p>" * (1_000 * n)) for k in range(n)})),
        "多章.epub": (15_000, lambda n: of({f"{k}.xhtml": page("<p>潮</p>") for k in range(n)})),
        "序.epub": (300_000, lambda n: of({"a.xhtml": page("<p>潮</p>")}, "<itemref idref='i0'/>" * n + "<itemref idref='无'/>" * n)),
        "单.epub": (300_000, lambda n: of({"a.xhtml": page("<p>潮</p>")}, more="<item id='x' href='../../../etc/passwd'/>" * n)),
        "深.epub": (100_000, lambda n: of({"a.xhtml": page("<section><p>" * n + "潮")})),
        "跨章注.epub": (20_000, lambda n: of({"a.xhtml": page("".join(f"<p>潮<a id='r{k}' href='b.xhtml#n{k}'>{k}</a></p>" for k in range(n))), "b.xhtml": page("".join(f"<p id='n{k}'><a href='a.xhtml#r{k}'>{k}</a>注</p>" for k in range(n)))})),
        "元.epub": (300_000, lambda n: of({"a.xhtml": page("<p>潮</p>")}, more="<metadata><creator>林</creator>" + "<meta refines='#x' property='role'>y</meta>" * n + "</metadata>")),
        "成员.epub": (65_000, lambda n: packed({f"{k}": "" for k in range(n)})),
        "重名.epub": (5_000, lambda n: doubled(_sound("epub"), "a.xhtml", n)),
        "少报.docx": (200, lambda n: misdeclared(_sound("docx"), n)),
        "多报.xlsx": (4_000_000_000, lambda n: misdeclared(_sound("xlsx"), n)),
        "同体.odt": (2_000, lambda n: overlapping(n)),
        "套压.zip": (60, lambda n: functools.reduce(lambda held, _: packed({"a.zip": held}), range(n), b"\0" * 1_000_000)),
        "尾注.epub": (65_000, lambda n: _sound("epub")[:-2] + n.to_bytes(2, "little") + b"x" * n),
    }  # fmt: skip


def _printed() -> dict[str, tuple[int, Kind]]:
    """PDF and pictures."""

    def of(*objects: str | bytes) -> bytes:
        held = b"%PDF-1.7\n"
        for number, value in enumerate(objects, 1):
            held += f"{number} 0 obj\n".encode() + (value.encode() if isinstance(value, str) else value) + b"\nendobj\n"
        return held + b"trailer<</Root 1 0 R>>\n%%EOF"

    def stream(content: str | bytes, more: str = "") -> bytes:
        held = zlib.compress(content.encode() if isinstance(content, str) else content, 9)
        return f"<</Length {len(held)}/Filter/FlateDecode{more}>>stream\n".encode() + held + b"\nendstream"

    def page(content: str | bytes, resources: str = "", box: str = "0 0 600 800", *more: str | bytes) -> bytes:
        font = "/Font<</F 5 0 R>>"
        return of(
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<{font}{resources}>>>>",
            stream(content), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", *more,
        )  # fmt: skip

    line = "BT /F 9 Tf 72 700 Td (Berth seven is nine metres deep at low tide.) Tj ET\n"
    return {
        "页数.pdf": (300, lambda n: of("<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {'9' * n}/Kids[2 0 R]>>")),
        "同页.pdf": (100_000, lambda n: of("<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {n}/Kids[{'3 0 R ' * n}]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", stream(line), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")),
        "深页.pdf": (50_000, lambda n: of("<</Type/Catalog/Pages 2 0 R>>", *(f"<</Type/Pages/Count 1/Kids[{k + 3} 0 R]>>" for k in range(n)))),
        "深栈.pdf": (2_000_000, lambda n: page("q " * n + line)),
        "行.pdf": (200_000, lambda n: page(line * n)),
        "散字.pdf": (200_000, lambda n: page("BT /F 9 Tf " + "".join(f"1 0 0 1 {k * 7 % 600} {k * 13 % 800} Tm (x) Tj " for k in range(n)) + "ET")),
        "线.pdf": (300_000, lambda n: page(line + "".join(f"{k % 600} 0 m {k % 600} 800 l S 0 {k % 800} m 600 {k % 800} l S " for k in range(n)))),
        "格.pdf": (100_000, lambda n: page(line + "".join(f"{k % 300 * 2} {k // 300 * 2} 2 2 re S " for k in range(n)))),
        "自画.pdf": (30, lambda n: page(line + "/X Do " * n, "/XObject<</X 6 0 R>>", "0 0 600 800", stream("/X Do " * n + line, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>/Font<</F 5 0 R>>>>"))),
        "大纸.pdf": (300, lambda n: page(line, "", f"-{'9' * n} 0 {'9' * n} {'9' * n}")),
        "涨.pdf": (500_000_000, lambda n: page(b" " * n + line.encode())),
        "层压.pdf": (60, lambda n: of("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>", f"<</Length 9/Filter[{'/FlateDecode' * n}]>>stream\n".encode() + functools.reduce(lambda held, _: zlib.compress(held), range(n), line.encode()) + b"\nendstream")),
        "深数组.pdf": (1_000_000, lambda n: of("<</Type/Catalog/Pages 2 0 R/X " + "[" * n, "<</Type/Pages/Count 0/Kids[]>>")),
        "前环.pdf": (5, lambda n: _sound("pdf") + b"startxref\n" + str(len(_sound("pdf")) - 9 * n).encode() + b"\n%%EOF"),
        "书签环.pdf": (3, lambda n: of("<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", stream(line), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "<</First 6 0 R/Last 6 0 R/Next 6 0 R/Parent 6 0 R/Title(x)>>")),
        "码表.pdf": (200_000, lambda n: page("BT /G 9 Tf 72 700 Td <0001000200030004> Tj ET", "/Font<</G 6 0 R>>", "0 0 600 800", "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[8 0 R]/ToUnicode 7 0 R>>", stream("1 beginbfrange\n" + "<0000> <FFFF> <4E00>\n" * n + "endbfrange"), "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>>>")),
        "页码.pdf": (4_000, lambda n: of(f"<</Type/Catalog/Pages 2 0 R/PageLabels<</Nums[0<</S/R/St {'9' * n}>>]>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>", stream(line), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")),
        "表单.pdf": (100_000, lambda n: of("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Annots[{'6 0 R ' * n}]/Resources<</Font<</F 5 0 R>>>>>>", stream(line), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "<</Type/Annot/Subtype/Widget/FT/Tx/T(x)/V(y)/Rect[0 0 9 9]/Parent 6 0 R/Kids[6 0 R]>>")),
        "大图.pdf": (100_000, lambda n: page("q 600 0 0 800 0 0 cm /I Do Q", "/XObject<</I 6 0 R>>", "0 0 600 800", stream(b"\xff" * 99, f"/Type/XObject/Subtype/Image/Width {n}/Height {n}/BitsPerComponent 8/ColorSpace/DeviceRGB"))),
        "大.png": (300_000, lambda n: _png(n, n, b"\0" * 99)),
        "涨.png": (9_000, lambda n: _png(n, n, b"\0" * (n * (n + 1)))),
        "附文.png": (100_000_000, lambda n: _png(9, 9, b"\0" * 90, (b"zTXt", b"x\0\0" + zlib.compress(b" " * n, 9)))),
        "多帧.tif": (100_000, lambda n: _tiff(n)),
        "帧环.tif": (1, lambda n: _tiff(n, ring=True)),
        "大.jpg": (60_000, lambda n: b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x0b\x08" + struct.pack(">HH", n, n) + b"\1\1\x11\0\xff\xd9"),
    }  # fmt: skip


def _png(width: int, height: int, rows: bytes, *more: tuple[bytes, bytes]) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    held = b"\x89PNG\r\n\x1a\n"
    for kind, data in (head, *more, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")):
        held += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return held


def _tiff(frames: int, *, ring: bool = False) -> bytes:
    """Return a picture of so many frames of one dot, which share the dot."""
    tags = (
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 1),
    )
    entries = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    size, first = len(entries) + 4, 12
    follow = [first + size * (frame + 1) for frame in range(frames - 1)] + [first if ring else 0]
    return (
        b"II*\0" + struct.pack("<I", first) + b"\x80\0\0\0" + b"".join(entries + struct.pack("<I", at) for at in follow)
    )


CONTAINER = (
    "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles><rootfile full-path='a.opf' "
    "media-type='application/oebps-package+xml'/></rootfiles></container>"
)
PACKAGE = (
    "<package xmlns='http://www.idpf.org/2007/opf'><manifest><item id='a' href='a.xhtml' "
    "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine></package>"
)
CONTENT = "<office:document-content {0}>{2}<office:body>{1}</office:body></office:document-content>"
_NAMED = {"office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing"}
OFFICE = "xmlns:xlink='http://www.w3.org/1999/xlink' " + " ".join(
    f"xmlns:{prefix}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'" for prefix, name in _NAMED.items()
)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def replaced(data: bytes, parts: Mapping[str, str]) -> bytes:
    """Return a zip file in which some parts are others, or more."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return packed(held | dict(parts))


def doubled(data: bytes, name: str, times: int) -> bytes:
    """Return a zip file that holds a part many times."""
    held = io.BytesIO(data)
    with zipfile.ZipFile(held) as archive:
        part = archive.read(name)
    with zipfile.ZipFile(held, "a") as archive:
        for _ in range(times):
            archive.filelist.append(archive.filelist[-1])
        archive.comment = part[:9]
    return held.getvalue()


def misdeclared(data: bytes, size: int) -> bytes:
    """Return a zip file whose parts all say to be of a size that they are not."""
    held = io.BytesIO(data)
    with zipfile.ZipFile(held, "a") as archive:
        for member in archive.filelist:
            member.file_size = size
        archive.comment = b"x"
    return held.getvalue()


def overlapping(times: int) -> bytes:
    """Return a zip file whose parts are all the same bytes (https://www.bamsoftware.com/hacks/zipbomb/)."""
    body = CONTENT.format(OFFICE, f"<office:text>{'<text:p>潮</text:p>' * 9000}</office:text>", "")
    return doubled(packed({"content.xml": body}), "content.xml", times)


@functools.cache
def _sound(ending: str) -> bytes:
    return dict(sound_documents())[ending]


@functools.cache
def sound_documents() -> list[tuple[str, bytes]]:
    """Return a small document of each format, by its ending."""
    import docx
    import openpyxl
    import pptx
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    files: dict[str, bytes] = {
        "txt": TEXT.encode("gb18030"),
        "md": f"# 题\n\n{TEXT}[^1]\n\n[^1]: 注\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n".encode(),
        "html": f"<html><body><h1>题</h1><p>{TEXT}</p><table><tr><td>甲<td>乙</table></body></html>".encode(),
        "csv": f"泊位,水深\n七,{TEXT}\n".encode(),
        "rtf": b"{\\rtf1\\ansi\\ansicpg936 \\'ba\\'af\\u27700?\\par{\\pntext 1.}\\b x\\b0}",
    }
    held = io.BytesIO()
    word = docx.Document()
    word.add_heading("题", 1)
    word.add_paragraph(TEXT)
    word.add_table(2, 2).cell(0, 0).text = "格"
    word.save(held)
    files["docx"] = held.getvalue()
    held = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["泊位", TEXT])
    book.save(held)
    files["xlsx"] = held.getvalue()
    held = io.BytesIO()
    slides = pptx.Presentation()
    slides.slides.add_slide(slides.slide_layouts[1]).shapes.title.text = TEXT
    slides.save(held)
    files["pptx"] = held.getvalue()
    held = io.BytesIO()
    canvas = Canvas(held)
    canvas.drawString(72, 700, "Berth seven is nine metres deep, and the tide is measured every six minutes.")
    canvas.save()
    files["pdf"] = held.getvalue()
    for ending, form in (("png", "PNG"), ("jpg", "JPEG"), ("tif", "TIFF")):
        held = io.BytesIO()
        Image.new("L", (60, 40), 255).save(held, form)
        files[ending] = held.getvalue()
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{TEXT}</p></body></html>"
    files["epub"] = packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "a.opf": PACKAGE,
            "a.xhtml": page,
        }
    )
    for ending, kind in (("odt", "text"), ("ods", "spreadsheet"), ("odp", "presentation")):
        body = f"<text:p>{TEXT}</text:p>"
        if ending == "ods":
            body = f"<table:table><table:table-row><table:table-cell>{body}</table:table-cell></table:table-row></table:table>"
        if ending == "odp":
            body = f"<draw:page><draw:frame><draw:text-box>{body}</draw:text-box></draw:frame></draw:page>"
        files[ending] = packed({"content.xml": CONTENT.format(OFFICE, f"<office:{kind}>{body}</office:{kind}>", "")})
    return sorted(files.items())


def spoil(chance: random.Random, data: bytes) -> bytes:
    """Return a document with something broken in it: bits, a cut, parts doubled or moved, in a zip inside its parts."""
    if data[:2] == b"PK" and chance.random() < 0.6:
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
            names = source.namelist()
            victim = chance.choice(names)
            for name in names:
                part = source.read(name)
                if name == victim:
                    part = spoil(chance, part) if chance.random() < 0.7 else source.read(chance.choice(names))
                target.writestr(name, part)
        return held.getvalue()
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        place, size = chance.randrange(max(1, len(spoilt))), chance.randrange(1, 60)
        kind = chance.randrange(5)
        if kind == 0 and spoilt:
            spoilt[place % len(spoilt)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del spoilt[place : place + size]
        elif kind == 2:
            spoilt[place:place] = spoilt[place : place + size] * chance.choice((1, 2, 50))
        elif kind == 3:
            del spoilt[max(place, len(spoilt) // 2) :]
        else:
            spoilt[place:place] = chance.choice((b"\x00", b"<", b"&#x0;", b"999999999999", "潮".encode(), b"\xff\xfe"))
    return bytes(spoilt)


ODD_NAMES: tuple[bytes, ...] = (
    "水文年鉴.txt".encode("gb18030"), b"\xff\xfe\x80.md", "换\n行.txt".encode(), "转\x1b[2J义.txt".encode(),
    "\u202egpj.潮位.txt".encode(), "零\u200b宽.txt".encode(), ("潮" * 83 + ".txt").encode(), " 空 .txt".encode(),
    "<b>粗.txt".encode(), "'引\"号`$(id).txt".encode(), b"CON.txt", b"-rf.txt", "～%41#?.txt".encode(),
    "e\u0301te\u0301.txt".encode(), "无尾".encode(), b".txt.", "尾.TXT".encode(), "a.txt\u3000".encode(),
    b"=1+1.csv",
)  # fmt: skip


def odd_paths(chance: random.Random, folder: Path) -> None:
    """Put into a folder what else may lie in one: odd names, links, pipes, what may not be read, and very large files."""
    for odd in chance.sample(ODD_NAMES, 8):
        Path(os.fsdecode(os.path.join(os.fsencode(folder), odd))).write_text(
            f"此档名为{chance.random()}，{TEXT}\n", "utf-8"
        )
    for name, target in (
        ("悬空.md", "没有.md"),
        ("自己.md", "自己.md"),
        ("外面.md", "/etc/passwd"),
        ("设备.txt", "/dev/zero"),
        ("上级", ".."),
    ):
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "管道.txt")
    (folder / "是夹.pdf").mkdir()
    deep = folder
    for _ in range(chance.randrange(1, 40)):
        deep = deep / "深"
        deep.mkdir()
    (deep / "底.txt").write_text(TEXT, "utf-8")
    with (folder / "稀疏.txt").open("wb") as file:
        file.truncate(chance.choice((10**8, 3 * 10**9, 10**12)))
    (folder / "空.docx").write_bytes(b"")
    (folder / "锁.txt").write_text(TEXT, "utf-8")
    (folder / "锁.txt").chmod(0)
