"""What the house rules let pass, each with its reason; a name that is no longer there must go."""

from typing import Final

_WITHOUT_ACTOR: Final[dict[str, str]] = {
    "reads what is shipped with the program and belongs to no agency": """
        agreements.queries.calendar agreements.queries.categories agreements.queries.country
        agreements.queries.fields agreements.queries.htcds_names agreements.queries.joining_basis
        agreements.queries.duty_phones agreements.queries.labels agreements.queries.national_numbers
        agreements.queries.purposes consent.queries.languages_with_texts
        consent.queries.reason_label consent.queries.text_for
        ground.words.queries.word ground.words.queries.words
        identification.queries.combinations identification.queries.indicator_set
        identification.queries.labels identification.queries.notes_of identification.queries.question_set
    """,
    "an agreement is known to every body that may join one; it names no person": """
        agreements.queries.bases_between agreements.queries.basis_named agreements.queries.copies_for
        referral.queries.basis_for referral.queries.basis_ref
        referral.queries.first_covering referral.queries.limits_in
    """,
    "makes the actor, or runs before there is one": """
        ground.accounts.actions.host_agency ground.accounts.queries.actor_for
        ground.accounts.queries.hosted ground.accounts.queries.hosted_agency
        ground.accounts.queries.shares_a_node_badly
        ground.accounts.actions.use_invitation ground.accounts.queries.invited ground.accounts.queries.known
        ground.accounts.queries.may_enrol ground.accounts.queries.signed_in ground.joining.actions.accept_invitation
        ground.joining.actions.note_failed_try
    """,
    "the roll and the cards are the mechanism's, the same for every agency": """
        ground.exchange.actions.join_roll ground.exchange.actions.keep_card
        ground.exchange.queries.agency_by_slug ground.exchange.queries.has_roll ground.exchange.queries.roll
        ground.exchange.queries.seal_keys_listed_since ground.exchange.queries.signed_roll
    """,
    "another node knocks: whose key it is says for whom": """
        ground.exchange.actions.receive ground.exchange.queries.key_named
    """,
    "the node's clock, for each agency it hosts in turn": """
        ground.exchange.actions.deliver_due ground.exchange.actions.forget_delivered
        ground.exchange.actions.forget_retired ground.joining.actions.forget_ended_sessions
        ground.exchange.actions.remind_of_rotation ground.post.actions.ring_on ground.post.actions.send_notices
        ground.vault.queries.open_clocks referral.actions.notice_what_waits referral.actions.stop_answered
        referral.actions.alarm_about_reviews referral.actions.delete_old_enquiries referral.actions.erase_what_ran_out
        referral.actions.escalate_overdue referral.actions.recall_what_lapsed
        referral.actions.tell_counts referral.actions.tell_openings
    """,
    "the whole node at once, before it serves or beside it": """
        ground.accounts.actions.end_invitations ground.joining.actions.end_everything
        ground.vault.actions.append ground.vault.actions.backup ground.vault.actions.drop_old_keys
        ground.vault.actions.finish_erasures ground.vault.actions.own_folder ground.vault.actions.read
        ground.vault.actions.replay_tombstones ground.vault.actions.restore
        ground.vault.actions.run_postgresql ground.vault.actions.scrub ground.vault.actions.settle
        ground.vault.actions.tombstone_file ground.vault.actions.unlock_all ground.vault.actions.write_new
        ground.vault.queries.status
    """,
    "the stand-in of a telephone, in practice and in the demo, and whether a node has only that": """
        ground.post.actions.answer_phone ground.post.queries.phones_ringing ground.post.queries.rings_for_real
    """,
    "a step within an attempt of its caller, on the account that it found": """
        ground.joining.actions.end_all ground.joining.actions.forget_second_factor
        ground.joining.actions.keep_listed
    """,
    "the file of an agency's root key, which its passphrase opens": """
        ground.exchange.actions.read_root ground.exchange.actions.write_root
    """,
    "counts or formats, and reads no row of an agency": """
        ground.documents.queries.pdf ground.documents.queries.require_ready
        ground.exchange.actions.post ground.vault.queries.frequent_surnames
        referral.queries.common_values referral.queries.content_context
        referral.queries.as_it_travels referral.queries.regions
    """,
}
_NO_ENTRY: Final[dict[str, str]] = {
    "a step within an attempt of its caller": """
        ground.exchange.actions.refuse_after_all ground.exchange.actions.seal_for ground.exchange.actions.send
        ground.post.actions.start_call
        referral.actions.forget referral.actions.lock_thread referral.actions.new_thread referral.actions.own_word
        referral.actions.said_before
        referral.actions.take_refusal
    """,
    "the consent room's preview, which it asks, leaves the entry": """
        referral.actions.preview referral.actions.preview_at_once
    """,
    "the casefile's verb, which it asks, leaves the entry": """
        referral.actions.keep_about
    """,
    "the post room's verb, which it asks, leaves the entry": """
        referral.actions.stop_about
    """,
}
WITHOUT_ACTOR: Final = {name: why for why, names in _WITHOUT_ACTOR.items() for name in names.split()}
NO_ENTRY: Final = {name: why for why, names in _NO_ENTRY.items() for name in names.split()}
