"""Names, titles and quoted strings of a sentence: what must stand in a passage word for word.

A quoted string and a 《title》 are exact claims in either language. A Latin word in a Chinese sentence, a capitalised
word or an acronym in an English one, and what the dictionary knows as a Chinese name are names.
Entry points: `find_quotes`, `find_latin_names`, `find_han_names`. Caller: verification.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

import functools
import re

from rag.language import HAN, HAN_CHARACTER, main_language, to_simplified
from rag.records import Span
from rag.verification.folding import fold_text
from rag.verification.translations import chinese_names_of
from rag.words import dictionary

_QUOTE = re.compile(
    r"“([^“”\n]{1,300})”|「([^「」\n]{1,300})」|『([^『』\n]{1,300})』|(?<![\w\"])\"([^\"\n]{2,300})\"(?!\w)|《([^《》\n]{1,120})》"
)
_LATIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]+\d+[A-Za-z0-9]*|\d+[A-Za-z][A-Za-z0-9]*|[A-Z]{2,}-\d{1,3}|[A-Za-zÀ-ÿ]+(?:['·.&][A-Za-zÀ-ÿ]+)*)"
)
# Words that are capitalised for other reasons than being a name, or that an answer in English writes about documents.
_PLAIN = frozenset(
    (
        "a an and are as at be but by for from had has have he her his i if in into is it its may mr mrs ms "
        "dr new no not of on or our she so such than that the their there these they this those to was we "
        "were what when which while who will with according however moreover furthermore additionally also "
        "although because both despite during each first second third finally one two three four five six "
        "seven eight nine ten while since unlike under after before between among all some most many "
        "several other another yes neither nor only over per thus therefore through source sources passage "
        "passages paper papers document documents article articles author authors table figure section page "
        "chapter note year years january february march april june july august september october november "
        "december jan feb mar apr jun jul aug sep sept oct nov dec percent million billion trillion usd eur "
        "cny rmb q1 q2 q3 q4 vs etc al et ie eg pp vol"
    ).split()
)
# Known names that are common words as well.
_COMMON = frozenset(
    {"states", "nations", "commission", "council", "congress", "senate", "parliament", "latin", "who", "road"}
)
_NAME_TAGS = ("nr", "ns", "nt", "nz")
_GLUED = frozenset("和与同跟及或对向在从由被把给据按")  # what may stand before a name and open a surname as well
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文阮严葛祝季殷翁华霍"
)
_SPEAKS = re.compile(
    "等?人?(?:认为|指出|主张|强调|提出|提到|写道|断言|承认|称|说|引用?|把|将|用|的(?:论文|文章|研究|书|文|报告|看法|说法|观点))"
)
# Verbs and common nouns that the word dictionary holds for names.
_NO_NAMES = frozenset(
    (
        "惠及 普及 波及 封锁 汇报 抗议 申报 云集 中断 周转 修正 上台 林立 国际化 陈列 通达 力争 许可 容纳 杜绝 抗争 "
        "治国 晋升 加盟 弘扬 曝光 崇尚 兴盛 查明 周旋 上岗 拓宽 扬言 权衡 升华 印发 串联 加密 入世 凌驾 嘉奖 扎根 "
        "勾勒 启迪 搜罗 罗列 牟利 最大化 付诸 游弋 合龙 盛赞 力克 公开化 格式化 绥靖 置信 夸赞 廓清 脱敏 越权 罗致 "
        "包罗 和平 普通 论文 正文 通讯 家族 奇特 精华 宝库 威信 源泉 曙光 抗衡 对华 大战 和谈 联谊 端正 美观 天文 "
        "集成电路 世界观 爱国主义 第二产业 第三产业 中西部 社会科学 交易所 商学院 联合会 联合体 上市公司 国家机关 "
        "商业银行 联合政府"
    ).split()
)


def find_quotes(text: str) -> list[tuple[str, Span]]:
    """Return the quoted strings and 《titles》 of `text`, each with the span of what stands between the marks.

    An ellipsis cuts a quote in two, each of which must stand by itself; closing punctuation is not part of it.
    """
    quotes = []
    for match in _QUOTE.finditer(text):
        group = next(i for i in range(1, 6) if match[i] is not None)
        for part in re.finditer(r"(?:(?!…|\.\.\.|⋯|\[…\]).)+", match[group]):
            start, end = match.start(group) + part.start(), match.start(group) + part.end()
            body = text[start:end]
            start += len(body) - len(body.lstrip(" ，,"))
            end -= len(body) - len(body.rstrip(" ，。,.;；、!！?？:："))
            if start < end:
                quotes.append((text[start:end], (start, end)))
    return quotes


def find_latin_names(text: str) -> list[tuple[str, Span]]:
    """Return the Latin names of `text`: every Latin word of a Chinese text, names and acronyms of an English one.

    The capital that opens an English sentence proves nothing: such a word counts only when it is an acronym.
    """
    chinese = main_language(text) == "zh"
    folded = fold_text(text)
    names = []
    opening = True
    for match in _LATIN.finditer(folded.text):
        word = match.group()
        opens, opening = opening, False
        if re.search(r"[.!?:][\"')]*\s*[\"'(]*$", folded.text[max(0, match.start() - 12) : match.start()]):
            opens = True
        bare = re.sub(r"'s?$", "", word)
        acronym = (
            len(re.findall(r"[A-Z]", bare)) >= 2 or (bare[:1].isalpha() and bare[-1:].isdigit()) or bare[:1].isdigit()
        )
        if len(bare) < 2 or bare.casefold() in _PLAIN:
            continue
        # A state is a name wherever it stands; of other words the capital at the beginning proves nothing.
        known = opens and bare[0].isupper() and bare.casefold() not in _COMMON and bool(chinese_names_of(bare))
        if acronym or known or (chinese and len(bare) > 1) or (bare[0].isupper() and not opens):
            names.append((bare, folded.source_span(match.start(), match.end())))
    return names


def latin_words(text: str) -> frozenset[str]:
    """Return the Latin words of `text`, case folded, possessive endings off."""
    return frozenset(re.sub(r"'s?$", "", word).casefold() for word in _LATIN.findall(fold_text(text).text))


def holds_latin_name(name: str, words: frozenset[str]) -> bool:
    """Tell whether `words` hold `name`, or a word of its stem (Japan, Japanese; Europe, European)."""
    name = name.casefold()
    if name in words or (name.endswith("s") and name[:-1] in words) or name + "s" in words:
        return True
    stem = name[: max(4, len(name) - 3)]
    return name.isalpha() and len(stem) >= 4 and any(w.startswith(stem) and abs(len(w) - len(name)) <= 3 for w in words)


@functools.cache
def _tagger() -> object:
    import jieba.posseg

    return jieba.posseg.POSTokenizer(dictionary())


@functools.lru_cache(maxsize=1024)
def tag_words(text: str) -> tuple[tuple[str, str, Span], ...]:
    """Return the words of a Chinese text with their part of speech (jieba's tags) and span."""
    result = []
    at = 0
    for pair in _tagger().cut(text):  # type: ignore[attr-defined]
        result.append((str(pair.word), str(pair.flag), (at, at + len(pair.word))))
        at += len(pair.word)
    return tuple(result)


def find_han_names(text: str) -> list[tuple[str, Span]]:
    """Return the Chinese names of people, places and bodies in `text`, of two characters or more.

    The dictionary is of simplified words, so that a text in traditional characters is read as its simplified form.
    Names that the dictionary does not hold are guessed by it, and where one begins may be wrong; see `is_known_word`.
    A conjunction or preposition that was guessed to be a part of one (和德勤) is taken off.
    """
    names = []
    for word, tag, (start, end) in tag_words(to_simplified(text)):
        if not tag.startswith(_NAME_TAGS) or word in _NO_NAMES or not re.fullmatch(f"[{HAN}·]+", word):
            continue
        if word[0] in _GLUED and not is_known_word(word):
            start += 1
        if end - start >= 2:
            names.append((text[start:end], (start, end)))
    return sorted({*names, *_find_speakers(text)}, key=lambda item: item[1])


def _find_speakers(text: str) -> list[tuple[str, Span]]:
    """Return who speaks where the dictionary sees a surname and a common word: [任][保平]认为, 据[阮][建平]的论文."""
    words = tag_words(to_simplified(text))
    found = []
    for i, (surname, _, (start, _)) in enumerate(words[:-2]):
        given, _, (_, end) = words[i + 1]
        if surname not in _SURNAMES or len(given) > 2 or not re.fullmatch(f"[{HAN}]+", given):
            continue
        behind = "".join(word for word, _, _ in words[i + 2 : i + 5])
        is_free = i == 0 or words[i - 1][1] in ("p", "c", "x", "y") or not HAN_CHARACTER.match(words[i - 1][0])
        if is_free and _SPEAKS.match(behind) and not is_known_word(surname + given):
            found.append((text[start:end], (start, end)))
    return found


def is_known_word(word: str) -> bool:
    """Tell whether the dictionary holds `word`: then its boundaries are no guess."""
    return bool(dictionary().FREQ.get(word))
