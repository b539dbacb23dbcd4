// Suggested questions, as buttons. Acts sent to Python: {kind: "ask", question}.

export default function (component) {
  if (isLate(component)) return;
  const { data, parentElement, setTriggerValue } = component;
  const root = freshRoot(parentElement, "choices");
  root.append(el("h2", {}, data.title), el("ul", {}, data.questions.map((question) =>
    el("li", {}, el("button", { type: "button", onclick: once(() => setTriggerValue("act", { kind: "ask", question, at: Date.now() })) }, el("bdi", {}, question))))));
}
