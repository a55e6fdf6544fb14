"""Verbs of the vault: open it, seal and open what is written, destroy a key, back up and restore."""

from ieumgil.ground.vault.actions.backup import Backup, backup
from ieumgil.ground.vault.actions.destroy import destroy, finish_erasures, replay_tombstones
from ieumgil.ground.vault.actions.index import index_name
from ieumgil.ground.vault.actions.restore import restore
from ieumgil.ground.vault.actions.seal import OpenKey, get, get_json, handle, new_key, opened, put, put_json
from ieumgil.ground.vault.actions.unlock import create_kek, is_unlocked, lock, unlock, unlock_all
from ieumgil.ground.vault.rules import (
    Context,
    ErasedError,
    KeyKind,
    LockedAgencyError,
    TamperedError,
    WeakKeyFileError,
    WrongPassphraseError,
)

__all__ = [
    "Backup",
    "Context",
    "ErasedError",
    "KeyKind",
    "LockedAgencyError",
    "OpenKey",
    "TamperedError",
    "WeakKeyFileError",
    "WrongPassphraseError",
    "backup",
    "create_kek",
    "destroy",
    "finish_erasures",
    "get",
    "get_json",
    "handle",
    "index_name",
    "is_unlocked",
    "lock",
    "new_key",
    "opened",
    "put",
    "put_json",
    "replay_tombstones",
    "restore",
    "unlock",
    "unlock_all",
]
