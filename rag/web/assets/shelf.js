// The library's shelf. Acts sent to Python: {kind: "open", source, article} {kind: "select", articles: [[source, article], …]}
// {kind: "remove", source} {kind: "notebook" | "edit" | "summarise", articles}.
// A work stands in one row, wherever it is put: by file, or below each year, author, folder or notebook that it has.

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  // Streamlit draws anew at every click. A shelf that has not changed stays as it is, with what is open in it.
  const shown = JSON.stringify(data);
  if (parentElement.querySelector(".shelf")?.shown === shown) return;
  const asked = parentElement.querySelector("input.search")?.value ?? "";
  const root = freshRoot(parentElement, "shelf");
  root.shown = shown;
  const act = (value) => setTriggerValue("act", { ...value, at: Date.now() });
  const selected = new Set(data.selected.map(([source, article]) => source + "\n" + article));
  const works = data.sources.flatMap((source) => source.articles.map((article) => ({ ...article, source: source.id })));
  for (const work of works) {
    work.key = work.source + "\n" + work.index;
    work.text = [work.title, work.details, ...work.tags, work.source].join(" ").toLowerCase();
  }
  const byKey = new Map(works.map((work) => [work.key, work]));
  const compare = new Intl.Collator(document.documentElement.lang).compare;
  const ORDERS = {
    file: () => 0,
    title: (a, b) => compare(a.title, b.title),
    newest: (a, b) => (b.year ?? 0) - (a.year ?? 0),
    oldest: (a, b) => (a.year ?? 9999) - (b.year ?? 9999),
    author: (a, b) => compare(a.authors[0] ?? "\uffff", b.authors[0] ?? "\uffff"),
  };
  const GROUPS = {
    file: null,
    year: (work) => [work.year ? String(work.year) : ""],
    author: (work) => work.authors,
    folder: (work) => [work.source.includes("/") ? work.source.slice(0, work.source.lastIndexOf("/")) : ""],
    notebook: (work) => work.notebooks,
  };
  const way = (window.wenjuShelf ??= { group: "file", order: "file" });

  const search = el("input", { type: "search", class: "search", placeholder: words.search_library, "aria-label": words.search_library, oninput: filter });
  search.value = asked;
  const count = el("span", { class: "count", "aria-live": "polite" });
  const all = tickBox(words.select_all, () => visible(works));
  const choose = el("button", { type: "button", class: "firm-button", onclick: () => send() }, words.ask_selected);
  const clear = el("button", { type: "button", class: "quiet-button", onclick: () => { selected.clear(); send(); } }, words.clear_filter);
  const more = ["notebook", "summarise"].map((kind) => el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind, articles: keys() }) },
    kind === "notebook" ? words.save_notebook : words.summarise));
  const list = el("ul", { class: "sources" });
  const none = el("p", { class: "none", role: "status" });
  root.append(
    el("div", { class: "bar" }, search, choice("group", GROUPS), choice("order", ORDERS),
      el("label", { class: "all" }, all, words.select_all), el("span", { class: "chosen" }, count, choose, more, clear)),
    list, none);
  arrange();

  function choice(name, ways) {
    const select = el("select", { "aria-label": words["shelf_" + name], onchange: () => { way[name] = select.value; arrange(); } },
      Object.keys(ways).map((key) => el("option", { value: key, selected: way[name] === key }, words[`${name}_${key}`])));
    return select;
  }

  // A box that ticks all works of a set, and shows whether all or some of them are ticked.
  function tickBox(label, members) {
    const box = el("input", { type: "checkbox", "aria-label": label });
    box.addEventListener("change", () => { for (const work of members()) mark(work, box.checked); tally(); });
    box.members = members;
    return box;
  }

  function mark(work, on) {
    on ? selected.add(work.key) : selected.delete(work.key);
  }

  function visible(members) {
    const wanted = search.value.trim().toLowerCase().split(/\s+/);
    return members.filter((work) => wanted.every((word) => work.text.includes(word)));
  }

  function arrange() {
    const sorted = way.order === "file" ? works : [...works].sort(ORDERS[way.order]);
    if (way.group === "file" && way.order === "file") list.replaceChildren(...data.sources.map(source));
    else if (way.group === "file") list.replaceChildren(el("li", { class: "group" }, el("ul", {}, sorted.map((work) => row(work, true)))));
    else list.replaceChildren(...groups(sorted).map(group));
    filter();
  }

  function groups(sorted) {
    const found = new Map();
    for (const work of sorted) for (const name of GROUPS[way.group](work).length ? GROUPS[way.group](work) : [""]) found.set(name, [...(found.get(name) ?? []), work]);
    const forward = way.group === "year" ? -1 : 1;
    return [...found].sort(([a], [b]) => (!a - !b) || forward * compare(a, b));
  }

  function group([name, members]) {
    const label = name || words.shelf_without;
    const title = el("summary", {}, tickBox(words.select + words.colon_between + label, () => visible(members)), el("bdi", {}, label), el("small", {}));
    return el("li", { class: "group" }, el("details", { open: true }, title, el("ul", {}, members.map((work) => row(work, true)))));
  }

  function row(work, named) {
    const box = el("input", { type: "checkbox", class: "work", "aria-label": words.select + words.colon_between + work.title });
    box.addEventListener("change", () => { mark(work, box.checked); tally(); });
    const item = el("li", { class: "article" }, box,
      el("button", { type: "button", class: "title", onclick: () => act({ kind: "open", source: work.source, article: work.index }) },
        el("span", {}, el("bdi", {}, work.title)),
        el("small", {}, el("bdi", {}, work.details), named ? [work.details ? " · " : "", el("bdi", {}, work.source)] : null, work.tags.map((tag) => el("span", { class: "tag" }, el("bdi", {}, tag))))),
      ["summarise", "edit"].map((kind) => el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind, articles: [[work.source, work.index]] }),
        "aria-label": (kind === "edit" ? words.edit_record : words.summarise) + words.colon_between + work.title }, kind === "edit" ? words.edit_record : words.summarise)));
    item.dataset.key = work.key;
    return item;
  }

  function source(value) {
    return el("li", { class: "source" }, el("ul", {}, value.articles.map((article) => row(byKey.get(value.id + "\n" + article.index), false))),
      value.warnings.map((text) => el("p", { class: "warning" }, text)),
      el("details", {}, el("summary", {}, el("bdi", {}, value.id), [value.size, value.account].filter(Boolean).map((text) => " · " + text)),
        el("pre", {}, value.report),
        ...(data.keeper ? [el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind: "remove", source: value.id }) }, words.remove_source)] : [])));
  }

  function filter() {
    const shown = new Set(visible(works).map((work) => work.key));
    for (const item of list.querySelectorAll("li.article")) item.hidden = !shown.has(item.dataset.key);
    for (const item of list.children) {
      const left = item.querySelectorAll("li.article:not([hidden])").length;
      item.hidden = !left;
      const told = item.querySelector("summary > small");
      if (told) told.textContent = fill(words.works_n, { n: left });
    }
    none.textContent = shown.size ? "" : words.none_found;
    tally();
  }

  function tally() {
    for (const box of root.querySelectorAll("input.work")) box.checked = selected.has(box.parentElement.dataset.key);
    for (const box of root.querySelectorAll("input[type=checkbox]:not(.work)")) {
      const members = box.members();
      const ticked = members.filter((work) => selected.has(work.key)).length;
      box.checked = ticked > 0 && ticked === members.length;
      box.indeterminate = ticked > 0 && ticked < members.length;
    }
    count.textContent = selected.size ? fill(words.selected_n, { n: selected.size }) : "";
    choose.hidden = clear.hidden = !selected.size;
    for (const button of more) button.hidden = !selected.size;
  }

  function keys() {
    return [...selected].map((key) => { const [id, article] = key.split("\n"); return [id, Number(article)]; });
  }

  function send() {
    act({ kind: "select", articles: keys() });
  }
}
