"""The ledger's rules: what may be recorded, the form of an entry, the Merkle tree and its proofs."""

from ieumgil.ground.audit.rules.action import AuditAction
from ieumgil.ground.audit.rules.entry import (
    NONCE_SIZE,
    Entry,
    MalformedEntryError,
    checkpoint_name,
    commit_reason,
    from_base64,
    read_entry,
    time_text,
    to_base64,
    write_entry,
)
from ieumgil.ground.audit.rules.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of
from ieumgil.ground.audit.rules.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "EMPTY_ROOT",
    "NONCE_SIZE",
    "AuditAction",
    "Entry",
    "Frontier",
    "MalformedEntryError",
    "checkpoint_name",
    "commit_reason",
    "consistency_proof",
    "from_base64",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "read_entry",
    "root_of",
    "time_text",
    "to_base64",
    "verify_consistency",
    "verify_inclusion",
    "write_entry",
]
