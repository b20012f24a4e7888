"""People who share a name, in lists to choose from."""

from tipline.text.namesakes import told_apart


def test_they_say_their_addresses_and_all_stand_by_name():
    staff = [("r@x.example", "ana reyes"), ("bo@x.example", "Bo Li"), ("a@x.example", "Ana Reyes")]
    assert told_apart(staff) == [
        ("a@x.example", "Ana Reyes (a@x.example)"),
        ("r@x.example", "ana reyes (r@x.example)"),
        ("bo@x.example", "Bo Li"),
    ]
