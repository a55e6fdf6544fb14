"""What the commands of the referral have in common."""

import click

THREAD = click.argument("thread", type=click.UUID)
ONCE = click.option("--once", default=None, help="A key of your own: the same one again sends nothing twice.")
