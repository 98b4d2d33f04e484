"""Check the rules of accessibility on a page with axe."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "browser" / "vendor" / "axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = ("color-contrast", "target-size")
"""The rules about what an element looks like: three quarters of the work."""
FIRST = 3
"""So many of the siblings of one kind are looked at by these rules, and the last child: a style sheet may
treat the first and the last one, every second one, and every third one differently."""
_FIND_ALIKE = r"""first => {
    const texts = /^(id|name|value|title|alt|href|src|action|for|datetime)$|^hx-|^aria-(label|descr|contr)/
    const isText = ({name, value}) => texts.test(name) || (name.startsWith("data-") && /[\s\d@/]/.test(value))
    const written = one => isText(one) ? one.name : `${one.name}=${one.value}`
    const kinds = new Map()
    const numbers = new Map()
    const classify = element => {
        const inside = [...element.children].map(classify)
        const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        const states = [":checked", ":disabled", ":invalid"].map(state => element.matches(state))
        const attributes = [...element.attributes].map(written).sort()
        const kind = JSON.stringify([element.localName, attributes, hasText, states, inside])
        if (!numbers.has(kind)) numbers.set(kind, numbers.size)
        kinds.set(element, numbers.get(kind))
        return numbers.get(kind)
    }
    const alike = new Set()
    const collect = parent => {
        const counts = new Map()
        for (const child of parent.children) {
            const count = (counts.get(kinds.get(child)) ?? 0) + 1
            counts.set(kinds.get(child), count)
            if (count <= first || !child.nextElementSibling) collect(child)
            else for (const one of [child, ...child.querySelectorAll("*")]) alike.add(one)
        }
    }
    classify(document.body)
    collect(document.body)
    return alike
}"""
"""Returns the elements that look like others before them: what is in them, classes, and states are the same,
only texts and addresses are not."""
_RUN = f"""async ([options, looks, first]) => {{
    const findAlike = {_FIND_ALIKE}
    const closed = [...document.querySelectorAll("details:not([open])")]
        .filter(one => one.querySelectorAll("*").length > 50)
        .map(one => [one, [...one.childNodes].filter(child => child.localName !== "summary")])
    for (const [, parts] of closed) for (const part of parts) part.remove()
    const alike = findAlike(first)
    const rules = axe._audit.rules.filter(rule => looks.includes(rule.id))
    const before = rules.map(rule => rule.matches)
    for (const [at, rule] of rules.entries())
        rule.matches = (element, ...more) => !alike.has(element) && before[at].call(rule, element, ...more)
    try {{
        return (await axe.run(document, options)).violations
    }} finally {{
        for (const [at, rule] of rules.entries()) rule.matches = before[at]
        for (const [one, parts] of closed) one.append(...parts)
    }}
}}"""
"""Without what large closed parts of the page hold: axe passes over it, too, but looks at every element."""


def problems(page: Page) -> list[str]:
    """Return axe's violations on the current page, one line per element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    return [
        f"{problem['id']}: {node['target']} {node['failureSummary']}"
        for problem in page.evaluate(_RUN, [options, LOOKS, FIRST])
        for node in problem["nodes"]
    ]
