"""Signed links at the boundary of their time, with keys that change, and as others would like them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.links import Links

PATH = "outputs/mesh_123abc.glb"


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def opened(links: Links, url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return links.read(parts.path.removeprefix("/download/"), parse_qs(parts.query)["token"][0])


def code_of(links: Links, url: str) -> ErrorCode:
    with pytest.raises(Refusal) as refused:
        opened(links, url)
    assert refused.value.details["suggestion"]
    return refused.value.code


def test_a_link_has_the_documented_form_and_tells_account_and_path() -> None:
    links = Links(["k"], 3600, "https://api.pocket3d.studio")
    url = links.download_url("acc_1", PATH)
    assert url.startswith("https://api.pocket3d.studio/download/mesh_123abc.glb?token=")
    assert opened(links, url) == ("acc_1", PATH)


def test_a_link_works_for_its_life_and_not_a_second_longer() -> None:
    clock = Clock()
    links = Links(["k"], 3600, "http://x", clock)
    url = links.download_url("acc_1", PATH)
    clock.now += 3600
    assert opened(links, url) == ("acc_1", PATH)
    clock.now += 1
    assert code_of(links, url) is ErrorCode.GONE
    clock.now -= 3602
    assert code_of(links, url) is ErrorCode.GONE, "made in the future: clocks were turned"


def test_keys_can_be_replaced_one_after_the_other() -> None:
    url = Links(["old"], 3600, "http://x").download_url("acc_1", PATH)
    both = Links(["old", "new"], 3600, "http://x")
    assert opened(both, url) == ("acc_1", PATH)
    newer = both.download_url("acc_1", PATH)
    only_new = Links(["new"], 3600, "http://x")
    assert opened(only_new, newer) == ("acc_1", PATH)
    assert code_of(only_new, url) is ErrorCode.FORBIDDEN


@given(st.text(max_size=300))
def test_no_other_text_opens_anything(token: str) -> None:
    with pytest.raises(Refusal) as refused:
        Links(["k"], 3600).read("mesh_123abc.glb", token)
    assert refused.value.code is ErrorCode.FORBIDDEN


@given(st.data())
def test_a_changed_token_opens_nothing(data: st.DataObject) -> None:
    links = Links(["k"], 3600, "http://x")
    token = parse_qs(urlsplit(links.download_url("acc_1", PATH)).query)["token"][0]
    place = data.draw(st.integers(0, len(token) - 2))  # the last character has bits that mean nothing
    same = {token[place], {"-": "+", "_": "/"}.get(token[place])}  # base64 has two letters for these bits
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c not in same))
    with pytest.raises(Refusal):
        links.read("mesh_123abc.glb", token[:place] + other + token[place + 1 :])


def test_a_token_is_for_one_name() -> None:
    links = Links(["k"], 3600, "http://x")
    other = links.download_url("acc_1", PATH).replace("mesh_123abc", "mesh_456def")
    assert code_of(links, other) is ErrorCode.FORBIDDEN


def test_which_address_a_link_has() -> None:
    links = Links(["k"], 3600)
    links.listening_at = "http://127.0.0.1:7263"
    assert links.download_url("a", PATH).startswith("http://127.0.0.1:7263/download/")
    assert links.download_url("a", PATH, "https://asked.example/").startswith(
        "https://asked.example/download/"
    )
    public = Links(["k"], 3600, "https://public.example/")
    assert public.download_url("a", PATH, "http://10.0.0.7:80/").startswith(
        "https://public.example/download/"
    )


def test_results_get_both_links_and_are_not_changed() -> None:
    links = Links(["k"], 3600, "http://x")
    result = {"file_path": PATH, "preview_image": "outputs/preview_1.jpg", "faces": 12}
    full = links.with_urls("acc_1", result)
    assert opened(links, full["preview_url"]) == ("acc_1", "outputs/preview_1.jpg")
    assert opened(links, full["download_url"]) == ("acc_1", PATH)
    assert set(result) == {"file_path", "preview_image", "faces"}
