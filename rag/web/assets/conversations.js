// The list of conversations. Acts sent to Python: {kind: "open" | "delete" | "rename", id, title}.

// On a phone the left column covers the page: it goes when something in it was chosen.
function uncover() {
  if (innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}
if (!window.wenjuUncovers) {
  window.wenjuUncovers = true;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-testid="stSidebarNavLink"], .st-key-new button')) setTimeout(uncover, 0);
  });
}

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const root = freshRoot(parentElement, "conversations");
  const act = (value) => setTriggerValue("act", { ...value, at: Date.now() });
  if (!data.items.length) {
    root.append(el("p", { class: "empty" }, data.searching ? words.none_found : words.no_conversations));
    return;
  }
  root.append(el("ul", {}, data.items.map(item)));

  function item(value) {
    const open = el("button", { class: "name", type: "button", "aria-current": value.id === data.current ? "true" : null, title: value.title, onclick: () => { act({ kind: "open", id: value.id }); uncover(); } }, el("bdi", {}, value.title));
    const tools = el("span", { class: "tools" },
      el("button", { type: "button", "aria-label": words.rename + words.colon_between + value.title, title: words.rename, onclick: rename }, "✎"),
      el("button", { type: "button", "aria-label": words.delete + words.colon_between + value.title, title: words.delete, onclick: () => act({ kind: "delete", id: value.id }) }, "✕"));
    const row = el("li", { class: value.id === data.current ? "current" : null }, open, tools);
    function rename() {
      const field = el("input", { type: "text", "aria-label": words.rename, maxlength: 200 });
      field.value = value.title;
      let finished = false;
      const finish = (keep) => {
        if (finished) return;
        finished = true;
        row.replaceChildren(open, tools);
        if (keep && field.value.trim() && field.value !== value.title) act({ kind: "rename", id: value.id, title: field.value });
      };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) finish(true);
        if (event.key === "Escape") finish(false);
      });
      field.addEventListener("blur", () => finish(true));
      row.replaceChildren(field);
      field.focus();
      field.select();
    }
    return row;
  }
}
