"""What people type and choose, and the labels around it."""

from __future__ import annotations

from tests.client.carriers.carrier import NEVER, Carrier, html, late, typed

__all__ = ["FORMS"]

_FIELD = "const f = add('input');"
_SHADOW = "document.querySelector('#host').shadowRoot"
_INSIDE = "document.querySelector('#frame').contentDocument"

FORMS: list[Carrier] = [
    *html(
        "inputs",
        text_value='<input value="WORD">',
        checkbox_value='<input type=checkbox value="WORD">',
        radio_value='<input type=radio checked value="WORD">',
        hidden_value='<input type=hidden value="WORD">',
        password_value='<input type=password value="WORD">',
        textarea_text="<textarea>WORD</textarea>",
        textarea_cleared=(
            "<textarea id=cleared>WORD</textarea>"
            "<script>document.querySelector('#cleared').value = ''</script>"
        ),
        option_value='<select><option value="WORD">one</select>',
        button_value='<my-field value="WORD"></my-field>',
        mirrored_value='<div data-replicated-value="WORD"></div>',
        contenteditable="<div contenteditable>so <b>WORD</b></div>",
        contenteditable_island="<div contenteditable><i contenteditable=false>WORD</i></div>",
        plaintext_only="<div contenteditable=plaintext-only>WORD</div>",
        role_textbox="<div role=textbox>WORD</div>",
    ),
    *html(
        "text",
        submit_label='<input type=submit value="WORD">',
        reset_label='<input type=reset value="WORD">',
        button_label="<button>WORD</button>",
        option_text="<select><option>WORD</select>",
        optgroup_label='<select><optgroup label="WORD"></select>',
        textarea_placeholder='<textarea placeholder="WORD"></textarea>',
        contenteditable_label='<div contenteditable aria-label="WORD"></div>',
    ),
    *html(NEVER, field_name='<input name="WORD">', field_id='<input id="WORD">'),
    *late(
        "inputs",
        value_set=f"{_FIELD} await later(); f.value = 'WORD'",
        value_attribute=f"{_FIELD} await later(); f.setAttribute('value', 'WORD')",
        checkbox_value_later=f"{_FIELD} f.type = 'checkbox'; await later();"
        "f.value = 'WORD'; f.click()",
        password_toggled=(
            f"{_FIELD} f.type = 'password'; await later(); f.value = 'WORD';"
            "await later(); f.type = 'text'; await later(); f.value = 'so WORD';"
            " f.setAttribute('value', 'WORD')"
        ),
        textarea_text_later=(
            "const t = add('textarea', 'one'); await later(); t.firstChild.data = 'WORD'"
        ),
        editor_text_later=(
            "const e = add('div', 'one'); e.contentEditable = 'true'; await later();"
            " e.firstChild.data = 'WORD'; await later();"
            "const b = document.createElement('b'); b.textContent = 'WORD'; e.append(b)"
        ),
        select_later=(
            "const s = add('select'); s.innerHTML = '<option value=a>a<option value=WORD>b';"
            "await later(); s.value = 'WORD'"
        ),
    ),
    *late(
        "text", button_value_later=f"{_FIELD} f.type = 'button'; await later(); f.value = 'WORD'"
    ),
    *typed(
        "inputs",
        typed_text=f"{_FIELD} await later(); f.focus()",
        typed_editor=("const e = add('div'); e.contentEditable = 'true'; await later(); e.focus()"),
        typed_in_frame=f"{_INSIDE}.querySelector('#field').focus()",
        typed_in_shadow=f"{_SHADOW}.querySelector('input').focus()",
    ),
]
