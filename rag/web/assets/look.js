// What retrieval finds, without an answer. Acts sent to Python: {kind: "open", place}.

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const { words } = data;
  const root = freshRoot(parentElement, "look");
  root.append(el("p", { class: "facts" }, data.facts.map((fact) => el("span", {}, el("bdi", {}, fact)))));
  root.append(el("ol", {}, data.found.map((item, place) => {
    const text = el("p", { class: "text" });
    if (item.best) {
      const [a, b] = item.best;
      text.append(cut(item.text, 0, a), el("mark", {}, cut(item.text, a, b)), cut(item.text, b));
    } else text.append(item.text);
    return el("li", {}, el("button", { type: "button", class: "where", onclick: () => setTriggerValue("act", { kind: "open", place, at: Date.now() }) }, el("bdi", {}, item.where)),
      text,
      el("p", { class: "why" }, el("span", { class: "meter", role: "img", "aria-label": words.score + " " + item.score }, el("i", { style: `width:${Math.round(item.share * 100)}%` })),
        " " + words.score + " " + item.score, item.why.map((part) => el("span", {}, part))));
  })));
}
