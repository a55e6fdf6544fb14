"""One node with so many cases: at each line of its input it serves a page some times as the product and bare, in turns."""

import json
import os
import sys

import django

EACH = 15


def main(cases: int) -> None:
    """Print a JSON line once it is ready, and one for each line that names a page: the seconds of each answer."""
    django.setup()
    from bench.browser import Browser, pages  # noqa: PLC0415  Django must be set up first
    from bench.many import full  # noqa: PLC0415  as above

    pair, thread = full(cases)
    browser = Browser(pair.police)
    told = {name: browser.learn(page) for name, page in pages(pair.police, thread).items()}
    print(json.dumps(told), flush=True)
    addresses = {name: page.address for name, page in pages(pair.police, thread).items()}
    for line in sys.stdin:
        print(json.dumps(browser.in_turns(addresses[line.strip()], EACH)), flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ieumgil.site.settings"
    main(int(sys.argv[1]))
