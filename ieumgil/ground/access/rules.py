"""The short list of routes that need no sign-in, each with its reason."""

OPEN_ROUTES: dict[str, str] = {
    "exchange:inbox": "another node posts sealed bundles here; the bundle's own signature is the sign-in",
    "alive": "whether the node serves, without saying whom",
    "shell:language": "the language of the sign-in page, too, can be changed; it changes nothing else",
    "shell:leave": "whoever must leave at once may do so, signed in or no longer",
    "shell:plain": "the calendar that the quick exit leads to",
    "shell:source": "the program's own source, which whoever uses it may have (AGPL, section 13)",
    "shell:gallery": "every element in its states, in development and the demo alone; it holds nothing",
    "shell:help": "what helps before one can sign in, too; it holds no data",
    "shell:help_everything": "as the help",
    "shell:help_page": "as the help",
    "account_login": "the door itself",
    "mfa_authenticate": "the second step of the door: it asks for the code of whoever gave the password",
    "mfa_activate_totp": "whoever gave the password and has no second factor yet sets one up here, and can go nowhere else",
    "account_reauthenticate": "asks whoever signed in for the password again; it shows nothing",
    "account_logout": "whoever signed in with the password alone may leave, too",
    "people:welcome": "a link that is good once is the sign-in; any other leads to one and the same page",
    "demo-sign-in": "in the demo alone: its people are invented, and a check keeps it out of real use",
}
