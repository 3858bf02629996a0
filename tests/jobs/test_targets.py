"""A webhook never leads to this machine or its network, however the address is written or resolved."""

from __future__ import annotations

import pytest

from api.jobs.targets import NETWORKS, BadTarget, addresses, resolve, target_of

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0.0.0.0",
        "0",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_an_internal_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(BadTarget, match="internal"):
        target_of(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https:///hook",
        "https://user@example.com/",
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1\\@example.com/",
        "https://example.com/#a",
        "https://example.com:99999/",
        "https://[fe80::1%25eth0]/",
        "https://例子.com/",
        "https://example.com/\r\nX: y",
        "https://example.com/" + "x" * 2000,
        "",
    ],
)
def test_what_is_no_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        target_of(url)


def test_a_public_address_is_taken_as_it_is() -> None:
    target = target_of("https://Hooks.Example.com:8443/a?b=c")
    assert (target.tls, target.host, target.port, target.path) == (True, "hooks.example.com", 8443, "/a?b=c")
    assert addresses(target, lambda *_: [PUBLIC]) == [PUBLIC]


@pytest.mark.parametrize("answer", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"]])
def test_a_name_with_one_internal_address_is_refused(answer: list[str]) -> None:
    with pytest.raises(BadTarget, match="internal"):
        addresses(target_of("https://example.com/"), lambda *_: answer)


def test_localhost_is_refused_when_it_is_resolved() -> None:
    with pytest.raises(BadTarget, match="internal"):
        addresses(target_of("https://localhost/"), resolve)


def test_the_operator_may_allow_a_network_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NETWORKS, "10.1.0.0/16, 127.0.0.1/32")
    assert target_of("http://10.1.2.3/").tls is False
    for url in ("http://10.2.0.1/", "https://10.2.0.1/", f"http://{PUBLIC}/"):
        with pytest.raises(BadTarget):
            target_of(url)
    with pytest.raises(BadTarget, match="https"):
        addresses(target_of("http://example.com/"), lambda *_: [PUBLIC])
    monkeypatch.setenv(NETWORKS, "10.1.0.0/99")
    with pytest.raises(BadTarget, match=NETWORKS):
        target_of("https://10.1.2.3/")
