"""The short list of routes that need no sign-in, each with its reason."""

OPEN_ROUTES: dict[str, str] = {
    "exchange:inbox": "another node posts sealed bundles here; the bundle's own signature is the sign-in",
    "alive": "whether the node serves, without saying whom",
}
