"""A large enterprise writes, the operator screens and publishes, everybody reads what each may."""

from rongtong.hub.foundation.rights import right, routes

from ..enums import PUBLISHED, ChallengeState

DRAFT, RETURNED, SUBMITTED = ChallengeState.DRAFT, ChallengeState.RETURNED, ChallengeState.SUBMITTED
SCREENED, OPEN = ChallengeState.SCREENED, ChallengeState.OPEN

right("challenge.create", "member.contributor", "operator")
right("challenge.edit", "own.contributor", states=(DRAFT, RETURNED))
right("challenge.submit", "own.contributor", states=(DRAFT, RETURNED))
right("challenge.return", "operator", states=(SUBMITTED, SCREENED))
right("challenge.screen", "operator", states=(SUBMITTED,))
right("challenge.publish", "operator", states=(SCREENED,), feed={"anyone"})
right("challenge.close", "system", "operator", states=(OPEN,), feed={"anyone"})
right(
    "challenge.withdraw",
    "own.manager",
    "operator",
    states=(DRAFT, SUBMITTED, RETURNED, SCREENED, OPEN),
    feed={"anyone"},
)
# in the feed for those inside alone: an amendment of closed fields leaves others no trace
right("challenge.amend", "own.manager", states=(OPEN,))
right("challenge.copy", "own.contributor", "operator")
right("challenge.invite", "own.contributor", "operator", states=(OPEN,))
right("challenge.watch", "account", states=PUBLISHED, feed=())
right("challenge.unwatch", "account", feed=())
right("challenge.check_import", "member.contributor", "operator", feed=())
for verb in ("rename_import", "apply_import", "discard_import"):
    right(f"challenge.{verb}", "own.contributor", states=("checked",), feed=())
right("challenge.undo_import", "own.contributor", states=("applied",), feed=())
right("invitation.open", "own.viewer", scope="challenge:write", feed=())

routes(
    "anyone",
    names=[
        "innovation:challenges",
        "innovation:challenge",
        "innovation:challenge_questions",
        "innovation:challenge_files",
        "innovation:challenge_people",
        "innovation:challenge_activity",
    ],
)
# a paper costs the server seconds: for people with an account
routes("account", names=["innovation:challenge_watch", "innovation:challenge_pdf"])
routes("member", names=["innovation:own_challenges"])
routes(
    "member.contributor",
    "operator",
    names=[
        "innovation:challenge_new",
        "innovation:challenge_edit",
        "innovation:challenge_amend",
        "innovation:challenge_autosave",
        "innovation:challenge_review",
        "innovation:challenge_withdraw",
        "innovation:challenge_copy",
        "innovation:challenge_invite",
        "innovation:challenge_import",
        "innovation:challenge_import_template",
        "innovation:challenge_import_batch",
        "innovation:challenge_import_rename",
        "innovation:challenge_import_apply",
        "innovation:challenge_import_discard",
        "innovation:challenge_import_undo",
        "innovation:challenge_import_faults",
    ],
)
routes(
    "operator.viewer",
    names=["innovation:screening"],
)
routes("operator", names=["innovation:challenge_screen", "innovation:challenge_return", "innovation:challenge_publish"])
