/**
 * A document as plain data, for comparison: structure, attributes, texts, form
 * state, shadow trees, frames' documents, style rules, scroll positions.
 *
 * `skip(node)` leaves out what a player added. What the stage takes off on
 * purpose is taken off here, on both sides:
 *   - event handlers, which rrweb renames (`_onclick`) and the stage drops;
 *   - the address of a link that draws nothing (one that does is listed by its rules);
 *   - what loads a frame (`src`, `srcdoc`, `sandbox`, `allow`) and `ping`, `integrity`;
 *   - linked style sheets are recorded, and rebuilt, as `style` elements;
 *   - what comments say, which the tag does not record;
 *   - `http-equiv` of meta elements, which rrweb renames only for a policy.
 *
 * And what the Replayer does its own way:
 *   - a style sheet is listed by its rules without `:hover` stand-ins, which it
 *     writes into the source; and without the class `:hover` that they need;
 *   - it writes the value of a checkbox, masked or `on` if it has none, into an attribute;
 *   - it gives a quirks document without a doctype one that keeps it so;
 *   - it leaves a closed dialog in the top layer: only open ones are asked for theirs;
 *   - an empty document counts as one that is only `html`, `head` and `body`.
 */
(skip) => {
  const PLAYERS_CLASSES = ["rrweb-paused", ":hover"];

  const TOLD = ["on", "********"];

  const leftOut = (tag, name) =>
    /^_?on/.test(name) || /^(rrweb-|rr_)/.test(name) || name === "ping" || name === "integrity" ||
    (tag === "iframe" && ["src", "srcdoc", "sandbox", "allow"].includes(name)) ||
    (tag === "link" && name === "href") ||
    (tag === "style" && ["href", "rel"].includes(name)) ||
    (tag === "meta" && ["http-equiv", "csp-content", "content"].includes(name));

  const attributes = (element, tag) => {
    const found = {};
    for (const { name, value } of element.attributes) {
      if (leftOut(tag, name)) continue;
      if (tag === "input" && name === "value" && /^(checkbox|radio)$/.test(element.type)) {
        if (!TOLD.includes(value)) found.value = value;
      } else if (name === "class") {
        const classes = value.split(" ").filter((one) => one && !PLAYERS_CLASSES.includes(one));
        if (classes.length) found.class = classes.join(" ");
      } else found[name] = value;
    }
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  };

  const hovering = (rule) =>
    rule.cssText.replace(/[^,{}]*\\:hover[^,{]*,?/g, "").replace(/,\s*\{/g, " {");
  const rules = (sheet) => {
    try {
      return Array.from(sheet.cssRules, (rule) => hovering(rule).replace(/\s+/g, " ").trim());
    } catch {
      return "(another origin's)";
    }
  };

  const madeUp = ({ publicId, systemId }) =>
    publicId === "-//W3C//DTD HTML 4.0 Transitional//EN" && !systemId;

  const state = (element, tag) => {
    if (tag === "input") {
      const hasText = !/^(checkbox|radio)$/.test(element.type);
      return { value: hasText ? element.value : null, checked: element.checked };
    }
    if (tag === "textarea") return { value: element.value };
    if (tag === "select") return { chosen: Array.from(element.selectedOptions, (one) => one.value) };
    if (tag === "dialog") return { modal: element.open && element.matches(":modal"), open: element.open };
    if (tag === "details") return { open: element.open };
    return undefined;
  };

  const list = (node) => {
    if (skip(node)) return [];
    switch (node.nodeType) {
      case Node.ELEMENT_NODE:
        return [element(node)];
      case Node.TEXT_NODE:
      case Node.CDATA_SECTION_NODE:
        return [node.data];
      case Node.COMMENT_NODE:
        return [{ comment: "what it says is never recorded" }];
      case Node.DOCUMENT_TYPE_NODE:
        return madeUp(node) ? [] : [{ doctype: [node.name, node.publicId, node.systemId] }];
      default:
        return [{ unknown: node.nodeName }];
    }
  };

  const children = (node) => Array.from(node.childNodes).flatMap(list);

  const element = (node) => {
    const linked = node.localName === "link" && node.sheet;
    const tag = linked ? "style" : node.localName;
    const listed = { tag, in: node.namespaceURI.split("/").pop(), attributes: attributes(node, tag) };
    const now = state(node, tag);
    if (now) listed.state = now;
    if (node.scrollTop || node.scrollLeft) listed.scroll = [node.scrollLeft, node.scrollTop];
    if (tag === "style" && node.sheet) listed.rules = rules(node.sheet);
    if (node.shadowRoot) {
      listed.shadow = { adopted: adopted(node.shadowRoot), children: children(node.shadowRoot) };
    }
    if (tag === "iframe") {
      const inner = node.contentDocument;
      listed.frame = inner ? document_(inner) : null;
    }
    if (tag !== "style" && tag !== "textarea") listed.children = children(node);
    return listed;
  };

  const adopted = (root) => Array.from(root.adoptedStyleSheets, rules);

  // Nothing, or `html` with an empty `head` and `body`; what a player injected is left out already.
  const isBlank = (listed) =>
    listed.every(
      ({ tag, children: inner }) =>
        tag === "html" &&
        inner.every((one) => ["head", "body"].includes(one.tag) && !one.children.length),
    );

  const selected = (selection) =>
    selection?.rangeCount ? selection.getRangeAt(0).toString() : "";

  const document_ = (doc) => {
    const listed = children(doc);
    if (isBlank(listed)) return "blank";
    return {
      mode: doc.compatMode,
      adopted: adopted(doc),
      scroll: [doc.defaultView.scrollX, doc.defaultView.scrollY],
      selected: selected(doc.getSelection()),
      size: [doc.documentElement.scrollWidth, doc.documentElement.scrollHeight],
      children: listed,
    };
  };

  return document_;
}
