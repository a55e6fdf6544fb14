"""The short list of routes that need no sign-in, each with its reason."""

OPEN_ROUTES: dict[str, str] = {
    "exchange:inbox": "another node posts sealed bundles here; the bundle's own signature is the sign-in",
    "alive": "whether the node serves, without saying whom",
    "shell:language": "the language of the sign-in page, too, can be changed; it changes nothing else",
    "shell:leave": "whoever must leave at once may do so, signed in or no longer",
    "shell:plain": "the calendar that the quick exit leads to",
    "shell:source": "the program's own source, which whoever uses it may have (AGPL, section 13)",
    "shell:gallery": "every element in its states, in development and the demo alone; it holds nothing",
}
