// The library's shelf. Acts sent to Python: {kind: "open", source, article} {kind: "select", articles: [[source, article], …]}
// {kind: "remove", source} {kind: "notebook" | "edit" | "summarise", articles}.

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const asked = parentElement.querySelector?.("input.search")?.value ?? "";
  const root = freshRoot(parentElement, "shelf");
  const act = (value) => setTriggerValue("act", { ...value, at: Date.now() });
  const selected = new Set(data.selected.map(([source, article]) => source + "\n" + article));
  const rows = [];

  const search = el("input", { type: "search", class: "search", placeholder: words.search_library, "aria-label": words.search_library, oninput: filter });
  search.value = asked;
  const count = el("span", { class: "count", "aria-live": "polite" });
  const choose = el("button", { type: "button", class: "firm-button", onclick: () => send() }, words.ask_selected);
  const clear = el("button", { type: "button", class: "quiet-button", onclick: () => { selected.clear(); send(); } }, words.clear_filter);
  const more = ["notebook", "summarise"].map((kind) => el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind, articles: keys() }) },
    kind === "notebook" ? words.save_notebook : words.summarise));
  root.append(el("div", { class: "bar" }, search, el("span", { class: "chosen" }, count, choose, more, clear)));
  root.append(el("ul", { class: "sources" }, data.sources.map(source)));
  filter();
  tally();

  function source(value) {
    const all = value.articles.map((article) => value.id + "\n" + article.index);
    const articles = value.articles.map((article) => {
      const key = value.id + "\n" + article.index;
      const box = el("input", { type: "checkbox", "aria-label": words.select + words.colon_between + article.title });
      box.checked = selected.has(key);
      box.addEventListener("change", () => { box.checked ? selected.add(key) : selected.delete(key); tally(); });
      const row = el("li", { class: "article" }, box,
        el("button", { type: "button", class: "title", onclick: () => act({ kind: "open", source: value.id, article: article.index }) },
          el("span", {}, el("bdi", {}, article.title)), el("small", {}, el("bdi", {}, article.details), article.tags.map((tag) => el("span", { class: "tag" }, el("bdi", {}, tag))))),
        ["summarise", "edit"].map((kind) => el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind, articles: [[value.id, article.index]] }),
          "aria-label": (kind === "edit" ? words.edit_record : words.summarise) + words.colon_between + article.title }, kind === "edit" ? words.edit_record : words.summarise)));
      rows.push({ row, text: (article.title + " " + article.details + " " + article.tags.join(" ") + " " + value.id).toLowerCase() });
      return row;
    });
    return el("li", { class: "source" }, el("ul", {}, articles),
      el("details", {}, el("summary", {}, el("bdi", {}, value.id), " · " + value.size),
        el("pre", {}, value.report),
        ...(data.keeper ? [el("button", { type: "button", class: "quiet-button", onclick: () => act({ kind: "remove", source: value.id }) }, words.remove_source)] : [])));
  }

  function filter() {
    const wanted = search.value.trim().toLowerCase().split(/\s+/);
    for (const { row, text } of rows) row.hidden = !wanted.every((word) => text.includes(word));
    for (const item of root.querySelectorAll("li.source")) item.hidden = ![...item.querySelectorAll("li.article")].some((row) => !row.hidden);
  }

  function tally() {
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
