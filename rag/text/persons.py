"""Lines that name people: which line under a title is the line of authors, and who they are.

Entry points: `parse_names`, `same_person`. Caller: `mastheads`. Knows surnames, no person.
"""

from __future__ import annotations

import functools
import re

from rag.text.language import HAN, to_simplified
from rag.vocabulary import read_table

# Surname and its pinyin, the most frequent first; the double surnames follow. Few names fall out of the list.
_SURNAMES_PINYIN = """
王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou
徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo
郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng 冯feng 韩han
曹cao 曾zeng 彭peng 萧xiao 肖xiao 蔡cai 潘pan 田tian 董dong 袁yuan
于yu 余yu 叶ye 蒋jiang 杜du 苏su 魏wei 程cheng 吕lv 丁ding
沈shen 任ren 姚yao 卢lu 傅fu 付fu 钟zhong 姜jiang 崔cui 谭tan 廖liao
范fan 汪wang 陆lu 金jin 石shi 戴dai 贾jia 韦wei 夏xia 邱qiu
方fang 侯hou 邹zou 熊xiong 孟meng 秦qin 白bai 江jiang 阎yan 闫yan
薛xue 尹yin 段duan 雷lei 黎li 史shi 龙long 陶tao 贺he 顾gu
毛mao 郝hao 龚gong 邵shao 万wan 钱qian 严yan 赖lai 覃qin 洪hong 武wu
莫mo 孔kong 汤tang 向xiang 常chang 温wen 康kang 施shi 文wen 牛niu
樊fan 葛ge 邢xing 安an 齐qi 易yi 乔qiao 伍wu 庞pang 颜yan
倪ni 庄zhuang 聂nie 章zhang 鲁lu 岳yue 翟zhai 殷yin 詹zhan 申shen
欧ou 耿geng 关guan 兰lan 焦jiao 俞yu 左zuo 柳liu 甘gan 祝zhu
包bao 宁ning 尚shang 符fu 舒shu 阮ruan 柯ke 纪ji 梅mei 童tong
凌ling 毕bi 单shan 季ji 裴pei 霍huo 涂tu 成cheng 苗miao 谷gu 盛sheng
曲qu 翁weng 冉ran 骆luo 蓝lan 路lu 游you 辛xin 靳jin 欧阳ouyang
管guan 柴chai 蒙meng 鲍bao 华hua 喻yu 祁qi 蒲pu 房fang 滕teng 屈qu
饶rao 解xie 牟mou 艾ai 尤you 阳yang 时shi 穆mu 农nong 司si 卓zhuo
古gu 吉ji 缪miao 简jian 车che 项xiang 连lian 芦lu 麦mai 褚chu 娄lou
窦dou 戚qi 岑cen 景jing 党dang 宫gong 费fei 卜bu 冷leng 晏yan
席xi 卫wei 米mi 柏bai 宗zong 瞿qu 桂gui 全quan 佟tong 应ying 臧zang
闵min 苟gou 邬wu 边bian 卞bian 姬ji 师shi 和he 仇qiu 栾luan
隋sui 商shang 刁diao 沙sha 荣rong 巫wu 寇kou 桑sang 郎lang 甄zhen 丛cong
仲zhong 虞yu 敖ao 巩gong 明ming 佘she 池chi 查zha 麻ma 苑yuan
迟chi 邝kuang 官guan 封feng 谈tan 匡kuang 鞠ju 惠hui 荆jing 乐le
冀ji 郁yu 胥xu 南nan 班ban 储chu 原yuan 栗li 燕yan 楚chu 鄢yan
劳lao 谌chen 奚xi 皮pi 粟su 冼xian 蔺lin 楼lou 盘pan 满man 闻wen
位wei 厉li 伊yi 仝tong 区ou 郜gao 海hai 阚kan 花hua 权quan
强qiang 帅shuai 屠tu 豆dou 朴piao 盖gai 练lian 廉lian 禹yu 井jing
祖zu 漆qi 巴ba 丰feng 支zhi 卿qing 国guo 狄di 平ping 计ji 索suo
宣xuan 晋jin 相xiang 初chu 门men 云yun 容rong 敬jing 来lai 扈hu 晁chao
芮rui 都du 普pu 阙que 浦pu 戈ge 伏fu 鹿lu 薄bo 邸di 雍yong
辜gu 羊yang 阿a 乌wu 母mu 裘qiu 亓qi 修xiu 邰tai 赫he 杭hang 况kuang
那na 宿su 鲜xian 印yin 逯lu 隆long 茹ru 诺nuo 战zhan 慕mu 危wei
玉yu 银yin 亢kang 嵇ji 公gong 哈ha 湛zhan 宾bin 戎rong 勾gou 茅mao 利li
于yu 呼hu 居ju 揭jie 干gan 但dan 尉wei 冶ye 斯si 元yuan 束shu
檀tan 衣yi 信xin 展zhan 阴yin 昝zan 智zhi 幸xing 奉feng 植zhi 衡heng 富fu
尧yao 闭bi 由you 节jie 贝bei 邴bing 达da 忻xin 随sui 丑chou 滑hua
郇huan 宓mi 糜mi 松song 扬yang 晋jin 竺zhu 计ji 沃wo 蔚wei 越yue
司马sima 诸葛zhuge 上官shangguan 夏侯xiahou 东方dongfang 皇甫huangfu
尉迟yuchi 公孙gongsun 慕容murong 令狐linghu 司徒situ 长孙zhangsun
宇文yuwen 端木duanmu 呼延huyan 南宫nangong 独孤dugu 西门ximen
澹台tantai 百里baili 轩辕xuanyuan 申屠shentu 太史taishi 闻人wenren
"""
_PAIRS = re.findall(rf"([{HAN}]+)([a-z]+)", _SURNAMES_PINYIN)
SURNAMES = frozenset(name for name, _ in _PAIRS)
_PINYIN: dict[str, set[str]] = {}
for _name, _spelling in _PAIRS:
    _PINYIN.setdefault(_name, set()).add(_spelling)
