# ruff: noqa: E501  a text stands on one line with its translation
"""What the page says, in Chinese and English: one table, so that neither language can lack a line.

Entry points: `say`, `says`. Caller: the page. A key that is missing is a mistake of ours and raises at once.
"""

from __future__ import annotations

from rag.records import Language

# key -> (Chinese, English); {names} are filled in by `say`.
TEXTS: dict[str, tuple[str, str]] = {
    # the house
    "name": ("问据", "Wenju"),
    "nav_chat": ("提问", "Ask"),
    "nav_library": ("文库", "Library"),
    "nav_look": ("只检索", "Search only"),
    "nav_settings": ("设置", "Settings"),
    "language": ("界面语言", "Language of the page"),
    # conversations
    "new_conversation": ("新对话", "New conversation"),
    "conversations": ("历次对话", "Conversations"),
    "search_conversations": ("搜索对话", "Search conversations"),
    "no_conversations": ("还没有对话。", "No conversations yet."),
    "none_found": ("没有找到。", "Nothing found."),
    "rename": ("改名", "Rename"),
    "delete": ("删除", "Delete"),
    "deleted": ("已删除“{title}”。", "“{title}” was deleted."),
    "undo": ("撤销", "Undo"),
    "earlier": ("更早", "Earlier"),
    # asking
    "ask_here": ("问一个问题，中文或英文都可以", "Ask a question, in English or Chinese"),
    "welcome": ("想查证什么？", "What would you like to check?"),
    "welcome_counts": (
        "文库里有 {sources} 份文献、{articles} 篇文章。答案逐句标明出处，点数字即可对照原文。",
        "The library holds {sources} sources with {articles} articles. Each sentence of an answer names its source: click a number to compare.",
    ),
    "suggestions": ("可以从这些问题开始", "Questions to begin with"),
    "suggestions_next": ("还可以问", "Ask next"),
    "stopped": ("已停止。以下内容未经核对。", "Stopped. What follows was not checked."),
    "stopped_early": ("已停止，还没有写出内容。", "Stopped before anything was written."),
    "stop": ("停止", "Stop"),
    "you": ("你", "You"),
    "answer": ("回答", "Answer"),
    "understood_as": ("理解为", "Understood as"),
    "edit_question": ("改写后再问", "Edit and ask again"),
    "ask_again": ("再问", "Ask"),
    "cancel": ("取消", "Cancel"),
    "copy_answer": ("复制回答", "Copy answer"),
    "copied": ("已复制", "Copied"),
    "copy_failed": ("浏览器不允许复制", "The browser refused to copy"),
    "took": ("用时 {seconds} 秒", "{seconds} s"),
    "steps": ("步骤", "Steps"),
    "written_by": ("撰写：{name}", "Written by {name}"),
    "extractive": ("原文摘句", "sentences of the sources"),
    "struck": ("{n} 处引文编号不存在，已划去。", "{n} citation numbers that do not exist were struck."),
    "missing_parts": ("没有找到依据的部分：{parts}", "Nothing was found for: {parts}"),
    "fell_back": (
        "所选模型没有写成回答，以下改用原文摘句。",
        "The chosen model did not answer; these are sentences of the sources instead.",
    ),
    "filtered_to": ("只问选定的 {n} 篇文章", "Asking only {n} chosen articles"),
    "clear_filter": ("问全部文献", "Ask all sources"),
    "passages_found": ("找到 {n} 段", "{n} passages found"),
    "rate": ("评价这个回答", "Rate this answer"),
    "rate_up": ("有帮助", "Helpful"),
    "rate_down": ("有问题", "Not right"),
    "rate_reason": ("为什么？（可不填）", "Why? (optional)"),
    "rate_send": ("保存", "Save"),
    # standings
    "standing_supported": ("有据", "supported"),
    "standing_partly": ("部分有据", "partly supported"),
    "standing_not_found": ("出处中未见", "not found in its source"),
    "standing_uncited": ("未注出处", "no source given"),
    "reason_verbatim": ("与原文逐字相同", "word for word in the source"),
    "reason_framed": ("引出的部分与原文逐字相同", "what it introduces is word for word in the source"),
    "reason_overlap": ("用词与原文相合，数字与名称均可核对", "its words, figures and names agree with the source"),
    "reason_translated": ("由另一种语言转述，数字与名称相合", "put into another language; figures and names agree"),
    "reason_similar": (
        "由另一种语言转述，与所引段落意思最近",
        "put into another language; nearest to the cited passage",
    ),
    "reason_figure_missing": ("所引段落里没有这个数字", "the cited passage lacks this figure"),
    "reason_name_missing": ("所引段落里没有这个名称", "the cited passage lacks this name"),
    "reason_quote_missing": ("所引段落里没有这句引文", "the cited passage lacks this quotation"),
    "reason_wording_changed": ("与原文有个别用词不同", "a word differs from the source"),
    "reason_weak_overlap": ("与所引段落只有部分相合", "agrees with the cited passage only in part"),
    "reason_other_language": (
        "由另一种语言转述，没有可核对的数字或名称",
        "put into another language; nothing in it could be checked",
    ),
    "reason_order_uncertain": (
        "印在分栏或次序不明之处，前后文字未必相连，请对照原页",
        "printed where columns or order are unclear: the words may not belong together; compare the page",
    ),
    "reason_negated": ("与原文意思可能相反", "may say the opposite of the source"),
    "reason_no_overlap": ("与所引段落不相合", "does not agree with the cited passage"),
    "reason_no_citation": ("这一句没有注明出处", "this sentence names no source"),
    "reason_citation_struck": ("原注的编号不存在，已划去", "its citation number does not exist and was struck"),
    "reason_lead_in": ("引导语", "introduces what follows"),
    "reason_heading": ("标题", "heading"),
    "not_in_source": ("出处中未见：{parts}", "Not in the source: {parts}"),
    # citations
    "citation": ("出处 {n}", "Source {n}"),
    "page_n": ("第 {page} 页", "p. {page}"),
    "pages_n": ("第 {page} 页", "pp. {page}"),
    "sources": ("出处", "Sources"),
    "comma_between": ("、", ", "),
    "semicolon_between": ("；", "; "),
    "colon_between": ("：", ": "),
    "comma_of_clauses": ("，", ", "),
    "title_quoted": ("《{title}》", "“{title}”"),
    "standing_behind": ("（{standing}：{reason}）", " ({standing}: {reason})"),
    "not_located": (
        "没有在段落中定位到具体文句，以下是整段。",
        "The exact words could not be located; this is the whole passage.",
    ),
    "other_evidence": ("另外查阅了 {n} 段", "Also consulted: {n}"),
    "where_evidence": ("依据的分布", "Where the evidence lies"),
    "years_named": ("回答中的年份", "Years in the answer"),
    # not certain, refusals
    "uncertain": ("不能确定", "Not certain"),
    "uncertain_hint": (
        "下面是最接近的原文，但不足以确定它回答了这个问题。",
        "The passage below comes nearest, but may not answer the question.",
    ),
    "uncertain_lacks": ("原文没有提到：{parts}", "What it does not mention: {parts}"),
    "refused": ("文库里没有找到能回答这个问题的内容。", "The library holds nothing that answers this question."),
    "refused_searched": (
        "查了 {sources} 份文献、{articles} 篇文章。",
        "{sources} sources with {articles} articles were searched.",
    ),
    "nearest": ("最接近的段落", "The nearest passages"),
    "rephrase": ("换个问法", "Rephrase"),
    # reading pane
    "source_pane": ("原文", "Source"),
    "close": ("关闭", "Close"),
    "previous_citation": ("上一处引文", "Previous citation"),
    "next_citation": ("下一处引文", "Next citation"),
    "citation_of": ("引文 {i}/{n}", "Citation {i} of {n}"),
    "articles_of_source": ("本文献的文章", "Articles of this source"),
    "copy_quote": ("复制引文与出处", "Copy quotation and reference"),
    "copy_link": ("复制链接", "Copy link"),
    "to_note": ("看脚注 {n}", "See footnote {n}"),
    "to_text": ("回到正文", "Back to the text"),
    "footnote": ("脚注", "Footnote"),
    "page_mark": ("第 {page} 页起", "Page {page} begins"),
    "pane_not_located": (
        "文献在这次对话之后改动过，引用的段落已不在原处。当时的段落是：",
        "The source has changed since this conversation; the cited passage is gone. It read:",
    ),
    "source_gone": (
        "这份文献已不在文库中。当时引用的段落是：",
        "This source is no longer in the library. The cited passage read:",
    ),
    "no_such_source": ("文库里没有“{source}”。", "The library holds no “{source}”."),
    "read_earlier": ("读前面的部分", "Read what comes before"),
    "read_later": ("读后面的部分", "Read what comes after"),
    "untitled": ("（未印标题）", "(no title printed)"),
    "keywords": ("关键词", "Keywords"),
    # steps: of writing an answer, and of building the index
    "stage_understood": ("理解为", "Understood as"),
    "waiting": ("请稍候……", "One moment…"),
    "stage_searching": ("正在检索……", "Searching…"),
    "stage_loaded": ("载入模型", "loading the model"),
    "stage_embedded": ("理解问题", "reading the question"),
    "stage_searched": ("检索", "searching"),
    "stage_reranked": ("逐词比对", "comparing word by word"),
    "stage_chosen": ("选段", "choosing passages"),
    "stage_read": ("逐句判断", "judging each statement"),
    "stage_writing": ("写作", "writing"),
    "stage_written": ("写作", "writing"),
    "stage_checked": ("逐句核对", "checking each sentence"),
    "stage_total": ("合计", "in all"),
    "stage_reading": ("读取文献", "Reading"),
    "stage_loading model": ("载入模型", "Loading the model"),
    "stage_embedding": ("计算向量", "Embedding passages"),
    "stage_done": ("完成", "Done"),
    "warming": (
        "正在准备模型，第一次提问会稍慢。",
        "The model is being loaded; the first question takes a little longer.",
    ),
    # first run, errors
    "building": ("正在为文库建立索引", "Building the index of the library"),
    "building_hint": (
        "第一次需要一两分钟，之后只处理新增和改动的文献。",
        "The first time takes a minute or two; later only what is new or changed is read.",
    ),
    "cancelling": ("正在停下……", "Stopping…"),
    "build_cancelled": (
        "已停止建立索引。原有的索引照常可用；已经算好的部分会留用，下次接着做。",
        "The build was stopped. The index is what it was before; what was computed is kept for the next time.",
    ),
    "build_now": ("建立索引", "Build the index"),
    "rebuild": ("重建索引", "Rebuild the index"),
    "built": (
        "索引已建好：{sources} 份文献，{passages} 个段落。",
        "The index is ready: {sources} sources, {passages} passages.",
    ),
    "what_to_do": ("可以这样做：", "What you can do: "),
    "empty_library": ("文库还是空的", "The library is empty"),
    "empty_library_hint": (
        "在“文库”页拖入文献（PDF、Word、HTML、EPUB、TXT、Markdown），或者把它们放进 {folder} 文件夹，然后重建索引。",
        "Drop documents (PDF, Word, HTML, EPUB, TXT, Markdown) on the Library page, or put them into the folder {folder}, and rebuild the index.",
    ),
    "error_NoDocuments": ("文库里没有可读的文献", "There is no readable document"),
    "error_UnreadableSource": ("这份文件读不出来", "This file cannot be read"),
    "error_IndexMissing": ("还没有索引", "There is no index yet"),
    "error_IndexDamaged": ("索引已损坏", "The index is damaged"),
    "error_LoginRequired": ("没有登录就不能对外开放", "The page may not be open to others without a login"),
    "error_IndexMismatch": ("索引与当前设置不符", "The index does not fit the settings"),
    "error_ModelUnavailable": ("取不到嵌入模型", "The embedding model cannot be had"),
    "error_StorageFailed": ("写不进磁盘", "The disk cannot be written"),
    "error_BackendFailed": ("模型没有写成回答", "The model did not answer"),
    "error_BackendBusy": ("模型正忙", "The model is busy"),
    "error_UnusableQuestion": ("这个问题没法查", "This question cannot be searched"),
    "error_other": ("出了问题", "Something went wrong"),
    "unexpected_advice": (
        "这是程序的错误，详情在启动它的终端里；请连同问题一起告诉我们。",
        "This is a mistake in the program. Details are in the terminal that started it; please report them with the question.",
    ),
    "error_settings": ("设置有误", "The settings are wrong"),
    "settings_advice": (
        "改正 {file} 或以 WENJU_ 开头的环境变量；改了文件刷新本页即可，改了环境变量要重新启动。",
        "Mend {file} and reload this page, or the environment variables that begin with WENJU_ and start again.",
    ),
    "unknown_setting": ("没有“{name}”这个设置项；可用的有 {known}", "there is no setting “{name}”; there are {known}"),
    "conversations_advice": (
        "把这个文件移到别处（历次对话存在里面），或者换一个可写的索引文件夹，再刷新页面。",
        "Move this file away (it holds the conversations), or choose an index folder that may be written; then reload.",
    ),
    # login
    "login_title": ("登录问据", "Log in to Wenju"),
    "login_name": ("名字", "Name"),
    "login_password": ("密码", "Password"),
    "login_enter": ("登录", "Log in"),
    "login_leave": ("退出登录", "Log out"),
    "login_switch": ("In English", "中文 (Chinese)"),
    "login_wrong": ("名字或密码不对。", "The name or the password is wrong."),
    "login_wait": ("试错太多次了，请过半分钟再来。", "Too many wrong passwords: please come back in half a minute."),
    "login_unknown": ("{name} 不在可以阅读的人之中。", "{name} is not among the readers of this library."),
    # library
    "index_damage": (
        "{what}。现在用的是前一份索引；重建索引即可修复。",
        "{what}. The index before it is used now; rebuilding mends it.",
    ),
    "stage_waiting": ("正等待另一次建索引结束", "Waiting for another build to end"),
    "upload": ("拖入文献，或点按选择", "Drop documents here, or choose them"),
    "upload_hint": (
        "文件只留在本机的文献文件夹里。可一次放入多份。",
        "Files stay in the folder of documents on this machine. Several at once are welcome.",
    ),
    "added": ("已加入：{articles} 篇文章，{n} 字", "added: {articles} articles, {n} characters"),
    "duplicate": ("文库里已有同样的文件：{source}", "the library holds the same file already: {source}"),
    "rejected": ("{n} 份文件读不出来", "{n} files could not be read"),
    "pending": (
        "文库有变动，还没有编入索引：新增 {new}，改动 {changed}，移走 {gone}。",
        "The library has changed since the index was built: {new} new, {changed} changed, {gone} gone.",
    ),
    "source_removed": ("“{source}”已移出文库。", "“{source}” was taken out of the library."),
    "remove_source": ("移出文库", "Take out of the library"),
    "search_library": ("按题名、作者、年份、文件名查找", "Search by title, author, year or file"),
    "select": ("选定", "Select"),
    "selected_n": ("选定 {n} 篇", "{n} selected"),
    "ask_selected": ("只问这些", "Ask only these"),
    "characters": ("{n} 字", "{n} characters"),
    # looking without asking
    "look_hint": (
        "只看检索找到了什么、为什么找到，不写回答。",
        "See what the search finds and why; no answer is written.",
    ),
    "look_question": ("问题", "Question"),
    "score": ("可能性", "likelihood"),
    "leg_dense": ("按意思第 {rank}", "by meaning: {rank}"),
    "leg_keyword": ("按用词第 {rank}", "by words: {rank}"),
    "expanded_with": ("补充检索词：{words}", "also searched for: {words}"),
    # settings
    "who_writes": ("由谁写回答", "Who writes the answers"),
    "writer_extractive": ("原文摘句", "Sentences of the sources"),
    "writer_extractive_hint": ("不用模型，不联网，逐字引用。", "No model, no network, word for word."),
    "writer_model": ("对话模型", "A chat model"),
    "writer_model_hint": (
        "写得更通顺；每一句仍与原文核对。问题和找到的段落会发给该模型。",
        "More fluent; each sentence is still checked. The question and the passages found are sent to the model.",
    ),
    "model_name": ("模型（服务商:模型名）", "Model (provider:model)"),
    "base_url": (
        "服务地址（OpenAI 兼容；用服务商默认地址则留空）",
        "Base URL (OpenAI-compatible; empty for the provider's own)",
    ),
    "key_ready": ("密钥已就绪，或该服务不需要密钥。", "The key is present, or none is needed."),
    "test_model": ("试一下", "Test it"),
    "testing_model": ("正在询问模型……", "Asking the model…"),
    "model_answers": ("模型有回应：", "The model answers:"),
    "answers": ("回答", "Answers"),
    "evidence_count": ("一次查阅几段", "Passages for an answer"),
    "answer_length": ("摘句回答最多多少字", "Most characters of an answer from sentences"),
    "looks": ("外观", "Looks"),
    "looks_hint": (
        "深浅随系统；点右上角的 ⋮ 可选浅色（Light）或深色（Dark）。语言在左栏下方切换。",
        "Light or dark follows the system; choose otherwise under ⋮, at the top right. The language is chosen in the left column.",
    ),
    "kept_where": ("东西放在哪里", "Where things are kept"),
    "kept_where_hint": (
        "文献：{corpus}　索引、对话与评价：{index}。都在本机，不外传。",
        "Documents: {corpus}　Index, conversations and ratings: {index}. All of it on this machine.",
    ),
    # export
    "export": ("导出", "Export"),
    "export_style": ("参考文献格式", "Style of references"),
    "quoted_passages": ("引用的段落", "Passages quoted"),
    "bibliography": ("参考文献", "Bibliography"),
    "word": ("Word 文档", "Word"),
    "markdown": ("Markdown", "Markdown"),
    "webpage": ("网页", "Web page"),
    "try_again": ("再试一次", "Try again"),
}


def say(key: str, language: Language, **values: object) -> str:
    """Return the text of `key` with its {names} filled in.

    Raises:
        KeyError: There is no such text, or a value is missing.
    """
    text = TEXTS[key][0 if language == "zh" else 1]
    return text.format(**values) if values else text


def says(prefix: str, language: Language) -> dict[str, str]:
    """Return all texts whose key begins with `prefix`, by the rest of their key."""
    return {key.removeprefix(prefix): say(key, language) for key in TEXTS if key.startswith(prefix)}
