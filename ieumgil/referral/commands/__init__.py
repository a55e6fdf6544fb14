"""The referral at the terminal: every verb of a thread, by who says it."""

import click

from ieumgil.referral.commands import receiver, referrer, thread, watch


@click.group("referral")
def referral() -> None:
    """Refer a person, answer, recall, close; see whose turn it is."""


for verb in (*referrer.VERBS, *receiver.VERBS, *thread.VERBS, *watch.VERBS):
    referral.add_command(verb)

commands = [referral]
