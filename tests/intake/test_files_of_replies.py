"""Files with an answer from the receipt: the same care as for a tip's."""

import re
from io import BytesIO

import pytest
from intake.readers import errors_on, send, tips_in, words_on, written_on
from intake.sending import JPEG, PROGRAM, TEXT, files_in, objects_in, send_part
from sqlalchemy import select

from tipline.models import Message
from tipline.storage.sealed import PART_BYTES


@pytest.fixture
def code(client):
    return words_on(send(client))


def once_on(page):
    return re.search(r'name="once" value="([^"]+)"', page.text)[1]


def answer(client, code, *files, message="And she painted it.", **more):
    if "once" not in more:
        more["once"] = once_on(client.post("/receipt", data={"code": code}))
    data = {"code": code, "message": message, **more}
    data["files"] = [(BytesIO(content), name) for name, content in files]
    return client.post("/receipt/reply", data=data, content_type="multipart/form-data")


def messages_in(db):
    with db.read() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_files_come_with_an_answer(client, db, code):
    assert answer(client, code, ("a.jpg", JPEG), ("b.txt", TEXT), credit="Vera").status_code == 201
    [message], files = messages_in(db), files_in(db)
    assert {(file.message_id, file.tip_id) for file in files} == {(message.id, tips_in(db)[0].id)}
    assert {file.credit for file in files} == {"Vera"}
    assert tips_in(db)[0].files == 2


def test_files_alone_are_an_answer(client, db, code):
    assert answer(client, code, ("a.jpg", JPEG), message="").status_code == 201
    assert [message.body for message in messages_in(db)] == [""]


def test_an_answer_needs_words_or_a_file(client, code):
    assert list(errors_on(answer(client, code, message=" "))) == ["message"]


@pytest.mark.thorough
def test_the_same_answer_sent_twice_is_one_with_its_files_once(app, client, db, code):
    page = client.post("/receipt", data={"code": code})
    for message in ("words", ""):
        for _ in range(3):
            sent = answer(client, code, ("a.jpg", JPEG), message=message, once=once_on(page))
            assert sent.status_code == 201
    assert len(messages_in(db)) == 2
    assert len(files_in(db)) == len(objects_in(app)) == tips_in(db)[0].files


def test_an_answer_of_parts_sent_twice_is_one(client, db, code):
    once = once_on(client.post("/receipt", data={"code": code}))
    send_part(client, once, JPEG)
    for _ in range(2):
        assert answer(client, code, message="", once=once).status_code == 201
    assert (len(messages_in(db)), len(files_in(db))) == (1, 1)


def test_a_file_that_the_same_page_sends_later_is_added(client, db, code):
    once = once_on(client.post("/receipt", data={"code": code}))
    answer(client, code, ("a.jpg", JPEG), once=once)
    assert answer(client, code, ("b.txt", TEXT), once=once).status_code == 201
    [message] = messages_in(db)
    assert {file.message_id for file in files_in(db)} == {message.id}
    assert tips_in(db)[0].files == 2


def test_files_survive_an_error_and_a_wrong_code(client, db, code):
    page = answer(client, code, ("a.jpg", JPEG), message="y" * 20_001)
    assert page.status_code == 422
    stage = once_on(page)
    assert "a.jpg" in page.text
    page = answer(client, "six wrong words", message="kept", once=stage)
    assert page.status_code == 404
    assert f'name="stage" value="{stage}"' in page.text
    page = client.post("/receipt", data={"code": code, "message": "kept", "stage": stage})
    assert "a.jpg" in page.text
    assert written_on(page) == "kept"
    assert answer(client, code, stage=stage, once=once_on(page)).status_code == 201
    assert [file.message_id for file in files_in(db)] == [messages_in(db)[0].id]


def test_a_kind_that_is_not_taken_is_told_and_the_words_are_kept(client, db, code):
    page = answer(client, code, ("a.exe", PROGRAM), message="kept")
    assert (page.status_code, written_on(page)) == (422, "kept")
    assert "not a kind of file" in errors_on(page)["files"]
    assert (messages_in(db), files_in(db)) == ([], [])


def test_an_answer_waits_for_a_file_in_part(client, db, code):
    once = once_on(client.post("/receipt", data={"code": code}))
    send_part(client, once, JPEG, size=5_000_000)  # refused: it ends where no part may
    send_part(client, once, (JPEG * 1000)[:PART_BYTES], size=10_000_000)
    page = answer(client, code, once=once)
    assert page.status_code == 422
    assert "only in part" in errors_on(page)["files"]
    assert messages_in(db) == []
