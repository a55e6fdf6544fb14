"""What is sealed opens only in its place, for its agency, with its key, while the vault is open."""

import unicodedata
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from ieumgil.ground.audit.queries import entries
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.actions import Context, KeyKind
from ieumgil.ground.vault.cipher import KEYRING, handle_of, pad, unpad
from ieumgil.ground.vault.models import NameToken, Tombstone, WrappedKey
from ieumgil.ground.vault.queries import cases_with_name, key_file, open_key, status
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, KeyId
from ieumgil.kernel.outcome import AbsentError
from tests.rooms.conftest import NOW, People

PASSPHRASE = "a passphrase for tests"
PLAIN = "예시가, marker note".encode()
CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
PLACE = Context("casefile.identity", "name", UUID(int=1), CASE)
NAME = "예 시가"


@pytest.fixture
def key(people: People) -> KeyId:
    """Give a case's key of the police unit."""
    return vault.new_key(people.police, KeyKind.CASE)


def test_what_was_put_comes_back_in_its_place(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    assert vault.get(people.police, key, PLACE, sealed) == PLAIN
    assert PLAIN not in sealed
    assert vault.put(people.police, key, PLACE, PLAIN) != sealed  # a fresh nonce each time


def test_a_value_comes_back_as_it_was(people: People, key: KeyId) -> None:
    value: Json = {"name": "예시가", "ages": [17, None], "known": True}
    sealed = vault.put_json(people.police, key, PLACE, value)
    assert vault.get_json(people.police, key, PLACE, sealed) == value
    with pytest.raises(vault.TamperedError):
        vault.get_json(people.police, key, PLACE, vault.put(people.police, key, PLACE, b"{ }"))


def test_the_length_of_what_is_sealed_tells_no_answer(people: People, key: KeyId) -> None:
    def length(value: Json) -> int:
        return len(vault.put_json(people.police, key, PLACE, value))

    answers: list[Json] = [True, False, None, "yes", "no", "unknown", "prefer-not", ["vi"], 17]
    assert {length(answer) for answer in answers} == {1 + 12 + 64 + 16}
    assert length("x" * 100) > length("yes")  # what tells: the size class, no more


@given(st.binary(max_size=3000))
def test_padding_comes_off_again_and_leaves_few_lengths(plaintext: bytes) -> None:
    padded = pad(plaintext)
    assert unpad(padded) == plaintext
    assert len(padded) in {64, 256, 1024, 2048, 3072}
    assert len(padded) >= len(plaintext) + 4
    filled = [] if len(padded) == len(plaintext) + 4 else [padded[:-1] + b"\1"]
    for spoilt in (padded[:-1], padded + b"\0", b"\xff" + padded[1:], b"", *filled):
        with pytest.raises(vault.TamperedError):
            unpad(spoilt)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, model="casefile.note"),
        replace(PLACE, field="alias"),
        replace(PLACE, row=UUID(int=2)),
        replace(PLACE, case=UUID(int=2)),
    ],
)
def test_a_ciphertext_pasted_elsewhere_does_not_open(people: People, key: KeyId, elsewhere: Context) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    with pytest.raises(vault.TamperedError):
        vault.get(people.police, key, elsewhere, sealed)


