"""The served hub itself."""

import urllib.request


def test_an_empty_hub_answers(empty_house):
    with urllib.request.urlopen(empty_house.url + "/", timeout=20) as answer:
        assert answer.status == 200
        assert "中小企业" in answer.read().decode()