_PINYIN["吕"] |= {"lyu", "lu"}
_PINYIN["曾"].add("ceng")
_PINYIN["单"].add("dan")
_SPELLINGS = frozenset(spelling for spellings in _PINYIN.values() for spelling in spellings)

_GROUP = re.compile(r"(?:课题组|编辑部|研究组|编写组|项目组|评论员|联合报告组|工作组|写作组|研究小组|专家组|编委会)$")
_ROLE = re.compile(
    r"^(?:文\s*[/／|｜:：]|作\s*者\s*[:：/／]|撰\s*文\s*[:：/／]|By[:：]?\s|□|◎|■|●|○|◆)\s*|\s*(?:[/／]\s*文|著|编著|主编|译|整理)$",
    re.IGNORECASE,
)
_AFFIX = re.compile(r"[\d,，*＊†‡§¶+#①-⑳¹²³⁰-⁹\s]+$")
_HAN_NAME = re.compile(rf"[{HAN}](?:[{HAN}·•‧∙.]|\s(?=[{HAN}](?:\s|$)))*[{HAN}]")
_LATIN_WORD = r"(?:(?:[A-Z]\.-?){1,4}|[A-ZÀ-ÞŠŽČŁØ](?:[^\W\d_]|['’\-])*\.?)"
_LATIN_NAME = re.compile(rf"{_LATIN_WORD}(?:\s(?:(?:de|van|von|der|la|bin|al)\s)?{_LATIN_WORD}){{1,3}}")


@functools.cache
def no_name_words() -> frozenset[str]:
    """Return the capitalised English words that stand in titles and names of bodies, and in no person's name."""
    return frozenset(word for word, _ in read_table("no_name_words"))


