"""The review page on loopback: what it shows, what it keeps, and whom it refuses."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from langbias.errors import UsageError
from langbias.review.selection import choose_selection
from langbias.review.serving import LARGEST_FORM, ReviewDesk, desk_server
from langbias.store import RunFolder
from tests.browser.conftest import browse, needs_chromium
from tests.cli.conftest import Cli

# What a rater does: the page itself runs no script, so it is let in for the test alone.
ANSWERING = """<script>
document.querySelector("input[name=fidelity][value=ok]").click();
document.querySelector("button").click();
</script></body>"""


@pytest.fixture
def run(cli: Cli, runs: Path) -> Path:
    """A scored run with a Persian sheet of four replies."""
    assert cli("review", "export", runs / "new", "-l", "fa", "--n", "4").code == 0
    return runs / "new"


@pytest.fixture
def desk(run: Path) -> ReviewDesk:
    folder = RunFolder(run)
    return ReviewDesk(folder, choose_selection(folder, None, None), "Shirin")


@pytest.fixture
def page(desk: ReviewDesk) -> Iterator[httpx.Client]:
    server, address = desk_server(desk, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with httpx.Client(base_url=address, follow_redirects=True, trust_env=False, timeout=10) as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


def stored(run: Path) -> list[dict[str, str]]:
    log = run / "review" / "labels.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def test_each_answer_is_kept_at_once_and_the_next_reply_comes(page: httpx.Client, run: Path) -> None:
    first = page.get("")
    assert "Reply 1 of 4" in first.text
    assert 'dir="rtl"' in first.text
    assert "<script" not in first.text
    after = page.post("1", data={"fidelity": "ok", "culture": "bad", "comment": "شماره اشتباه است"})
    assert "Reply 2 of 4" in after.text
    assert "1 of 4 judged" in after.text
    rows = stored(run)
    assert {(row["check"], row["answer"], row["rater"]) for row in rows} == {
        ("fidelity", "ok", "Shirin"),
        ("culture", "bad", "Shirin"),
    }
    assert all(row["comment"] == "شماره اشتباه است" and row["sha256"] and row["imported_at"] for row in rows)
    assert "Reply 2 of 4" in page.get("").text


@pytest.mark.browser
@needs_chromium
def test_an_answer_given_in_a_browser_is_kept(
    page: httpx.Client, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ReviewDesk.page

    def answering(desk: ReviewDesk, number: int) -> str:
        html = shown(desk, number)
        if number > 1:
            return html
        return html.replace("default-src", "script-src 'unsafe-inline'; default-src").replace("</body>", ANSWERING)

    monkeypatch.setattr(ReviewDesk, "page", answering)
    dom, _ = browse(str(page.base_url), tmp_path)
    assert "Reply 2 of 4" in dom
    assert [(row["check"], row["answer"]) for row in stored(run)] == [("fidelity", "ok")]


def test_an_answer_can_be_mended_and_the_first_one_stays_on_record(
    page: httpx.Client, desk: ReviewDesk, run: Path
) -> None:
    page.post("1", data={"fidelity": "ok"})
    page.post("1", data={"fidelity": "bad"})
    assert [row["answer"] for row in stored(run)] == ["ok", "bad"]
    (answers,) = desk.given().values()
    assert answers["fidelity"].answer == "bad"
    assert 'value="bad" checked' in page.get("1").text


def test_the_answers_count_like_imported_ones(page: httpx.Client, cli: Cli, run: Path) -> None:
    for number in range(1, 5):
        last = page.post(str(number), data={"fidelity": "ok"})
    assert "That was all" in last.text
    found = json.loads(cli("review", "agreement", run, "--json").out)
    assert [(row["check_id"], row["items"], row["raters"]) for row in found] == [("fidelity", 4, ["Shirin"])]


@pytest.mark.parametrize("path", ["5", "0000000", "99999999", "x", "1%2f2", "%2e%2e/etc/passwd", "-1"])
def test_no_other_path_is_served(page: httpx.Client, path: str) -> None:
    assert page.get(path, follow_redirects=False).status_code in {303, 404}
    assert page.post(path, data={"fidelity": "ok"}).status_code == 404


def test_the_word_in_the_address_is_needed(page: httpx.Client, run: Path) -> None:
    root = str(page.base_url).rsplit("/", 2)[0]
    assert httpx.get(f"{root}/", trust_env=False).status_code == 404
    assert httpx.post(f"{root}/1", data={"fidelity": "ok"}, trust_env=False).status_code == 404
    assert not stored(run)


def test_other_pages_and_host_names_are_refused(page: httpx.Client, run: Path) -> None:
    assert page.get("1", headers={"Host": "evil.example"}).status_code == 403
    sent = page.post("1", data={"fidelity": "ok"}, headers={"Origin": "https://evil.example"})
    assert sent.status_code == 403
    assert not stored(run)


def test_bad_forms_keep_nothing(page: httpx.Client, run: Path) -> None:
    assert page.post("1", data={"fidelity": "ok", "culture": "perhaps"}).status_code == 400
    assert page.post("1", content=b"fidelity=ok&comment=%ff").status_code in {200, 400}
    assert page.post("1", content=b"\xff\xfe").status_code == 400
    assert page.post("1", content=b"a" * (LARGEST_FORM + 1)).status_code == 413
    assert [row for row in stored(run) if row["check"] == "culture"] == []


def test_a_comment_without_an_answer_is_not_lost_in_silence(page: httpx.Client, run: Path) -> None:
    sent = page.post("1", data={"comment": "هیچ‌کدام"})
    assert sent.status_code == 400
    assert "go back" in sent.text
    assert "Reply 2 of 4" in page.post("1", data={"comment": ""}).text
    assert not stored(run)


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("-1", 413), ("90", 400)])
def test_a_form_of_another_length_than_it_says_keeps_nothing(
    page: httpx.Client, run: Path, length: str, status: int
) -> None:
    address = page.base_url
    host = f"{address.host}:{address.port}"
    with socket.create_connection((address.host, address.port), timeout=10) as connection:
        head = f"POST {address.path}1 HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode() + b"fidelity=ok")
        connection.shutdown(socket.SHUT_WR)
        assert f" {status} " in connection.makefile(encoding="utf-8").readline()
    assert not stored(run)


def test_a_hostile_comment_comes_back_escaped(page: httpx.Client) -> None:
    page.post("1", data={"fidelity": "ok", "comment": '</textarea><script>alert("x")</script>'})
    shown = page.get("1").text
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_which_sheet_is_meant_must_be_clear(cli: Cli, runs: Path) -> None:
    folder = RunFolder(runs / "new")
    with pytest.raises(UsageError, match="nothing was exported"):
        choose_selection(folder, None, None)
    for seed in ("1", "2"):
        assert cli("review", "export", runs / "new", "-l", "fa", "--n", "4", "--seed", seed).code == 0
    ran = cli("review", "serve", runs / "new", "--rater", "A", "-l", "fa")
    assert ran.code == 2
    assert "--selection" in ran.err
    ran = cli("review", "serve", runs / "new", "--rater", " ", "--selection", "fa-00000000")
    assert ran.code == 2


def test_a_rater_needs_a_name_and_a_port_must_be_free(desk: ReviewDesk) -> None:
    with pytest.raises(UsageError, match="--rater is empty"):
        ReviewDesk(desk.folder, desk.selection, "  ")
    server, _ = desk_server(desk, 0)
    with pytest.raises(UsageError, match="name another"):
        desk_server(desk, int(server.server_address[1]))
    server.server_close()
