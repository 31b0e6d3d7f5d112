"""A store of uploaded files that takes none refuses the start, by name and with the cure."""

from __future__ import annotations

from rongtong.hub.config.environment import ConfigurationError


def refuse_unfit_store() -> None:
    """Try the store out as an upload would use it.

    Raises
    ------
    ConfigurationError
        A file cannot be written there, kept or removed again.
    """
    from rongtong.hub.trust.intake import store

    try:
        store.try_out()
    except OSError as error:
        raise ConfigurationError(
            {
                "RONGTONG_FILES": f"{store.root()} takes no files ({error.strerror or error}); let this process's user "
                "own it, on a disk with room, or name another folder"
            }
        ) from error
