import json

from tipline.text.json_ld import json_ld


def test_nothing_in_the_data_can_end_the_script_element():
    hostile = "</script><script>alert(1)</script><!-- & ' \u2028 \u2029"
    text = json_ld({"headline": hostile})
    assert not set("<>&'\u2028\u2029") & set(text)
    assert json.loads(text) == {"headline": hostile}


def test_other_scripts_stay_readable():
    assert "Grüße 백지우" in json_ld({"headline": "Grüße 백지우"})
