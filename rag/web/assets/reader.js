// The source pane: one article as it stands in its source, with the cited characters highlighted.
// Acts sent to Python: {kind: "close"} {kind: "step", by} {kind: "article", article} {kind: "focus", span}
// {kind: "printed", on} {kind: "page", page}.

const ZOOMS = [1, 1.4, 2, 3];

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const before = parentElement.querySelector(".page-body");
  const kept = before ? { view: before.dataset.view, top: before.scrollTop } : null;
  const root = freshRoot(parentElement, "reader");
  const act = (value) => setTriggerValue("act", { ...value, at: Date.now() });
  const close = () => {
    if (data.turn) window.wenjuComeFrom = { turn: data.turn, citation: data.citation };
    act({ kind: "close" });
  };
  const button = (label, onclick, extra) => el("button", { class: "quiet-button", type: "button", onclick, ...extra }, label);

  const steps = data.count > 1
    ? el("div", { class: "stepper" },
        button("‹", () => act({ kind: "step", by: -1 }), { "aria-label": words.previous_citation, title: words.previous_citation, class: "quiet-button arrow" }),
        el("span", { "aria-live": "polite" }, fill(words.citation_of, { i: data.citation + 1, n: data.count })),
        button("›", () => act({ kind: "step", by: 1 }), { "aria-label": words.next_citation, title: words.next_citation, class: "quiet-button arrow" }))
    : el("div", { class: "stepper" }, el("span", {}, words.source_pane));
  const copyQuote = data.quote ? button(words.copy_quote, () => copyText(data.quote, copyQuote, words)) : null;
  const copyLink = data.link ? button(words.copy_link, () => copyText(location.origin + location.pathname + data.link, copyLink, words)) : null;
  const printed = data.printed?.on ? data.printed : null;
  const way = (on, label) => button(label, () => act({ kind: "printed", on }), { "aria-pressed": String(on === Boolean(printed)), class: "quiet-button choice" });
  const ways = data.printed ? el("div", { class: "ways", role: "group" }, way(true, words.as_printed), way(false, words.as_text)) : null;
  const bar = el("div", { class: "bar" }, steps, ways, el("div", { class: "bar-tools" }, copyQuote, copyLink,
    button("✕", close, { "aria-label": words.close, title: words.close, class: "quiet-button close" })));

  const body = el("div", { class: "page-body", tabindex: "0", "aria-label": data.title, "data-view": data.view });
  // Title and page of what is read, as soon as the head is out of sight; they say nothing new to those who listen.
  const strip = el("p", { class: "strip", "aria-hidden": "true", hidden: true }, el("b", {}, el("bdi", {}, data.title)), el("span", {}));
  const aside = el("aside", { role: "complementary", "aria-label": words.source_pane + words.colon_between + data.title }, bar,
    el("div", { class: "page-frame" }, strip, body));
  aside.addEventListener("keydown", (event) => {
    if (event.target.matches("select, input, textarea")) return;
    if (event.key === "Escape") { event.stopPropagation(); close(); }
    if (event.key === "]" && data.count > 1) act({ kind: "step", by: 1 });
    if (event.key === "[" && data.count > 1) act({ kind: "step", by: -1 });
  });
  root.append(aside);
  body.addEventListener("scroll", () => requestAnimationFrame(keepInSight));

  const head = el("header", {}, data.title === data.source ? null : el("p", { class: "source-name" }, el("bdi", {}, data.source)));
  if (data.articles.length > 1) {
    const choice = el("select", { "aria-label": words.articles_of_source, onchange: () => act({ kind: "article", article: Number(choice.value) }) },
      data.articles.map((article) => el("option", { value: article.index, selected: article.index === data.article }, article.title)));
    head.append(choice);
  }
  if (data.title) head.append(el("h2", {}, el("bdi", {}, data.title)));
  for (const line of data.details) head.append(el("p", { class: "detail" }, el("bdi", {}, line)));
  if (data.place) head.append(el("p", { class: "place" }, el("bdi", {}, data.place)));
  body.append(head);
  if (data.notice) body.append(el("p", { class: "notice" }, data.notice));
  if (data.stored) body.append(el("blockquote", { class: "stored" }, el("bdi", {}, data.stored)));
  if (printed) body.append(...printedPage(printed));
  if (data.earlier) body.append(button("↑ " + words.read_earlier, () => act({ kind: "focus", span: data.earlier }), { class: "quiet-button more" }));
  body.append(...data.blocks.map(block));
  if (data.later) body.append(button("↓ " + words.read_later, () => act({ kind: "focus", span: data.later }), { class: "quiet-button more" }));

  const anchor = body.querySelector("mark.cited, .box") ?? body.querySelector(".passage") ?? (data.middle ? body.querySelector(`[data-middle]`) : null);
  if (kept && kept.view === data.view) body.scrollTop = kept.top;
  else requestAnimationFrame(() => {
    // The head of a table that needs no scrolling of its own stays above the rows that are read.
    for (const box of body.querySelectorAll(".table")) box.classList.toggle("fits", box.scrollWidth <= box.clientWidth);
    if (anchor) body.scrollTop += anchor.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight * 0.28;
    body.focus({ preventScroll: true });
  });

  function keepInSight() {
    const top = body.getBoundingClientRect().top + strip.offsetHeight;
    strip.hidden = head.getBoundingClientRect().bottom > top;
    const begun = [...body.querySelectorAll(".page-mark")].filter((mark) => mark.getBoundingClientRect().top < top + 40).at(-1);
    const page = printed ? "" : begun?.dataset.page ?? data.page;
    strip.lastChild.textContent = page ? fill(words.page_n, { page }) : "";
  }

  function printedPage(page) {
    const notice = page.notice ? [el("p", { class: "notice" }, page.notice)] : [];
    if (!page.number) return notice;
    const turn = (by, label, sign) => button(sign, () => act({ kind: "page", page: page.number + by }),
      { "aria-label": label, title: label, class: "quiet-button arrow", disabled: page.number + by < 1 || page.number + by > page.count });
    const sheet = el("div", { class: "sheet" },
      el("img", { src: page.picture, alt: words.as_printed + words.colon_between + fill(words.page_n, { page: page.label }), draggable: "false" }),
      page.boxes.map(([left, top, width, height]) =>
        el("span", { class: "box", "aria-hidden": "true", style: `left:${left}%;top:${top}%;width:${width}%;height:${height}%` })));
    sheet.style.aspectRatio = String(page.ratio);
    const share = el("span", { class: "zoom-share", "aria-live": "polite" });
    const desk = el("div", { class: "desk", tabindex: "0", "aria-label": words.as_printed }, sheet);
    const zoom = (by) => {
      // On a phone a whole page is too small to be read.
      window.wenjuZoom = Math.min(Math.max((window.wenjuZoom ?? Number(innerWidth < 600)) + by, 0), ZOOMS.length - 1);
      sheet.style.width = 100 * ZOOMS[window.wenjuZoom] + "%";
      share.textContent = Math.round(100 * ZOOMS[window.wenjuZoom]) + " %";
      const boxes = [...sheet.querySelectorAll(".box")];
      requestAnimationFrame(() => { desk.scrollLeft = Math.min(...boxes.map((box) => box.offsetLeft - 8)); });
    };
    zoom(0);
    const zoomTo = (by, label, sign) => button(sign, () => zoom(by), { "aria-label": label, title: label, class: "quiet-button arrow" });
    return [
      el("div", { class: "turning" },
        el("div", {}, turn(-1, words.previous_page, "‹"),
          el("span", {}, fill(words.page_n, { page: page.label }), " ", el("small", {}, fill(words.page_of, { i: page.number, n: page.count }))),
          turn(1, words.next_page, "›")),
        el("div", {}, zoomTo(-1, words.zoom_out, "−"), share, zoomTo(1, words.zoom_in, "+")),
        notice),
      desk,
    ];
  }

  function block(value) {
    const id = "block-" + value.index;
    if (value.kind === "heading") return el("h" + Math.min(value.level + 2, 6), { id, class: "level" + value.level }, value.lines.map(inline));
    if (value.kind === "table") return table(value, id);
    if (value.kind === "footnote") {
      const text = value.lines.flat().map((run) => run.text).join("");
      const mark = value.marker && !text.trimStart().startsWith(value.marker) ? el("span", { class: "note" }, value.marker, " ") : null;
      const back = value.origin >= 0
        ? el("button", { class: "note", type: "button", "aria-label": words.to_text, title: words.to_text, onclick: () => go(`mark-${value.index}`, `block-${value.origin}`) }, "↩")
        : null;
      return el("div", { id, class: "footnote", role: "note", "aria-label": words.footnote, tabindex: "-1" }, mark, value.lines.map(inline), " ", back);
    }
    return el("p", { id, class: value.kind, tabindex: "-1" }, value.lines.map(inline));
  }

  function inline(runs) {
    return runs.map((run) => {
      if (run.page) return el("span", { class: "page-mark", role: "note", "aria-label": fill(words.page_mark, { page: run.page }), "data-page": run.page });
      if (run.note) {
        return el("button", { class: "note", id: `mark-${run.target}`, type: "button", "aria-label": fill(words.to_note, { n: run.note }), onclick: () => go(`block-${run.target}`) }, run.note);
      }
      if (run.cited) return el("mark", { class: "cited" }, run.text);
      return run.passage ? el("span", { class: "passage" }, run.text) : run.text;
    });
  }

  function table(value, id) {
    const rows = value.lines.map((runs) => {
      const cells = [[]];
      for (const run of runs) {
        if (run.page || run.note) { cells.at(-1).push(run); continue; }
        run.text.replace(/\n$/, "").split("|").forEach((text, i) => {
          if (i) cells.push([]);
          if (text) cells.at(-1).push({ ...run, text });
        });
      }
      const empty = (cell) => cell.every((run) => !run.page && !run.note && !run.text.trim());
      if (cells.length > 1 && empty(cells[0])) cells.shift();
      if (cells.length > 1 && empty(cells.at(-1))) cells.pop();
      return cells;
    }).filter((cells) => !cells.every((cell) => cell.every((run) => /^[\s:\-]+$/.test(run.text ?? "")) && cell.length));
    const [first, ...rest] = rows;
    if (!first) return el("p", { id });
    return el("div", { class: "table", id, tabindex: "-1" }, el("table", {},
      el("thead", {}, el("tr", {}, first.map((cell) => el("th", { scope: "col" }, inline(cell))))),
      el("tbody", {}, rest.map((cells) => el("tr", {}, cells.map((cell) => el("td", {}, inline(cell))))))));
  }

  function go(...ids) {
    const target = ids.map((id) => body.querySelector("#" + id)).find(Boolean);
    if (!target) return;
    target.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
    target.classList.add("flash");
    setTimeout(() => target.classList.remove("flash"), 1600);
  }
}