def test_a_ciphertext_does_not_open_with_another_key(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    with pytest.raises(vault.TamperedError):
        vault.get(people.police, vault.new_key(people.police, KeyKind.CASE), PLACE, sealed)


def test_every_changed_or_missing_byte_is_noticed(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    changed = [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :] for i in range(len(sealed))]
    for wrong in [*changed, *(sealed[:i] for i in range(len(sealed))), sealed + b"\0"]:
        with pytest.raises(vault.TamperedError):
            vault.get(people.police, key, PLACE, wrong)


def test_a_wrapped_key_moved_to_another_agency_does_not_open(people: People, key: KeyId) -> None:
    WrappedKey.objects.filter(pk=key).update(agency_id=people.shelter)
    with pytest.raises(vault.TamperedError):
        open_key(people.shelter, key)
    WrappedKey.objects.filter(pk=key).update(agency_id=people.police, kind=KeyKind.PACKET.value)
    with pytest.raises(vault.TamperedError):
        open_key(people.police, key)


def test_another_agencys_key_does_not_exist(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    for wrong in (key, KeyId(uuid4())):
        _expect_absent(people.shelter, wrong, sealed)
    assert vault.get(people.police, key, PLACE, sealed) == PLAIN


def _expect_absent(agency: AgencyId, key: KeyId, sealed: bytes) -> None:
    for attempt in (
        lambda: vault.get(agency, key, PLACE, sealed),
        lambda: vault.put(agency, key, PLACE, PLAIN),
        lambda: vault.handle(agency, key),
        lambda: vault.index_name(agency, key, CASE, [NAME]),
        lambda: vault.destroy("somebody", agency, key, "recall"),
    ):
        with pytest.raises(AbsentError) as refused:
            attempt()
        assert type(refused.value) is AbsentError


def test_a_locked_agency_neither_reads_nor_writes(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    vault.lock(people.police)
    assert not vault.is_unlocked(people.police)
    for attempt in (
        lambda: vault.get(people.police, key, PLACE, sealed),
        lambda: vault.put(people.police, key, PLACE, PLAIN),
        lambda: vault.new_key(people.police, KeyKind.CASE),
        lambda: vault.handle(people.police, key),
        lambda: vault.index_name(people.police, key, CASE, [NAME]),
        lambda: cases_with_name(people.police, NAME),
    ):
        with pytest.raises(vault.LockedAgencyError):
            attempt()
    vault.unlock(people.police, PASSPHRASE)
    assert vault.get(people.police, key, PLACE, sealed) == PLAIN


def test_a_wrong_passphrase_opens_nothing(people: People) -> None:
    vault.lock(people.police)
    with pytest.raises(vault.WrongPassphraseError):
        vault.unlock(people.police, PASSPHRASE + " ")
    assert not vault.is_unlocked(people.police)


def test_one_agencys_passphrase_and_file_do_not_open_another(people: People) -> None:
    key_file(people.shelter).write_bytes(key_file(people.police).read_bytes())
    with pytest.raises(vault.TamperedError):
        vault.unlock(people.shelter, PASSPHRASE)


def test_a_passphrase_is_the_same_from_every_keyboard(home: Path) -> None:
    agency = AgencyId(uuid4())
    passphrase = "이음길 시험 암호 하나 둘"
    vault.create_kek(agency, unicodedata.normalize("NFD", passphrase))
    vault.unlock(agency, passphrase)
    vault.lock(agency)


def test_a_key_file_is_never_replaced_and_holds_no_open_key(people: People) -> None:
    before = key_file(people.police).read_bytes()
    with pytest.raises(FileExistsError):
        vault.create_kek(people.police, PASSPHRASE)
    assert key_file(people.police).read_bytes() == before
    assert key_file(people.police).stat().st_mode & 0o777 == 0o600
    for secret in (KEYRING.kek(people.police).hex(), PASSPHRASE):
        assert secret.encode() not in before


def test_a_short_passphrase_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="12 characters"):
        vault.create_kek(AgencyId(uuid4()), "eleven char")


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format":2}', b"not json"])
def test_a_damaged_key_file_is_named_as_such(people: People, damage: bytes) -> None:
    key_file(people.police).write_bytes(damage)
    with pytest.raises(vault.TamperedError):
        vault.unlock(people.police, PASSPHRASE)


def test_the_cheap_derivation_of_the_tests_does_not_open_in_earnest(
    people: People, settings: Settings
) -> None:
    settings.IEUMGIL_KDF_PROFILE = "normal"
    with pytest.raises(vault.WeakKeyFileError):
        vault.unlock(people.police, PASSPHRASE)
    agency = AgencyId(uuid4())
    vault.create_kek(agency, PASSPHRASE)
    vault.unlock(agency, PASSPHRASE)
    vault.lock(agency)


def test_a_node_in_earnest_does_not_start_with_the_cheap_derivation(settings: Settings) -> None:
    config = apps.get_app_config("vault")
    for profile, demo in (("test", True), ("normal", False)):
        settings.IEUMGIL_KDF_PROFILE, settings.IEUMGIL_DEMO = profile, demo
        config.ready()
    for profile, demo in (("test", False), ("fast", True)):
        settings.IEUMGIL_KDF_PROFILE, settings.IEUMGIL_DEMO = profile, demo
        with pytest.raises(ImproperlyConfigured):
            config.ready()


def test_a_service_opens_the_agencies_it_was_given_passphrases_for(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = people.coordinator.agency
    for agency in (people.police, people.shelter, coordinator):
        vault.lock(agency)
    (tmp_path / "narae-police.passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "given").write_text("not the passphrase", encoding="utf-8")
    monkeypatch.setenv("IEUMGIL_PASSPHRASE_FILE_GARAM_SHELTER", str(tmp_path / "given"))
    monkeypatch.setenv("IEUMGIL_PASSPHRASE_NARAE_SECRETARIAT", PASSPHRASE)
    assert vault.unlock_all() == {people.police: True, people.shelter: False, coordinator: True}
    assert {one.slug for one in status() if not one.is_open} == {"garam-shelter"}


def test_a_destroyed_key_opens_nothing_and_stays_destroyed(people: People, key: KeyId) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    vault.destroy("somebody", people.police, key, "recall", now=NOW)
    vault.destroy("somebody", people.police, key, "retention", now=NOW)
    with pytest.raises(vault.ErasedError):
        vault.get(people.police, key, PLACE, sealed)
    with pytest.raises(vault.ErasedError):
        vault.index_name(people.police, key, CASE, [NAME])
    stone = Tombstone.objects.get(agency_id=people.police)
    assert (stone.key_id, stone.reason, stone.destroyed_at) == (key, "recall", NOW)


def test_a_destruction_stands_in_the_ledger_under_the_handle(people: People, key: KeyId) -> None:
    said = vault.handle(people.police, key)
    vault.destroy("somebody", people.police, key, "recall", now=NOW)
    (entry,) = entries(people.owner)
    assert (entry.action, entry.actor, entry.subject) == (AuditAction.KEY_DESTROY, "somebody", said)
    assert str(key) not in repr(entry)


def test_a_destruction_spares_every_other_case(people: People, key: KeyId) -> None:
    other = vault.new_key(people.police, KeyKind.CASE)
    sealed = vault.put(people.police, other, PLACE, PLAIN)
    vault.index_name(people.police, other, CASE, [NAME])
    vault.destroy("somebody", people.police, key, "recall")
    assert vault.get(people.police, other, PLACE, sealed) == PLAIN
    assert cases_with_name(people.police, NAME) == {CASE}


def test_a_locked_agencys_key_can_be_destroyed(people: People, key: KeyId) -> None:
    vault.lock(people.police)
    vault.destroy("somebody", people.police, key, "recall")
    assert not WrappedKey.objects.filter(pk=key).exists()


def test_a_destruction_that_is_rolled_back_destroys_nothing(people: People, key: KeyId, home: Path) -> None:
    sealed = vault.put(people.police, key, PLACE, PLAIN)
    with transaction.atomic():
        vault.destroy("somebody", people.police, key, "recall")
        transaction.set_rollback(True)
    assert vault.get(people.police, key, PLACE, sealed) == PLAIN
    assert not (home / "tombstones.jsonl").exists()


def test_a_handle_cannot_be_computed_once_its_key_is_destroyed(people: People, key: KeyId) -> None:
    said = vault.handle(people.police, key)
    assert (
        said
        == vault.handle(people.police, key)
        != vault.handle(people.police, vault.new_key(people.police, KeyKind.CASE))
    )
    assert len(said) == 32
    assert said in _handles_from_all_that_remains(people.police)
    vault.destroy("somebody", people.police, key, "recall")
    assert said not in _handles_from_all_that_remains(people.police)
    with pytest.raises(vault.ErasedError):
        vault.handle(people.police, key)


def _handles_from_all_that_remains(agency: AgencyId) -> set[str]:
    kept = [KeyId(pk) for pk in WrappedKey.objects.filter(agency_id=agency).values_list("pk", flat=True)]
    guesses = [
        KEYRING.kek(agency),
        *(pk.bytes * 2 for pk in Tombstone.objects.values_list("key_id", flat=True)),
    ]
    return {handle_of(secret) for secret in [*guesses, *(open_key(agency, pk).secret for pk in kept)]}


def test_a_case_is_found_by_its_full_name_however_it_is_typed(people: People, key: KeyId) -> None:
    vault.index_name(people.police, key, CASE, [NAME, "Yesi Ga"])
    for typed in ("예시가", unicodedata.normalize("NFD", "예시가"), "YESI GA", "Ｙｅｓｉ-ga"):
        assert cases_with_name(people.police, typed) == {CASE}
    for other in ("예시", "Ga Yesi", "", "예시나"):
        assert cases_with_name(people.police, other) == set()
    assert cases_with_name(people.shelter, NAME) == set()


def test_two_agencies_hold_different_tokens_for_one_name(people: People, key: KeyId) -> None:
    vault.index_name(people.police, key, CASE, [NAME])
    vault.index_name(people.shelter, vault.new_key(people.shelter, KeyKind.CASE), CASE, [NAME])
    assert len({bytes(token) for token in NameToken.objects.values_list("token", flat=True)}) == 2


@pytest.mark.parametrize("name", ["김", "Kim", "Nguyễn", " "])
def test_a_frequent_surname_alone_is_neither_indexed_nor_found(people: People, key: KeyId, name: str) -> None:
    vault.index_name(people.police, key, CASE, [name])
    assert not NameToken.objects.exists()
    assert cases_with_name(people.police, name) == set()


def test_a_corrected_name_is_no_longer_found_by_the_old_one(people: People, key: KeyId) -> None:
    vault.index_name(people.police, key, CASE, ["Alphaone"])
    assert cases_with_name(people.police, "Alphaone") == {CASE}
    vault.index_name(people.police, key, CASE, [NAME])
    assert cases_with_name(people.police, "Alphaone") == set()
    assert cases_with_name(people.police, NAME) == {CASE}


def test_a_destroyed_case_is_found_by_no_name(people: People, key: KeyId) -> None:
    vault.index_name(people.police, key, CASE, [NAME])
    vault.destroy("somebody", people.police, key, "recall")
    assert not NameToken.objects.exists()
    assert cases_with_name(people.police, NAME) == set()
