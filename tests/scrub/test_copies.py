"""Each kind of file that we take comes out without what would tell who sent it, and is still what it was."""

import io

import pytest
from scrub import samples
from scrub.judge import exiftool, leaks, telling

from tipline.scrub.found import CannotScrub, Kind, WhySealed
from tipline.scrub.run import scrub
from tipline.scrub.types import FileType, detect

OF_A_PICTURE = "author comment device place serial software time xmp"
REMOVED = {
    "jpeg": f"{OF_A_PICTURE} profile",
    "png": f"{OF_A_PICTURE} profile",
    "webp": f"{OF_A_PICTURE} profile",
    "gif": "comment",
    "heic": OF_A_PICTURE,
    "pdf": "attachments author comment links name place profile revisions scripts software time xmp",
    "docx": f"{OF_A_PICTURE} attachments links name profile revisions thumbnail",
    "xlsx": "author comment device links name software thumbnail time",
    "pptx": "author comment links name software thumbnail time",
    "odt": f"{OF_A_PICTURE} links name profile revisions thumbnail",
    "txt": "",
    "mp3": "author comment cover name time",
    "m4a": "author comment name place software time tracks",
    "wav": "author comment device software time xmp",
    "mp4": "author comment name place software time tracks",
    "mov": "author comment device name place software time tracks",
    "webm": "author comment name place software time",
}
WITH_FACTS = {"jpeg", "png", "webp", "heic", "mp4", "mov", "m4a"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", samples.NAMES)
def test_a_copy_tells_nothing(name):
    original = samples.sample(name)
    file_type = FileType[name.upper()]
    assert detect(io.BytesIO(original)) is file_type
    assert name == "txt" or leaks(original), "a sample that says nothing proves nothing"
    with scrub(io.BytesIO(original), len(original), file_type) as scrubbed:
        copy = scrubbed.copy.read()
        assert len(copy) == scrubbed.size
        assert scrubbed.media_type == file_type.copied_as.media_type
        assert " ".join(sorted(scrubbed.removed)) == " ".join(sorted(REMOVED[name].split()))
        facts = dict(scrubbed.facts)
    assert leaks(copy) == []
    assert telling(exiftool(copy)) == {}
    if name in WITH_FACTS:
        assert (facts["latitude"], facts["longitude"]) == (samples.LATITUDE, samples.LONGITUDE)
        assert facts["taken_at"] in {samples.TAKEN_AT, "2024-05-06T07:08:09Z"}


@pytest.mark.thorough
def test_the_judge_finds_what_samples_say():
    said = telling(exiftool(samples.sample("jpeg")))
    assert {
        "GPS:GPSLatitude",
        "IFD0:Artist",
        "ExifIFD:SerialNumber",
        "XMP-dc:Creator",
        "File:Comment",
    } <= set(said)


@pytest.mark.thorough
def test_a_copy_is_copied_again_to_the_same():
    original = samples.sample("png")
    with scrub(io.BytesIO(original), len(original), FileType.PNG) as first:
        copy = first.copy.read()
    with scrub(io.BytesIO(copy), len(copy), FileType.PNG) as second:
        assert second.removed == ()
        assert second.copy.read() == copy


def test_what_pretends_to_be_another_type_is_not_copied():
    picture = samples.sample("gif")
    with pytest.raises(CannotScrub) as refused:
        scrub(io.BytesIO(picture), len(picture), FileType.PNG)
    assert refused.value.why is WhySealed.DAMAGED


def test_the_list_of_what_was_removed_has_a_fixed_order():
    assert [str(kind) for kind in Kind][:3] == ["place", "time", "device"]
