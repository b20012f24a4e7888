"""Files in a form's body, as browsers without script send them: kept through every error, bound once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from builders import counted, fresh
from intake.readers import errors_on, open_form, send, tips_in, token_on, value_on, words_on, written_on
from intake.sending import (
    JPEG,
    PDF,
    PROGRAM,
    TEXT,
    files_in,
    objects_in,
    original_of,
    send_files,
    send_part,
)
from sqlalchemy import delete

from tipline import clock
from tipline.files.shelf import name_of
from tipline.intake import token
from tipline.intake.limits import Try
from tipline.models import Attachment
from tipline.storage import NoRoom
from tipline.storage.folder import FolderStorage


def listed_on(page) -> list[str]:
    """Return the names of the files that a form shows as arrived."""
    return re.findall(r'<span class="file-name" dir="auto">(.*?)</span>', page.text)


def ticks_on(page) -> list[str]:
    return re.findall(r'name="leave_out" value="(\w+)"', page.text)


def onward(page, **answers):
    """Return the hidden fields that the form on a page would send, with some answers."""
    stage = re.search(r'name="stage" value="([^"]+)"', page.text)
    return {"token": token_on(page), **({"stage": stage[1]} if stage else {}), **answers}


def test_files_are_bound_to_their_tip(app, client, db, keyring):
    page = send_files(client, ("beach.jpg", JPEG), ("diary.txt", TEXT), credit="V. Ito", files_mine="y")
    assert page.status_code == 201
    [tip], files = tips_in(db), files_in(db)
    assert [(file.tip_id, file.media_type) for file in files] == [
        (tip.id, "image/jpeg"),
        (tip.id, "text/plain"),
    ]
    assert [original_of(app, file) for file in files] == [JPEG, TEXT]
    assert [name_of(keyring, file) for file in files] == ["beach.jpg", "diary.txt"]
    assert {(file.credit, file.taken_by_tipster, file.may_use) for file in files} == {("V. Ito", True, None)}
    assert {(file.stage_hash, file.message_id) for file in files} == {(None, None)}
    assert tip.files == 2


def test_a_tip_without_files_has_none(client, db):
    data = {"token": open_form(client), "body": "x", "files": (BytesIO(b""), "")}
    assert client.post("/tip", data=data, content_type="multipart/form-data").status_code == 201
    assert files_in(db) == []
    assert tips_in(db)[0].files == 0


def test_files_survive_an_error_and_go_with_the_next_try(app, client, db):
    page = send_files(client, ("beach.jpg", JPEG), body="", files_use="y", credit="Vera")
    assert page.status_code == 422
    assert listed_on(page) == ["beach.jpg"]
    assert value_on(page, "credit") == "Vera"
    again = send(client, **onward(page, body="Now with words", credit="Vera"))
    assert again.status_code == 201
    [file] = files_in(db)
    assert (file.tip_id, original_of(app, file)) == (tips_in(db)[0].id, JPEG)


def test_files_survive_a_form_that_is_too_old(client, db, keyring):
    old = token.issue(keyring, now=clock.now() - timedelta(hours=25))
    page = send_files(client, ("beach.jpg", JPEG), token=old)
    assert page.status_code == 422
    assert send(client, **onward(page)).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tips_in(db)[0].id]


def test_files_survive_a_token_that_is_not_ours(client, db):
    page = send_files(client, ("beach.jpg", JPEG), token="x.y.z")
    assert (page.status_code, listed_on(page)) == (422, ["beach.jpg"])
    assert send(client, **onward(page)).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tips_in(db)[0].id]


def test_files_survive_being_told_to_wait(app, client, db, monkeypatch):
    monkeypatch.setattr("tipline.intake.views.tip.tried", lambda what: Try(admitted=False, lately=30))
    page = send_files(client, ("beach.jpg", JPEG))
    assert (page.status_code, listed_on(page)) == (429, ["beach.jpg"])
    monkeypatch.undo()
    assert send(client, **onward(page)).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tips_in(db)[0].id]


def test_files_survive_a_server_error(app, client, db, monkeypatch):
    stamp = open_form(client)

    def crash(*_arguments, **_options):
        raise RuntimeError("a bug")

    monkeypatch.setattr("tipline.intake.actions.submit", crash)
    assert send_files(client, ("beach.jpg", JPEG), token=stamp).status_code == 503
    monkeypatch.undo()
    assert send(client, token=stamp).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tips_in(db)[0].id]


def test_files_of_several_tries_add_up(client, db):
    first = send_files(client, ("a.jpg", JPEG), body="")
    second = send_files(client, ("b.pdf", PDF), **onward(first, body=""))
    assert listed_on(second) == ["a.jpg", "b.pdf"]
    assert send(client, **onward(second)).status_code == 201
    assert {file.tip_id for file in files_in(db)} == {tips_in(db)[0].id}


def test_files_that_waited_too_long_are_missed_and_not_forgotten(client, db, keyring, home):
    stamp = open_form(client)
    page = send_files(client, ("beach.jpg", JPEG), token=stamp, body="")
    shown = re.findall(r'name="has" value="(\w+)"', page.text)
    assert shown == [files_in(db)[0].ref]
    with db.write() as session:
        session.execute(delete(Attachment))
    missing = client.post("/tip", data={"body": "words", **onward(page), "has": shown})
    assert missing.status_code == 422
    assert "not here any more" in errors_on(missing)["files"]
    assert "beach.jpg" not in missing.text
    assert client.post("/tip", data={"body": "words", **onward(missing)}).status_code == 201


def test_a_retry_misses_no_file_that_its_tip_has(client, db):
    page = send_files(client, ("beach.jpg", JPEG), body="")
    fields = {"body": "words", **onward(page), "has": files_in(db)[0].ref}
    assert [client.post("/tip", data=fields).status_code for _ in range(2)] == [201, 201]
    assert len(tips_in(db)) == 1


def test_what_is_left_out_is_erased(app, client, db):
    page = send_files(client, ("a.jpg", JPEG), ("b.pdf", PDF), body="")
    first, second = ticks_on(page)
    assert send(client, **onward(page, leave_out=first)).status_code == 201
    [file] = files_in(db)
    assert (file.ref, file.tip_id) == (second, tips_in(db)[0].id)
    assert len(objects_in(app)) == 1


def test_nobody_leaves_out_the_files_of_another_form(client, db):
    victim = send_files(client, ("a.jpg", JPEG), body="")
    send(client, leave_out=ticks_on(victim)[0])
    assert len(files_in(db)) == 1


def test_the_same_body_sent_twice_is_one_tip_with_its_files_once(app, client, db):
    stamp = open_form(client)
    pages = [send_files(client, ("a.jpg", JPEG), ("b.txt", TEXT), token=stamp) for _ in range(3)]
    assert {page.status_code for page in pages} == {201}
    assert len({words_on(page) for page in pages}) == 1
    assert len(tips_in(db)) == 1
    assert len(files_in(db)) == len(objects_in(app)) == 2


@pytest.mark.thorough
def test_a_hundred_copies_at_once_are_one_tip_with_its_files_once(app, client, db):
    stamp = open_form(client)

    def one(_number):
        page = send_files(app.test_client(), ("a.jpg", JPEG), ("b.txt", TEXT), token=stamp)
        return page.status_code, words_on(page)

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(one, range(100)))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert (len(tips_in(db)), counted(db)) == (1, {"pending": 1})
    assert {file.tip_id for file in files_in(db)} == {tips_in(db)[0].id}
    assert len(files_in(db)) == len(objects_in(app)) == tips_in(db)[0].files == 2


def test_the_same_form_with_other_words_keeps_its_files_for_a_second_tip(client, db):
    stamp = open_form(client)
    send(client, token=stamp)
    page = send_files(client, ("a.jpg", JPEG), token=stamp, body="Something else")
    assert (page.status_code, list(errors_on(page))) == (422, ["token"])
    assert (listed_on(page), written_on(page)) == (["a.jpg"], "Something else")
    assert send(client, **onward(page, body="Something else")).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tips_in(db)[1].id]


@pytest.mark.parametrize("change", [{"files_use": "y"}, {"files_facts": "y"}, {"credit": "Vera"}])
def test_other_rights_are_other_answers(client, db, change):
    stamp = open_form(client)
    send_files(client, ("a.jpg", JPEG), token=stamp)
    assert send_files(client, ("a.jpg", JPEG), token=stamp, **change).status_code == 422
    assert len(tips_in(db)) == 1


def test_another_file_is_another_answer(client, db):
    stamp = open_form(client)
    send_files(client, ("a.jpg", JPEG), token=stamp)
    page = send_files(client, ("a.jpg", JPEG + b"!"), token=stamp)
    assert page.status_code == 422
    assert len(tips_in(db)) == 1
    assert send(client, **onward(page)).status_code == 201
    assert [file.tip_id for file in files_in(db)] == [tip.id for tip in tips_in(db)]


def test_a_kind_that_is_not_taken_is_told_apart_and_the_rest_is_kept(app, client, db):
    page = send_files(client, ("a.jpg", JPEG), ("innocent.jpg", PROGRAM))
    assert (page.status_code, listed_on(page)) == (422, ["a.jpg"])
    assert "“innocent.jpg” is not a kind of file" in errors_on(page)["files"]
    assert written_on(page) == "The drummer bought a lighthouse."
    assert tips_in(db) == []
    assert send(client, **onward(page)).status_code == 201
    assert len(files_in(db)) == len(objects_in(app)) == 1


def test_the_kind_is_decided_by_content(client, db):
    assert send_files(client, ("song.mp3", PDF)).status_code == 201
    assert files_in(db)[0].media_type == "application/pdf"


def test_an_empty_file_is_told_apart(client, db):
    page = send_files(client, ("empty.jpg", b""))
    assert "“empty.jpg” is empty" in errors_on(page)["files"]
    assert files_in(db) == []


def test_there_may_be_so_many_files(app, client, db):
    many = [(f"{number}.txt", f"page {number}".encode()) for number in range(12)]
    page = send_files(client, *many)
    assert page.status_code == 422
    assert len(listed_on(page)) == 10
    assert errors_on(page)["files"].count("one file too many: up to 10") == 2
    assert len(objects_in(app)) == 10


@pytest.fixture
def chosen(app, monkeypatch):
    """A function that changes a setting of the running newsroom."""
    settings = app.extensions["tipline"].settings

    def change(**values):
        for name, value in values.items():
            monkeypatch.setitem(settings.__dict__, name, value)

    return change


ONE_FILE = {
    "en": "one file of up to 200 MB.",
    "ar": "ملف واحد لا يتجاوز",
    "de": "eine Datei mit bis zu 200 MB.",
    "es": "un archivo de hasta 200 MB.",
    "fr": "1 fichier, ",
    "pt": "um arquivo de até 200 MB.",
    "uk": "до 1 файлу, ",
    "zh": "最多 1 个文件",
}
ENDS_FOR_ONE = {
    "en": "one fits in one tip.",
    "ar": "تتسع المعلومة الواحدة لملف واحد.",
    "de": "passt eine.",
    "es": "cabe uno.",
    "fr": "peut contenir 1 fichier.",
    "pt": "cabe um em uma dica.",
    "uk": "до 1 файлу.",
    "zh": "最多可带 1 个文件。",
}
FEW_FILES = {
    "en": "up to 3 files, ",
    "ar": "حتى 3 ملفات، ",
    "de": "bis zu 3 Dateien, ",
    "es": "hasta 3 archivos, ",
    "fr": "jusqu’à 3 fichiers, ",
    "pt": "até 3 arquivos, ",
    "uk": "до 3 файлів, ",
    "zh": "最多 3 个文件",
}


@pytest.mark.parametrize("language", ONE_FILE)
def test_how_many_files_fit_is_said_by_the_rules_of_each_language(client, chosen, language):
    hints = []
    for most in (1, 3):
        chosen(max_files=most)
        # a form with something on it is not the one that is kept ready
        page = client.get(f"/tip?lang={language}&kind=tip").text
        hints.append(unescape(re.search(r'id="files-hint">(.*?)</p>', page)[1]))
        assert (" multiple" in re.search(r'<input id="files"[^>]*>', page)[0]) == (most > 1)
    assert ONE_FILE[language] in hints[0]
    assert FEW_FILES[language] in hints[1]


@pytest.mark.parametrize("language", ONE_FILE)
def test_one_file_too_many_is_said_without_a_number_of_files_that_is_wrong(client, chosen, language):
    chosen(max_files=1)
    token = open_form(client)
    assert send_part(client, token, JPEG).status_code == 201
    begun = {"token": token, "upload": "u2", "name": "b.jpg", "size": "9"}
    refused = client.post(f"/tip/files?lang={language}", data=begun).json["error"]
    assert "b.jpg" in refused
    assert refused.endswith(ENDS_FOR_ONE[language])


def test_they_may_be_so_large_together(client, chosen):
    chosen(max_upload_bytes=len(JPEG) + 10)
    page = send_files(client, ("a.jpg", JPEG), ("b.txt", TEXT))
    assert listed_on(page) == ["a.jpg"]
    assert "“b.txt” does not fit any more" in errors_on(page)["files"]


@pytest.mark.thorough
def test_copies_in_parallel_do_not_pass_the_limit(app, client, db, chosen):
    chosen(max_files=3)
    stamp = open_form(client)

    def one(number):
        return send_files(app.test_client(), (f"{number}.txt", f"{number}".encode()), token=stamp, body="")

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(one, range(16)))
    assert {page.status_code for page in pages} == {422}
    assert len(files_in(db)) == len(objects_in(app)) == 3


def test_below_the_floor_no_file_is_taken_but_the_tip_is(app, client, db, chosen):
    chosen(min_free_bytes=10**15)
    page = send_files(client, ("a.jpg", JPEG))
    assert (page.status_code, listed_on(page)) == (422, [])
    assert "no room for files right now" in errors_on(page)["files"]
    assert written_on(page) == "The drummer bought a lighthouse."
    assert send(client, **onward(page)).status_code == 201
    assert (files_in(db), objects_in(app)) == ([], set())


def test_a_disk_that_fills_up_in_the_middle_binds_no_half_file(app, client, db, monkeypatch):
    put, room = FolderStorage.put, [3]

    def full(self, key, content):
        room[0] -= 1
        if room[0] < 0:
            raise NoRoom("full")
        put(self, key, content)

    monkeypatch.setattr(FolderStorage, "put", full)
    page = send_files(client, ("a.jpg", JPEG), ("b.txt", b"word " * 500_000))
    assert (page.status_code, listed_on(page)) == (422, ["a.jpg"])
    assert "no room for files right now" in errors_on(page)["files"]
    assert len(objects_in(app)) == 1
    assert send(client, **onward(page)).status_code == 201
    assert [file.media_type for file in files_in(db)] == ["image/jpeg"]


def test_an_address_may_send_so_much_in_an_hour(client, chosen):
    chosen(upload_bytes_per_hour=len(JPEG) + 10)
    client.environ_base["REMOTE_ADDR"] = "93.184.215.14"
    page = send_files(client, ("a.jpg", JPEG), ("b.txt", TEXT))
    assert listed_on(page) == ["a.jpg"]
    assert "A lot of files came from your network" in errors_on(page)["files"]
    assert send(client, **onward(page)).status_code == 201


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Users/Vera Ito/beach.jpg", "beach.jpg"),
        ("../../etc/passwd", "passwd"),
        ("<img src=x onerror=alert(1)>.jpg", "&lt;img src=x onerror=alert(1)&gt;.jpg"),
        ("a\u202egpj.exe", "a\u202egpj.exe"),
        ("x" * 900, "x" * 200),
        ("a\0b\x1b.jpg", "a\ufffdb\ufffd.jpg"),
        ("شاطئ.jpg", "شاطئ.jpg"),
    ],
)
def test_names_are_strangers_words(app, client, name, kept):
    page = send_files(client, (name, JPEG), body="")
    assert listed_on(page) == [kept]
    assert all(re.fullmatch("[0-9a-f]{2}/[0-9a-f]{32}-0", key) for key in objects_in(app))


def test_a_name_of_quotes_and_line_ends_breaks_nothing(client, db):
    assert send_files(client, ('a"; filename="b\r\n.jpg', JPEG)).status_code == 201
    assert len(files_in(db)) == 1


def test_a_credit_line_is_bounded_and_kept(client, db):
    page = send_files(client, ("a.jpg", JPEG), credit="c" * 201)
    assert "200 characters" in errors_on(page)["credit"]
    assert value_on(page, "credit") == "c" * 201
    assert send(client, **onward(page, credit="c" * 200)).status_code == 201


def test_the_database_holds_no_name_in_clear(client, db, home):
    send_files(client, ("wedding of Vera Ito.jpg", JPEG + b"canary in the picture"))
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Vera Ito" not in content, path
            assert b"canary" not in content, path


def test_a_killed_process_leaves_objects_only(app, client, db, monkeypatch):
    monkeypatch.setattr("tipline.intake.taking._insert", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        send_files(client, ("a.jpg", JPEG))
    assert (files_in(db), len(objects_in(app))) == ([], 1)


def test_the_counter_of_files_is_right(client, db):
    send_files(client, ("a.jpg", JPEG))
    assert fresh(db, tips_in(db)[0]).files == 1
