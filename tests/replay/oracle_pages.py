"""Pages that change in every way a recording can tell, and what is done to them.

Each page is HTML and a list of scripts; each script runs as one task, so its
changes arrive as one mutation event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["PAGES", "OraclePage"]


@dataclass(frozen=True)
class OraclePage:
    """`more` are further files of the site, by path.

    `masked` pages differ from the live one in what the tag does not record: values.
    """

    html: str
    steps: list[str]
    more: dict[str, str] = field(default_factory=dict)
    masked: bool = False


TREE = OraclePage(
    """<!DOCTYPE html><html lang="en"><head><title>Tree</title>
    <style>li { color: black } li:hover { color: red }
    @media (max-width: 700px) { li { margin: 0 } }
    </style></head>
    <body><!-- a comment --><h1 id="h">One &amp; two</h1>
    <ul id="list"><li id="a">a</li><li id="b">b</li><li id="c">c</li></ul>
    <template><p>never seen</p></template>
    <details id="more"><summary>More</summary><p>told</p></details>
    <svg id="svg" width="40" height="40" viewBox="0 0 40 40"><circle id="dot" r="4"/></svg>
    </body></html>""",
    [
        # A chain in which each next sibling comes later: prepended one by one.
        (
            "for (const t of 'vwxyz') { const li = document.createElement('li');"
            " li.textContent = t; li.id = t; list.prepend(li); }"
        ),
        # The same chain, made to grow forwards, with texts between.
        (
            "const f = document.createDocumentFragment(); for (const t of '12345') {"
            " const li = document.createElement('li');"
            " li.append(t, document.createElement('b'), t);"
            " f.append(li, ' '); } list.insertBefore(f, c);"
        ),
        # Reordered by appending what is there already: removes and adds of the same nodes.
        "[...list.children].reverse().forEach((li) => list.append(li));",
        # A subtree is built inside out, before it is connected, then moved twice.
        (
            "const o = document.createElement('section'); const i = document.createElement('div');"
            " i.innerHTML = '<p>deep <em>er</em></p>'; o.append(i); document.body.append(o);"
            " document.body.prepend(o); i.append(document.getElementById('h'));"
        ),
        # Into a new parent that stands after its child in the document.
        (
            "const n = document.createElement('nav'); document.body.append(n);"
            " n.append(list.firstElementChild, list.lastElementChild); n.before('text before');"
        ),
        # Added and gone again at once; emptied and filled; text nodes split and joined.
        "const g = document.createElement('i'); list.append(g); g.remove();",
        "a.textContent = ''; a.textContent = 'filled'; a.append('!'); a.firstChild.splitText(3);",
        "a.normalize(); document.getElementById('h').firstChild.data = 'changed <text>';",
        # Attributes: set, changed, taken off, with strange names; style by pieces.
        (
            "b.setAttribute('data-x', '1'); b.setAttribute('data-x', '2'); b.hidden = true;"
            " b.setAttribute('@click', 'x'); b.className = 'k l'; b.removeAttribute('id');"
        ),
        "c.style.color = 'red'; c.style.setProperty('margin-top', '3px', 'important');",
        "c.style.setProperty('--own', ' 1px '); c.style.color = '';",
        "c.style.cssText = 'color: green; padding: 1px';",
        "document.getElementById('more').open = true;",
        (
            "const s = 'http://www.w3.org/2000/svg'; const u = document.createElementNS(s, 'use');"
            " u.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', '#dot');"
            " u.setAttribute('x', '10'); svg.append(u); const k = document.createElementNS(s,"
            " 'linearGradient'); svg.prepend(k); dot.setAttribute('r', '6');"
        ),
        (
            "const x = document.createElementNS('http://www.w3.org/2000/svg', 'foreignObject');"
            " x.innerHTML = '<p>inside</p>'; svg.append(x);"
        ),
        (
            "document.querySelector('template').content.append('still unseen');"
            " document.body.append(document.createComment('late'));"
        ),
        "list.innerHTML = '<li>new</li><li><ul><li>nested</li></ul></li>';",
        "list.replaceChildren(...[...list.childNodes].reverse(), 'end');",
        (
            "for (let n = 0; n < 60; n++) {"
            " const d = document.createElement('div'); d.textContent = n;"
            " const at = (n * 7919) % (document.body.childNodes.length);"
            " document.body.insertBefore(d, document.body.childNodes[at]); }"
        ),
        (
            "const d = [...document.body.querySelectorAll(':scope > div')]; d.forEach((one, i) =>"
            " d[(i * 31) % d.length].before(one)); d.slice(0, 20).forEach((one) => one.remove());"
        ),
        "window.dispatchEvent(new Event('late'))",
    ],
)

STYLES = OraclePage(
    """<!DOCTYPE html><html><head><link rel="stylesheet" href="/linked.css">
    <link id="pre" rel="preload" as="style" href="/late.css">
    <style id="one">p { color: red } @media (min-width: 1px) { p { margin: 1px } }</style>
    <style id="two"></style><style id="three">a{color:red}</style></head>
    <body><p>Styled</p><div id="host"></div>
    <fancy-box id="fancy">light</fancy-box></body></html>""",
    [
        "two.sheet.insertRule('b { color: blue }'); two.sheet.insertRule('i { color: navy }', 1);",
        "one.sheet.cssRules[1].insertRule('p { padding: 2px }', 1);",
        "one.sheet.cssRules[0].style.setProperty('color', 'green', 'important');",
        "one.sheet.cssRules[0].style.removeProperty('color'); two.sheet.deleteRule(0);",
        "one.sheet.cssRules[1].deleteRule(0);",
        "three.firstChild.data = 'a { color: lime }';",
        (
            "const s = document.createElement('style'); s.id = 'four'; document.head.append(s);"
            " s.append('u { color: red }'); s.append('s { color: blue }');"
        ),
        (
            "const s = document.createElement('style'); s.textContent = 'q { color: red } ';"
            " document.body.append(s); s.sheet.insertRule('em { color: red }', 1);"
        ),
        # Shadow trees: open, nested, filled late, with sheets of their own.
        (
            "const r = host.attachShadow({mode: 'open'}); r.innerHTML ="
            " '<style>b{color:red}</style><b>shadow</b><slot></slot><div id=in></div>';"
        ),
        (
            "host.append('slotted'); const r = host.shadowRoot;"
            " r.append(document.createElement('u'));"
            " r.prepend('first'); r.querySelector('b').remove();"
        ),
        (
            "const s = new CSSStyleSheet(); s.replaceSync('u { color: teal } i { top: 0 }');"
            " host.shadowRoot.adoptedStyleSheets = [s]; window.kept = s;"
        ),
        "kept.insertRule('b { left: 0 }', 1); document.adoptedStyleSheets = [kept];",
        "kept.cssRules[0].style.color = 'olive'; kept.deleteRule(2);",
        (
            "const t = new CSSStyleSheet(); t.insertRule('p { top: 1px }');"
            " document.adoptedStyleSheets = [t, kept]; kept.replaceSync('h1 { top: 2px }');"
        ),
        (
            "const n = host.shadowRoot.getElementById('in');"
            " n.attachShadow({mode: 'open'}).innerHTML ="
            " '<em>nested <b>shadow</b></em>';"
        ),
        (
            "customElements.define('fancy-box', class extends HTMLElement {"
            " constructor() { super();"
            " this.attachShadow({mode: 'open'}).innerHTML = '<b>fancy</b><slot></slot>'; } });"
        ),
        "document.body.append(document.createElement('fancy-box'));",
        (
            "const d = document.createElement('div');"
            " d.attachShadow({mode: 'open'}).append('late');"
            " const h = document.createElement('p'); h.append(d); document.body.prepend(h);"
        ),
        (
            "const m = document.createElement('div'); m.innerHTML = '<section><i>in</i></section>';"
            " m.firstChild.attachShadow({mode: 'open'}).innerHTML = '<b>moved</b>'; host.after(m);"
        ),
        "return new Promise((done) => { pre.onload = done; pre.rel = 'stylesheet'; });",
        (
            "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '/late.css';"
            " return new Promise((done) => { l.onload = done; document.head.append(l); });"
        ),
        "0",
    ],
    {
        "/linked.css": "p:hover { color: red } p { font-size: 20px }",
        "/late.css": "body { color: rgb(1, 2, 3) }",
    },
)

FORMS = OraclePage(
    """<!DOCTYPE html><html><head><style>/* anchoring scrolls unrecorded */
    html { overflow-anchor: none } div#box { height: 100px; width: 200px; overflow: auto }
    div#tall { height: 3000px; width: 500px } </style></head><body>
    <form id="form"><input id="text" value="given"><input id="check" type="checkbox" checked>
    <input name="r" id="r1" type="radio" value="1" checked>
    <input name="r" id="r2" type="radio" value="2">
    <select id="pick"><option>x<option selected>y<option>z</select>
    <select id="many" multiple><option selected>x<option>y<option selected>z</select>
    <textarea id="area">first words</textarea><input id="range" type="range" value="30">
    <button id="send" type="button">Send</button></form>
    <div id="box"><div id="tall">tall</div></div><div id="filler" style="height: 2000px"></div>
    <dialog id="plain"><p>plain</p></dialog><dialog id="modal"><button>close</button></dialog>
    </body></html>""",
    [
        "@fill text typed by a visitor",
        "@uncheck check",
        "@check r2",
        "@select pick z",
        "@fill area second words",
        "text.value = 'set by a script'; text.dispatchEvent(new Event('input', {bubbles: true}));",
        "text.setAttribute('value', 'attribute'); area.textContent = 'third';",
        "range.value = 70; range.dispatchEvent(new Event('input', {bubbles: true}));",
        (
            "many.options[1].selected = true;"
            " many.dispatchEvent(new Event('change', {bubbles: true}));"
        ),
        (
            "const i = document.createElement('input'); i.type = 'checkbox'; i.checked = true;"
            " i.id = 'late'; form.append(i); const t = document.createElement('textarea');"
            " t.id = 'note'; t.value = 'late note'; form.append(t);"
        ),
        (
            "const s = document.createElement('select'); s.innerHTML = '<option>1<option>2';"
            " s.value = '2'; form.prepend(s);"
        ),
        "box.scrollTo(40, 700);",
        "window.scrollTo(0, 300);",
        "plain.show();",
        "modal.showModal();",
        "modal.close(); plain.close();",
        "modal.showModal(); modal.firstChild.textContent = 'go';",
        (
            "const d = document.createElement('dialog'); d.append('new'); document.body.append(d);"
            " d.showModal();"
        ),
        (
            "text.disabled = true; text.type = 'search';"
            " const b = send; b.remove(); b.type = 'submit';"
            " form.append(b);"
        ),
        "box.scrollTo(0, 20);",
        "0",
    ],
    masked=True,
)

FRAMES = OraclePage(
    """<!DOCTYPE html><html><body><iframe id="early" src="/inner.html" width="300"></iframe>
    <iframe id="doc" srcdoc="<!DOCTYPE html><p>from srcdoc</p>"></iframe><p id="end">end</p>
    </body></html>""",
    [
        "early.contentDocument.body.append('added inside');",
        (
            "const f = document.createElement('iframe'); f.id = 'late'; f.src = '/inner.html?late';"
            " end.before(f);"
        ),
        "@wait 250",
        "late.contentDocument.getElementById('p').textContent = 'changed inside the late one';",
        "late.contentDocument.body.insertAdjacentHTML('afterbegin', '<ul><li>1<li>2</ul>');",
        (
            "const f = document.createElement('iframe'); f.srcdoc = '<b>late srcdoc</b>';"
            " f.id = 'late-doc'; document.body.prepend(f);"
        ),
        "@wait 250",
        "document.getElementById('late-doc').contentDocument.body.className = 'touched';",
        (
            "const f = document.createElement('iframe'); f.id = 'blank'; document.body.append(f);"
            " f.contentDocument.body.innerHTML = '<i>written by the page</i>';"
        ),
        "@wait 250",
        "early.remove();",
        (
            "doc.contentDocument.body.innerHTML ="
            " '<iframe id=nested srcdoc=\"<em>nested</em>\"></iframe>';"
        ),
        "@wait 300",
        (
            "const d = document.createElement('div'); d.innerHTML = '<p>around</p>';"
            " document.body.append(d); d.append(document.getElementById('late'));"
        ),
        "@wait 300",
        "0",
    ],
    {"/inner.html": "<!DOCTYPE html><html><body><p id='p'>inner</p></body></html>"},
)

QUIRKS = OraclePage(
    """<html><head><title>Quirks</title></head><body bgcolor="#eeeeee"><table id="t" width="50%">
    <tr><td>no tbody in the source<td nowrap>cell</table><center>old</center><font color=red>red
    </font><p>unclosed <b>and <i>misnested</b> here</i></body></html>""",
    [
        "t.insertRow().insertCell().textContent = 'row'; t.deleteRow(0);",
        "document.body.bgColor = 'white'; document.title = 'Other title';",
        (
            "document.body.replaceWith(Object.assign(document.createElement('body'),"
            " {innerHTML: '<p>another body</p>'}));"
        ),
        "document.body.className = 'late';",
        (
            "document.body.innerHTML = '<p>first <b>bold</b> words</p><p>second</p>';"
            " getSelection().selectAllChildren(document.body.firstChild);"
        ),
        # From the end backwards, over two paragraphs; then a caret, as after a press.
        (
            "const [one, two] = document.body.children;"
            " getSelection().setBaseAndExtent(two.firstChild, 3, one.querySelector('b'), 0);"
        ),
        "@wait 50",
        "getSelection().collapse(document.body.lastChild, 0);",
        "@wait 50",
        (
            "const one = document.body.firstChild.firstChild;"
            " getSelection().setBaseAndExtent(one, 1, one, 4);"
        ),
        "@wait 50",
        "0",
    ],
)

PAGES = {"tree": TREE, "styles": STYLES, "forms": FORMS, "frames": FRAMES, "quirks": QUIRKS}
