"""What a page does beside its DOM: errors, requests, routes, calls of the tag, storage."""

from __future__ import annotations

from tests.client.carriers.carrier import NEVER, Carrier, late, typed

__all__ = ["DOINGS", "LEAVING"]

_FIELD = "const f = add('input');"
_EDITOR = "const e = add('div'); e.contentEditable = 'true'; e.focus();"
_THROW = "setTimeout(() => {{ throw {} }}); await later();"

DOINGS: list[Carrier] = [
    *late(
        "text",
        console="console.error('it is WORD')",
        console_formatted="console.error('%s has paid', 'WORD')",
        console_of_frame="document.querySelector('#frame').contentWindow.console.error('WORD')",
        thrown=_THROW.format("new Error('it is WORD')"),
        thrown_text=_THROW.format("'it is WORD'"),
        rejected_class="Promise.reject(new (class WORD {})); await later()",
        rejected="Promise.reject(new Error('no WORD')); await later()",
        title_of_route="document.title = 'WORD'; history.pushState(null, '', '/titled')",
    ),
    *late(
        "inputs",
        console_object="console.error({ who: 'WORD' }, ['WORD'])",
        console_mail="console.error('no mail to WORD@example.com')",
        console_url="console.error('GET https://a.example/x?t=WORD failed')",
        console_path="console.error('GET /x?t=WORD failed')",
        console_fragment="console.error('at /x#WORD and ./y#access_token=WORD')",
        console_masked_frame="document.querySelector('#blocked').contentWindow.console.error('WORD')",
        cause=_THROW.format("new Error('x', { cause: new Error('WORD') })"),
        thrown_object=_THROW.format("{ who: 'WORD' }"),
        source_query=(
            "(0, eval)('setTimeout(() => { throw new Error(1) })"
            "\\n//# sourceURL=https://a.example/s.js?t=WORD'); await later()"
        ),
        function_name=(
            "const run = { ['WORD@example.com']() { throw new Error('named') } };"
            "setTimeout(() => run['WORD@example.com']()); await later()"
        ),
        frameless_stack=(
            "const none = new Error('y'); none.stack = 'Error: y\\nWORD@example.com:12';"
            "console.error(none)"
        ),
        rejected_object="Promise.reject({ who: 'WORD' }); await later()",
        failed_picture="add('img').src = '/gone.png?t=WORD'; await later()",
        request_query="await fetch('/answer?t=WORD')",
        request_fragment="await fetch('/answer#WORD')",
        request_user="await fetch('/answer', { headers: { authorization: 'WORD' } })",
        request_body="await fetch('/answer', { method: 'POST', body: 'WORD' })",
        request_mail="await fetch('/answer/WORD@example.com')",
        failed_request="await fetch('http://127.0.0.2:9/?t=WORD').catch(() => {})",
        beacon="navigator.sendBeacon('/answer?t=WORD', 'WORD')",
        socket="new WebSocket('ws://127.0.0.2:9/?t=WORD')",
        event_source="new EventSource('/answer?t=WORD')",
        form_request=(
            "const x = new XMLHttpRequest(); x.open('POST', '/answer?t=WORD');"
            "x.setRequestHeader('x-token', 'WORD'); x.send('WORD');"
            "await new Promise((done) => (x.onloadend = done))"
        ),
        route_query="history.pushState(null, '', '/route?t=WORD')",
        route_fragment="history.pushState(null, '', '/route2#WORD')",
        route_state="history.pushState({ who: 'WORD' }, '', '/route3')",
        route_hash="location.hash = 'WORD'; await later()",
        goal_mail="heatwright.track('bought', { by: ['WORD@example.com'] })",
        goal_name_mail="heatwright.track('bought by WORD@example.com')",
        goal_url="heatwright.track('went', { to: 'https://a.example/?t=WORD', path: '/x?t=WORD' })",
        identified_mail="heatwright.identify('WORD@example.com', { mail: 'WORD@example.com' })",
        tagged_mail="heatwright.tag('mail', 'WORD@example.com')",
        variant_mail="heatwright.tag('variant', 'WORD@example.com')",
        release_mail="heatwright.release('WORD@example.com')",
        page_mail="heatwright.page('cart of WORD@example.com')",
        report_mail="heatwright.report('no answer from WORD@example.com')",
        report_url="heatwright.report('at https://a.example/x?t=WORD')",
        cookie="document.cookie = 'who=WORD; path=/'",
        local_storage="localStorage.setItem('WORD', 'WORD')",
        session_storage="sessionStorage.setItem('WORD', 'WORD')",
        window_name="window.name = 'WORD'",
        alert="alert('WORD'); prompt('WORD', 'WORD')",
        posted="postMessage('WORD', '*')",
        dragged="new DataTransfer().setData('text/plain', 'WORD')",
        selected_field="const f = add('input'); f.value = 'WORD'; f.select(); await later()",
        template_content="add('div').innerHTML = '<template><p>WORD</template>'",
        linked_data='const s = document.createElement("script"); s.type = "application/ld+json";'
        's.text = "WORD"; document.body.append(s)',
        script_picture="add('div').innerHTML = '<img src=\"javascript:WORD\">'",
    ),
    *late(
        "inputs",
        inserted=f"{_FIELD} f.focus(); document.execCommand('insertText', false, 'WORD')",
        inserted_in_editor=f"{_EDITOR} document.execCommand('insertHTML', false, '<b>WORD</b>')",
        autofilled=(
            f"{_FIELD} f.autocomplete = 'name'; await later(); f.value = 'WORD';"
            "for (const type of ['input', 'change'])"
            " f.dispatchEvent(new Event(type, { bubbles: true }))"
        ),
        added_filled="const f = document.createElement('input'); f.value = 'WORD';"
        "f.setAttribute('value', 'WORD'); document.body.append(f)",
        one_time_code=(
            f"{_FIELD} f.autocomplete = 'one-time-code'; await later(); f.value = 'WORD';"
            "f.dispatchEvent(new Event('input', { bubbles: true }))"
        ),
        datalist_value=(
            "const d = add('datalist'); d.innerHTML = '<option value=WORD>'; add('input').value='x'"
        ),
    ),
    *late(
        "text",
        dialog="const d = add('dialog', 'WORD'); d.showModal(); d.close()",
        details="add('details').innerHTML = '<summary>WORD</summary>'",
        output="add('output').value = 'WORD'",
        popover="const p = add('p', 'WORD'); p.popover = 'manual'; p.showPopover()",
        selected_text=(
            "const p = add('p', 'WORD'); getSelection().selectAllChildren(p); await later()"
        ),
        item_content="add('meta').setAttribute('itemprop', 'x'); add('meta').content = 'WORD'",
    ),
    *late(
        "strict",
        request_path="await fetch('/answer/WORD')",
        failed_picture_path="add('img').src = '/WORD.png'; await later()",
    ),
    *late(
        NEVER,
        route_path="history.pushState(null, '', '/WORD')",
        goal="heatwright.track('WORD')",
        goal_property="heatwright.track('bought', { what: 'WORD' })",
        identified="heatwright.identify('WORD')",
        trait="heatwright.identify('7', { plan: 'WORD' })",
        tagged="heatwright.tag('plan', 'WORD')",
        page_name="heatwright.page('WORD')",
        reported="heatwright.report('WORD')",
        listed_header="await fetch('/answer/header')",
        frame_name="add('iframe').name = 'WORD'",
    ),
    *typed(
        "inputs",
        typed_code=f"{_FIELD} f.name = 'otp'; await later(); f.focus()",
        typed_search=f"{_FIELD} f.type = 'search'; await later(); f.focus()",
        typed_shown_password=(
            f"{_FIELD} f.type = 'password'; await later(); f.type = 'text'; await later();f.focus()"
        ),
        typed_text_area="const t = add('textarea'); await later(); t.focus()",
        typed_editor_late=_EDITOR,
    ),
]

LEAVING: list[Carrier] = [
    *typed("inputs", typed_last=_EDITOR),
    *late(
        "text",
        last_text="add('p', 'WORD')",
        last_message="addEventListener('beforeunload', () => console.error('WORD'))",
    ),
    *late("inputs", last_value="const f = add('input'); f.value = 'WORD'"),
]
"""Done right before the page is left: what is not sent by then goes out while it goes away."""
