"""Files in parts, as the script sends them: resumed, repeated, stopped, and bound like all others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from intake.readers import errors_on, open_form, send, tips_in, token_on, words_on
from intake.sending import JPEG, PROGRAM, files_in, objects_in, original_of, send_files, send_part

from tipline.db import Database
from tipline.intake.taking import clean_name
from tipline.storage import NoRoom, StorageAway
from tipline.storage.folder import FolderStorage
from tipline.storage.sealed import PART_BYTES

LARGE = b"\xff\xd8\xff\xe0" + b"lighthouse! " * 120_000  # 1.4 MB: three parts in the storage


@pytest.fixture
def stamp(client):
    return open_form(client)


def test_a_file_in_parts_is_bound_to_its_tip(app, client, db, stamp):
    first = send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    assert (first.status_code, first.json["received"], first.json["done"]) == (200, PART_BYTES, False)
    second = send_part(client, stamp, LARGE[PART_BYTES:], size=len(LARGE), offset=PART_BYTES)
    assert (second.status_code, second.json["done"], second.json["error"]) == (201, True, "")
    assert send(client, token=stamp).status_code == 201
    [file] = files_in(db)
    assert (file.tip_id, file.parts, file.media_type) == (tips_in(db)[0].id, 3, "image/jpeg")
    assert original_of(app, file) == LARGE


def test_a_part_that_is_sent_again_is_not_added_again(app, client, db, stamp):
    for _ in range(3):
        answer = send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
        assert answer.json["received"] == PART_BYTES
    rest = LARGE[PART_BYTES:]
    answers = [send_part(client, stamp, rest, size=len(LARGE), offset=PART_BYTES).json for _ in range(3)]
    assert {answer["done"] for answer in answers} == {True}
    assert original_of(app, files_in(db)[0]) == LARGE


@pytest.mark.thorough
def test_copies_of_all_parts_at_once_are_one_file(app, client, db, stamp):
    def whole(_number):
        browser = app.test_client()
        for offset in range(0, len(LARGE), PART_BYTES):
            piece = LARGE[offset : offset + PART_BYTES]
            answer = send_part(browser, stamp, piece, size=len(LARGE), offset=offset)
            assert answer.status_code < 300, answer.text
        # the last part may be stored by one copy while another is still told that it is not done
        return send_part(browser, stamp, b"", size=len(LARGE), offset=len(LARGE)).json

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(whole, range(8)))
    assert {(answer["ref"], answer["done"]) for answer in answers} == {(files_in(db)[0].ref, True)}
    assert len(files_in(db)) == 1
    assert original_of(app, files_in(db)[0]) == LARGE


def test_the_server_says_how_much_it_has(client, stamp):
    assert send_part(client, stamp, b"", size=len(LARGE)).json["received"] == 0
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    asked = send_part(client, stamp, b"", size=len(LARGE)).json
    assert (asked["received"], asked["done"]) == (PART_BYTES, False)


def test_a_part_that_does_not_follow_is_answered_with_how_much_is_here(client, db, stamp):
    send_part(client, stamp, b"", size=len(LARGE))
    answer = send_part(client, stamp, LARGE[PART_BYTES:], size=len(LARGE), offset=PART_BYTES)
    assert (answer.status_code, answer.json["received"]) == (200, 0)
    assert answer.json["done"] is False


def test_a_part_of_a_file_that_was_removed_is_refused(app, client, db, stamp):
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    client.post("/tip/files/remove", data={"token": stamp, "upload": "u1"})
    answer = send_part(client, stamp, LARGE[PART_BYTES:], size=len(LARGE), offset=PART_BYTES)
    assert (answer.status_code, files_in(db), objects_in(app)) == (422, [], set())
    assert "Add it once more" in answer.json["error"]


def test_a_file_that_is_removed_while_a_part_is_written_leaves_nothing(app, client, db, stamp, monkeypatch):
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    put = FolderStorage.put

    def removed_meanwhile(storage, name, content):
        put(storage, name, content)
        if name.endswith("2"):
            app.test_client().post("/tip/files/remove", data={"token": stamp, "all": "y"})

    monkeypatch.setattr(FolderStorage, "put", removed_meanwhile)
    answer = send_part(client, stamp, LARGE[PART_BYTES:], size=len(LARGE), offset=PART_BYTES)
    assert (answer.status_code, files_in(db), objects_in(app)) == (422, [], set())


def test_a_file_that_was_begun_and_got_no_part_is_none(client, db, stamp):
    send_part(client, stamp, b"", size=len(LARGE))
    assert "beach.jpg" not in send(client, token=stamp, body="").text
    pages = [send(client, token=stamp) for _ in range(2)]
    assert len({words_on(page) for page in pages}) == len(tips_in(db)) == 1
    assert (tips_in(db)[0].files, files_in(db)[0].tip_id) == (0, None)


def test_a_last_part_whose_end_was_lost_is_finished_by_asking(app, client, db, stamp, monkeypatch):
    def crash(*_arguments):
        raise RuntimeError("killed")

    monkeypatch.setattr("tipline.intake.taking._finish", crash)
    assert send_part(client, stamp, LARGE, size=len(LARGE)).status_code == 500
    monkeypatch.undo()
    assert files_in(db)[0].state == "arriving"
    assert send_part(client, stamp, b"", size=len(LARGE), offset=len(LARGE)).json["done"] is True
    assert original_of(app, files_in(db)[0]) == LARGE


@pytest.mark.parametrize(
    ("offset", "length", "size"),
    [(0, 1000, 5000), (0, PART_BYTES + 1, 5 * PART_BYTES), (0, 2000, 1000)],
)
def test_parts_begin_and_end_at_fixed_places(client, db, stamp, offset, length, size):
    answer = send_part(client, stamp, LARGE[:length], size=size, offset=offset)
    assert answer.status_code == 422
    assert "arrived only in part" in answer.json["error"]
    assert all(file.size_bytes == 0 for file in files_in(db))


def test_a_tip_waits_for_a_file_that_has_arrived_in_part(app, client, db, stamp):
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    page = send(client, token=stamp)
    assert page.status_code == 422
    assert "“beach.jpg” has arrived only in part" in errors_on(page)["files"]
    assert tips_in(db) == []
    ref = files_in(db)[0].ref
    assert send(client, token=token_on(page), stage=stamp, leave_out=ref).status_code == 201
    assert (files_in(db), objects_in(app)) == ([], set())


def test_a_retry_of_a_tip_with_such_files_is_the_same_tip(client, db, stamp):
    send_part(client, stamp, JPEG)
    pages = [send(client, token=stamp) for _ in range(3)]
    assert {page.status_code for page in pages} == {201}
    assert len({words_on(page) for page in pages}) == len(tips_in(db)) == len(files_in(db)) == 1


@pytest.mark.thorough
def test_copies_of_a_tip_with_such_files_are_one_tip(app, client, db, stamp):
    send_part(client, stamp, JPEG)
    with ThreadPoolExecutor(16) as pool:
        pages = list(pool.map(lambda _: send(app.test_client(), token=stamp), range(50)))
    assert {page.status_code for page in pages} == {201}
    assert (len(tips_in(db)), tips_in(db)[0].files) == (1, 1)


def test_the_last_part_tells_the_kind_and_what_is_not_taken_is_gone(app, client, db, stamp):
    answer = send_part(client, stamp, PROGRAM, name="<b>trip.jpg")
    assert answer.status_code == 422
    assert "“<b>trip.jpg” is not a kind of file" in answer.json["error"]
    assert answer.mimetype == "application/json"
    assert (files_in(db), objects_in(app)) == ([], set())


def test_an_empty_file_is_refused(client, db, stamp):
    answer = send_part(client, stamp, b"", size=0)
    assert (answer.status_code, files_in(db)) == (422, [])
    assert "is empty" in answer.json["error"]


def test_a_file_is_removed_by_its_ref_or_by_the_scripts_name(app, client, db, stamp):
    for upload in ("u1", "u2"):
        send_part(client, stamp, JPEG, upload=upload)
    first = files_in(db)[0].ref
    for _ in range(2):
        assert client.post("/tip/files/remove", data={"token": stamp, "ref": first}).status_code == 200
    assert len(files_in(db)) == 1
    assert client.post("/tip/files/remove", data={"token": stamp, "upload": "u2"}).status_code == 200
    assert (files_in(db), objects_in(app)) == ([], set())


def test_who_leaves_takes_all_files_of_the_form_along(app, client, db, stamp):
    send_part(client, stamp, JPEG, upload="u1")
    send_part(client, stamp, LARGE[:PART_BYTES], upload="u2", size=len(LARGE))
    send_part(client, stamp, b"", upload="u3", size=9)
    for _ in range(2):
        assert client.post("/tip/files/remove", data={"token": stamp, "all": "y"}).status_code == 200
    assert (files_in(db), objects_in(app)) == ([], set())
    late = send_part(client, stamp, LARGE[PART_BYTES:], upload="u2", size=len(LARGE), offset=PART_BYTES)
    assert (late.status_code, files_in(db), objects_in(app)) == (422, [], set())


def test_all_files_are_removed_by_the_forms_own_token_alone(client, db, stamp):
    send_part(client, stamp, JPEG)
    for token in ("", "v1.forged.token", stamp[:-2] + "xx"):
        assert client.post("/tip/files/remove", data={"token": token, "all": "y"}).status_code == 422
    assert len(files_in(db)) == 1


def test_a_file_of_another_form_is_not_removed(client, db, stamp):
    send_part(client, stamp, JPEG)
    other = open_form(client)
    for name, value in (("ref", files_in(db)[0].ref), ("upload", "u1"), ("all", "y")):
        client.post("/tip/files/remove", data={"token": other, name: value})
    assert len(files_in(db)) == 1


def test_a_sent_file_is_not_removed(client, db, stamp):
    send_part(client, stamp, JPEG)
    send(client, token=stamp)
    for name, value in (("ref", files_in(db)[0].ref), ("all", "y")):
        client.post("/tip/files/remove", data={"token": stamp, name: value})
    assert len(files_in(db)) == 1


def test_the_same_name_under_two_forms_is_two_files(client, db, stamp):
    send_part(client, stamp, JPEG)
    send_part(client, open_form(client), JPEG)
    assert len(files_in(db)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"token": "x"},
        {"upload": ""},
        {"upload": "../a"},
        {"upload": "u" * 101},
        {"offset": "-1"},
        {"size": "1e9"},
        {"size": "9" * 30},
        {"offset": "\u0663"},
    ],
)
def test_what_our_script_does_not_send_is_refused(client, db, stamp, fields):
    answer = send_part(client, **{"token": stamp, "content": JPEG} | fields)
    assert answer.status_code == 422
    assert answer.json["error"]
    assert files_in(db) == []


def test_a_declared_size_beyond_all_bounds_takes_nothing(client, db, stamp):
    answer = send_part(client, stamp, LARGE[:PART_BYTES], size=10**14)
    assert answer.status_code in {422, 507}
    assert files_in(db) == []


def test_the_bounds_of_a_form_hold_for_parts_too(app, client, db, stamp, monkeypatch):
    settings = app.extensions["tipline"].settings
    monkeypatch.setitem(settings.__dict__, "max_files", 2)
    for number in range(2):
        assert send_part(client, stamp, JPEG, upload=f"u{number}").status_code == 201
    refused = send_part(client, stamp, JPEG, upload="u3")
    assert (refused.status_code, len(files_in(db))) == (422, 2)
    assert "up to 2" in refused.json["error"]
    monkeypatch.setitem(settings.__dict__, "max_files", 9)
    monkeypatch.setitem(settings.__dict__, "max_upload_bytes", 3 * len(JPEG) - 1)
    assert send_part(client, stamp, JPEG, upload="u4").status_code == 422
    assert len(files_in(db)) == 2


@pytest.mark.parametrize(("error", "status"), [(NoRoom("full"), 507), (StorageAway("away"), 503)])
def test_a_storage_that_fails_keeps_what_had_arrived(app, client, db, stamp, monkeypatch, error, status):
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))

    def fail(*_arguments):
        raise error

    monkeypatch.setattr(FolderStorage, "put", fail)
    rest = {"size": len(LARGE), "offset": PART_BYTES}
    answer = send_part(client, stamp, LARGE[PART_BYTES:], **rest)
    assert (answer.status_code, answer.json["done"]) == (status, False)
    assert "beach.jpg" in answer.json["error"]
    monkeypatch.undo()
    assert send_part(client, stamp, LARGE[PART_BYTES:], **rest).json["done"] is True
    assert original_of(app, files_in(db)[0]) == LARGE


def test_an_address_may_send_so_much_in_an_hour(app, client, stamp, monkeypatch):
    # a MiB for beginning it, and two that are begun
    monkeypatch.setitem(app.extensions["tipline"].settings.__dict__, "upload_bytes_per_hour", 3 * 2**20)
    client.environ_base["REMOTE_ADDR"] = "93.184.215.14"
    assert send_part(client, stamp, LARGE).status_code == 201
    answer = send_part(client, stamp, JPEG, upload="u2")
    assert answer.status_code == 429
    assert "from your network" in answer.json["error"]


def test_beginning_files_counts_like_sending_them_and_removing_them_stays_possible(
    app, client, db, stamp, monkeypatch
):
    chosen = app.extensions["tipline"].settings.__dict__
    monkeypatch.setitem(chosen, "upload_bytes_per_hour", 3 * 2**20)
    client.environ_base["REMOTE_ADDR"] = "93.184.215.14"
    answers = [send_part(client, stamp, b"", upload=f"u{n}", size=len(LARGE)) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    removed = client.post("/tip/files/remove", data={"token": stamp, "upload": "u0"})
    assert (removed.status_code, len(files_in(db))) == (200, 2)


def test_removing_what_is_not_there_writes_nothing(app, client, stamp, monkeypatch):
    monkeypatch.setattr(Database, "write", lambda _db: pytest.fail("wrote"))
    assert client.post("/tip/files/remove", data={"token": stamp, "upload": "u1"}).status_code == 200


def test_a_file_is_removed_while_its_storage_is_away(client, db, stamp, monkeypatch):
    def fail(*_arguments):
        raise StorageAway("away")

    send_part(client, stamp, JPEG)
    monkeypatch.setattr(FolderStorage, "delete", fail)
    page = send(client, token=stamp, leave_out=files_in(db)[0].ref)
    assert (page.status_code, files_in(db), tips_in(db)[0].files) == (201, [], 0)


def test_a_false_size_is_answered_with_a_sentence(client, db, stamp):
    send_part(client, stamp, LARGE[:PART_BYTES], size=len(LARGE))
    answer = send_part(client, stamp, b"", size=PART_BYTES)
    assert (answer.status_code, answer.json["done"]) == (422, False)
    assert "arrived only in part" in answer.json["error"]


def test_parts_and_a_body_add_up(client, db, stamp):
    send_part(client, stamp, JPEG)
    assert send_files(client, ("b.txt", b"words"), token=stamp).status_code == 201
    assert tips_in(db)[0].files == 2


@pytest.mark.parametrize(
    ("given", "kept"), [("C:\\fakepath\\a.jpg", "a.jpg"), ("/x/y/", ""), (None, ""), (" a\nb ", "a b")]
)
def test_names_lose_their_folders(given, kept):
    assert clean_name(given) == kept
