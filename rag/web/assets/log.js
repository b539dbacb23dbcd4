// Questions and their checked answers, all of a conversation: one component, since a browser takes a tenth of a second
// for each. Acts sent to Python, each with the `position` of its turn: {kind: "open", citation} {kind: "evidence", number}
// {kind: "ask", question} {kind: "rate", value, reason} {kind: "note"} {kind: "stop"}.

const GLYPH = { partly: "◐", not_found: "○" };

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  let log = parentElement.querySelector(".log");
  const opened = !log && data.turns.length > 1;
  if (!log) {
    log = el("div", { class: "wenju log" });
    // Those who listen go from heading to heading, and begin at the first of the page.
    parentElement.append(el("div", { class: "wenju" }, el("h1", { class: "unseen" })), log);
  }
  parentElement.querySelector("h1").textContent = data.words.nav_chat;
  while (log.children.length > data.turns.length) log.lastChild.remove();
  const said = JSON.stringify(data.words);
  data.turns.forEach((turn, place) => {
    const act = (value) => setTriggerValue("act", { ...value, position: turn.position, at: Date.now() });
    drawTurn(log.children[place] ?? log.appendChild(el("div", { class: "turn" })), turn, data.words, said, act, opened);
  });
}

function drawTurn(root, data, words, said, act, opened) {
  // Streamlit draws anew at every click. A turn that has not changed stays as it is, with what is open or focused in it.
  const { active: _, ...lasting } = data;
  const shown = said + JSON.stringify(lasting);
  if (root.shown === shown) {
    for (const button of root.querySelectorAll(".chip")) button.classList.toggle("active", isActive(button));
    return showActive(root);
  }
  root.shown = shown;
  root.replaceChildren();
  const card = el("div", { class: "card", popover: "manual", role: "tooltip", id: "card-" + data.position });
  const chips = [];

  root.append(questionPart());
  if (data.lines) root.append(answerPart());
  root.append(card);

  function questionPart() {
    const shown = el("div", { class: "asked" },
      el("h2", { class: "question" }, el("span", { class: "unseen" }, words.you + words.colon_between), el("bdi", {}, data.question)));
    const edit = el("button", { class: "quiet-button", type: "button", onclick: openEditor }, words.edit_question);
    const tools = el("div", { class: "question-tools" }, edit);
    const note = data.understood
      ? el("p", { class: "understood" }, words.understood_as + words.colon_between, el("bdi", {}, data.understood)) : null;
    const stop = data.stoppable
      ? el("button", { class: "quiet-button stop", type: "button", onclick: () => act({ kind: "stop" }) }, "■ " + words.stop) : null;
    const part = el("header", {}, shown, note, data.pending ? stop : data.ending === "courtesy" ? null : tools);

    function openEditor() {
      const field = el("textarea", { rows: 2, "aria-label": words.edit_question });
      field.value = data.understood || data.question;
      const send = () => { if (field.value.trim()) act({ kind: "ask", question: field.value }); };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
        if (event.key === "Escape") close();
      });
      const form = el("div", { class: "editor" }, field,
        el("button", { class: "firm-button", type: "button", onclick: once(send) }, words.ask_again),
        el("button", { class: "quiet-button", type: "button", onclick: close }, words.cancel));
      function close() { form.replaceWith(tools); edit.focus(); }
      tools.replaceWith(form);
      field.focus();
      field.select();
    }
    part.openEditor = openEditor;
    return part;
  }

  function answerPart() {
    const part = el("div", { class: "answer ends-" + data.ending, role: "group", "aria-label": words.answer });
    for (const notice of data.notices) part.append(el("p", { class: "notice" }, el("bdi", {}, notice)));
    if (data.again) part.append(el("p", {}, el("button", { class: "quiet-button", type: "button", onclick: once(() => act({ kind: "ask", question: data.again })) }, words.ask_model_again)));
    if (data.ending === "refusal") {
      part.append(refusal());
    } else if (data.ending === "uncertain") {
      part.append(el("div", { class: "uncertain-head" },
        el("p", { class: "ending-title" }, words.uncertain), el("p", { class: "small-title" }, words.uncertain_hint)),
        el("div", { class: "nearest" }, lines()));
    } else {
      part.append(...lines());
    }
    for (const remark of data.remarks) part.append(el("p", { class: "remark" }, el("bdi", {}, remark)));
    if (data.ending === "courtesy") return part;
    part.append(legend(), foot());
    return part;
  }

  function lines() {
    const shown = [];
    let list = null;
    for (const line of data.lines) {
      if (line.kind === "item") {
        if (!list) { list = el("ul", {}); shown.push(list); }
        list.append(el("li", {}, line.sentences.map(sentence)));
        continue;
      }
      list = null;
      if (line.kind === "table") shown.push(table(line.rows));
      else shown.push(el(line.kind === "heading" ? "h3" : line.kind === "quote" ? "blockquote" : "p", {}, line.sentences.map(sentence)));
    }
    return shown;
  }

  function table(rows) {
    const heads = rows.filter((row) => row.head), others = rows.filter((row) => !row.head);
    const width = Math.max(...rows.map((row) => row.cells.length));
    const draw = (row, tag) => el("tr", { class: "sentence " + row.standing }, Array.from({ length: width }, (_, i) => {
      const cell = row.cells[i] ?? [];
      const last = !row.head && i === row.cells.length - 1;
      const scope = tag === "th" ? { scope: "col" } : {};
      return el(tag, { ...scope, class: cell.some((piece) => piece.answers) ? "answering" : null }, cell.map(pieceOf), last ? glyph(row) : null);
    }));
    return el("div", { class: "table" }, el("table", {},
      heads.length ? el("thead", {}, heads.map((row) => draw(row, "th"))) : null,
      el("tbody", {}, others.map((row) => draw(row, "td")))));
  }

  function pieceOf(piece) {
    if (piece.number) return chip(piece.number, piece.citation);
    if (piece.answers) return el("mark", { class: "answers" }, piece.text);
    return piece.bold ? el("strong", {}, piece.text) : piece.text;
  }

  function sentence(value) {
    const shown = [];
    for (const piece of value.pieces) {
      const node = pieceOf(piece), before = shown.at(-1);
      if (piece.number && before?.className === "joined") before.append(node);
      else if (piece.number && before && typeof before === "string") {
        // A number that begins a line is read as the next sentence's: it stays with the character before it.
        const last = Array.from(before).at(-1);
        shown.splice(-1, 1, before.slice(0, -last.length), el("span", { class: "joined" }, last, node));
      } else shown.push(node);
    }
    return el("span", { class: "sentence " + value.standing }, shown, glyph(value));
  }

  function glyph(value) {
    if (!GLYPH[value.standing]) return null;
    const reason = [words["reason_" + value.reason] ?? value.reason, value.missing.length ? fill(words.not_in_source, { parts: value.missing.join(words.comma_between) }) : ""]
      .filter(Boolean).join(words.semicolon_between);
    const label = words["standing_" + value.standing];
    const mark = el("button", { class: "glyph", type: "button", "aria-label": label + words.colon_between + reason }, GLYPH[value.standing]);
    hover(mark, () => [el("p", { class: "card-title" }, label), el("p", {}, el("bdi", {}, reason))]);
    return mark;
  }

  function chip(number, citation) {
    const cited = data.citations[citation];
    const item = { ...data.evidence[number], ...(cited ? { where: cited.where } : {}) };
    const button = el("button", {
      class: "chip", type: "button",
      "data-citation": citation, "aria-label": fill(words.citation, { n: number }) + words.colon_between + item.where,
      onclick: () => act(citation >= 0 ? { kind: "open", citation } : { kind: "evidence", number }),
    }, String(number));
    hover(button, () => passageCard(item, cited?.span));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { event.preventDefault(); chips[(chips.indexOf(button) + step + chips.length) % chips.length].focus(); }
    });
    chips.push(button);
    return button;
  }

  function passageCard(item, span) {
    const text = el("p", { class: "card-text" });
    if (span) {
      const [a, b] = span;
      const from = Math.max(0, a - 60), to = b + 90;
      text.append((from > 0 ? "…" : "") + cut(item.text, from, a), el("mark", {}, cut(item.text, a, b)), cut(item.text, b, to) + (Array.from(item.text).length > to ? "…" : ""));
    } else {
      text.append(cut(item.text, 0, 220) + (Array.from(item.text).length > 220 ? "…" : ""));
    }
    return [
      el("p", { class: "card-title" }, el("bdi", {}, item.where)),
      span ? null : el("p", { class: "card-note" }, words.not_located),
      text,
    ];
  }

  function hover(target, content) {
    let timer = 0;
    const show = () => {
      card.replaceChildren(...content().filter(Boolean));
      if (!card.showPopover) return;
      if (!card.matches(":popover-open")) card.showPopover();
      const at = target.getBoundingClientRect();
      const width = Math.min(420, innerWidth - 24);
      card.style.width = width + "px";
      card.style.left = Math.max(12, Math.min(at.left - 20, innerWidth - width - 12)) + "px";
      const below = at.bottom + 8 + card.offsetHeight < innerHeight;
      card.style.top = (below ? at.bottom + 8 : Math.max(8, at.top - 8 - card.offsetHeight)) + "px";
      target.setAttribute("aria-describedby", card.id);
    };
    const hide = () => {
      clearTimeout(timer);
      target.removeAttribute("aria-describedby");
      if (card.hidePopover && card.matches(":popover-open")) card.hidePopover();
    };
    target.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") timer = setTimeout(show, 180); });
    target.addEventListener("pointerleave", hide);
    target.addEventListener("focus", () => { if (target.matches(":focus-visible")) show(); });
    target.addEventListener("blur", hide);
    target.addEventListener("click", hide);
    target.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  }

  function legend() {
    // What is only the nearest is not "supported" in a reader's sense, though it stands in its source.
    if (data.ending === "refusal") return "";
    const entries = Object.entries(data.standings).filter(([standing]) => data.ending !== "uncertain" || GLYPH[standing]);
    if (!entries.length) return "";
    return el("p", { class: "legend" }, entries.map(([standing, count]) =>
      el("span", { class: standing }, el("span", { "aria-hidden": "true", class: "sign" }, GLYPH[standing] ?? (standing === "supported" ? "●" : "–")),
        " " + words["standing_" + standing] + " " + count)));
  }

  function refusal() {
    return el("div", { class: "refusal" },
      el("p", { class: "ending-title" }, words.refused),
      el("p", { class: "small-title" }, data.searched),
      el("p", {}, el("button", { class: "firm-button", type: "button", onclick: () => root.querySelector("header").openEditor() }, words.rephrase)),
      data.nearest.length ? el("p", { class: "small-title" }, words.nearest) : null,
      data.nearest.length ? passages(data.nearest) : null);
  }

  function passages(numbers) {
    return el("ul", { class: "passages" }, numbers.map((number) => {
      const item = data.evidence[number];
      return el("li", {}, el("button", { type: "button", class: "passage-link", onclick: () => act({ kind: "evidence", number }) },
        el("span", { class: "passage-where" }, `[${number}] `, el("bdi", {}, item.where)),
        el("span", { class: "passage-text" }, el("bdi", {}, item.brief))));
    }));
  }

  function foot() {
    const rows = [];
    if (data.others.length) {
      rows.push(el("details", {}, el("summary", {}, fill(words.other_evidence, { n: data.others.length })), passages(data.others)));
    }
    if (data.spread && data.spread.length > 1) {
      const most = Math.max(...data.spread.map((row) => row.count));
      rows.push(el("details", {}, el("summary", {}, words.where_evidence), el("table", { class: "bars" }, data.spread.map((row) =>
        el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, row.name)),
          el("td", {}, el("span", { class: "bar", style: `width:${(100 * row.count) / most}%` }), el("span", {}, " " + row.count)))))));
    }
    if (data.years && data.years.length > 1) rows.push(el("details", {}, el("summary", {}, words.years_named), timeline()));
    if (data.thinking) rows.push(el("details", { class: "thinking" }, el("summary", {}, words.thinking), el("p", { class: "thought" }, el("bdi", {}, data.thinking))));
    if (data.steps.length) {
      rows.push(el("details", {}, el("summary", {}, data.took), el("ul", { class: "steps" }, data.steps.map((step) => el("li", {}, el("bdi", {}, step))))));
    }
    const copy = el("button", { class: "quiet-button", type: "button" }, words.copy_answer);
    const note = el("button", { class: "quiet-button", type: "button", onclick: once(() => act({ kind: "note" })) }, words.keep_note);
    copy.addEventListener("click", () => copyText(data.plain, copy, words));
    const tools = el("div", { class: "tools" }, data.plain ? [copy, note] : null, rating());
    return el("footer", {}, el("div", { class: "more" }, rows), tools);
  }

  function timeline() {
    const years = data.years.map((row) => row.year);
    const low = Math.min(...years), high = Math.max(...years);
    return el("ol", { class: "timeline" }, data.years.map((row) =>
      el("li", { style: `--at:${high === low ? 0 : (row.year - low) / (high - low)}` }, el("b", {}, String(row.year)), " ", el("bdi", {}, row.text))));
  }

  function rating() {
    if (data.rated === null) return null;
    const box = el("div", { class: "rating", role: "group", "aria-label": words.rate });
    const reason = el("input", { type: "text", placeholder: words.rate_reason, "aria-label": words.rate_reason, maxlength: 500 });
    for (const [value, label] of [[1, words.rate_up], [-1, words.rate_down]]) {
      box.append(el("button", { type: "button", class: "quiet-button rate", "aria-pressed": String(data.rated === value), onclick: () => act({ kind: "rate", value, reason: "" }) }, label));
    }
    if (data.rated) {
      const send = () => act({ kind: "rate", value: data.rated, reason: reason.value });
      reason.value = data.rated_reason;
      reason.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) send(); });
      box.append(reason, el("button", { type: "button", class: "quiet-button", onclick: send }, words.rate_send));
    }
    return box;
  }

  // A question that was just asked comes into view, and so does its answer, once, and the last one of a conversation
  // that is opened.
  if (data.pending || (data.last && (window.wenjuFollows || opened))) {
    window.wenjuFollows = data.pending;
    holdInView(root, "start");
  }

  for (const button of chips) button.classList.toggle("active", isActive(button));
  showActive(root);

  function isActive(button) {
    return data.active >= 0 && Number(button.dataset.citation) === data.active;
  }

  function showActive(turn) {
    // The source pane narrows the conversation: the number that opened it stays in view.
    const active = turn.querySelector(".chip.active");
    if (active && turn.active !== data.active) holdInView(active, "nearest");
    turn.active = data.active;
    // The source pane was closed: who came from a chip goes back to it.
    const back = window.wenjuComeFrom;
    if (back && back.turn === data.turn && data.active < 0) {
      delete window.wenjuComeFrom;
      turn.querySelector(`.chip[data-citation="${Number(back.citation)}"]`)?.focus({ preventScroll: true });
    }
  }
}