@functools.lru_cache(maxsize=4096)
def parse_names(line: str) -> tuple[str, ...]:
    """Return the people that a line names, when it names people and nothing else; else ().

    `王 毅`, `徐秀军 阮建平`, `李 航 姜 雪`, `张三1，李四2*`, `文/张三`, a named group of authors, `Wang Yi; Li Si`,
    `LI Bing XIE Laihui` and `John Smith and Mary Doe` are lines of names.
    """
    text = line.strip()
    if not 2 <= len(text) <= 120 or text[0] in "•·‧∙":  # an entry of a list
        return ()
    introduced = bool(_ROLE.search(text))
    text = _ROLE.sub("", text).strip()
    if _GROUP.search(text) and len(text) <= 40 and not re.search(r"[。，；？！:：]", text):
        return (text,)
    if re.search(f"[{HAN}]", text):
        return _parse_han_names(text, introduced)
    return _parse_latin_names(text, introduced)


def _parse_han_names(text: str, introduced: bool) -> tuple[str, ...]:
    text = re.sub(r"[\[［〔(（][\d,，*]+[\])）］〕]", " ", text)
    parts = [part for part in re.split(r"[、，,;；\s\d*＊†‡①-⑳¹²³⁰-⁹]+", text) if part]
    names: list[str] = []
    pending = ""
    for part in parts:
        if pending:
            part, pending = pending + part, ""
        elif len(part) == 1 or (
            part in SURNAMES and len(part) == 2 and len(parts) % 2 == 0 and all(len(p) <= 2 for p in parts)
        ):
            pending = part
            continue
        names.append(part)
    if pending or not names:
        return ()
    return tuple(names) if all(_is_han_name(name, introduced) for name in names) and len(names) <= 15 else ()


def _is_han_name(name: str, introduced: bool) -> bool:
    if not re.fullmatch(rf"[{HAN}·•‧∙]+", name):
        return False
    if re.search("[·•‧∙]", name):  # a foreign name in Chinese letters
        return 3 <= len(name) <= 20
    simple = to_simplified(name)
    surname = (simple[:2] in SURNAMES and len(simple) >= 3) or simple[0] in SURNAMES
    return 2 <= len(name) <= 4 and (surname or introduced) and (len(name) <= 3 or simple[:2] in SURNAMES or introduced)


def _parse_latin_names(text: str, introduced: bool) -> tuple[str, ...]:
    if not no_name_words().isdisjoint(re.findall(r"\w+(?![.\w])", text)) or re.search(r"[.:?!]$|\d{4}", text):
        return ()
    upper = re.findall(r"\b[A-Z]{2,}(?:-[A-Z]+)?\s[A-Z][a-z]+(?:[-'][A-Za-z]+)?", text)
    if upper and re.sub(r"[\s,;、，；]|\band\b", "", text) == re.sub(r"\s", "", "".join(upper)):
        return tuple(upper)
    names = [_AFFIX.sub("", part).strip() for part in re.split(r"\s*(?:[;,，；、&]|\band\b|\bwith\b)\s*", text)]
    names = [name for name in names if name]
    if not names or not all(_LATIN_NAME.fullmatch(name) for name in names):
        return ()
    known = any(word.lower() in _SPELLINGS for name in names for word in (name.split()[0], name.split()[-1]))
    return tuple(names) if known or introduced or (len(names) > 1 and len(text) < 100) else ()


def same_person(han: str, latin: str) -> bool:
    """Say whether `latin` may spell the Chinese name `han`: the surnames agree, and so does the number of syllables."""
    simple = to_simplified(han)
    surname = simple[:2] if simple[:2] in _PINYIN and len(simple) > 2 else simple[:1]
    words = re.sub(r"['’\-]", "", latin).lower().split()
    if len(words) < 2 or not words[0] or not words[-1]:
        return False
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        syllables = sum(len(re.findall(r"[aeiouvü]+", word)) for word in given)
        if family in _PINYIN.get(surname, set()) and syllables == len(simple) - len(surname):
            return True
    return False
