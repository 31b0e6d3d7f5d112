"""Browsers are named as their owners know them."""

import pytest

from rongtong.hub.foundation.browsers import browser

MOZILLA = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (
            MOZILLA + "(Windows NT 10.0; Win64; x64) " + WEBKIT + "Chrome/141.0.0.0 Safari/537.36",
            "Chrome 141 · Windows",
        ),
        (
            MOZILLA + "(Windows NT 10.0; Win64; x64) " + WEBKIT + "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.3485.54",
            "Edge 140 · Windows",
        ),
        (MOZILLA + "(X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox 143 · Linux"),
        (
            MOZILLA + "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Safari/605.1.15",
            "Safari 18 · macOS",
        ),
        (
            MOZILLA
            + "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
            "MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN",
            "WeChat 8 · iPhone",
        ),
        (
            MOZILLA + "(Linux; Android 15; V2366A) " + WEBKIT + "Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome 130 · Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_it_is_named(said: str, named: str) -> None:
    assert browser(said) == named
