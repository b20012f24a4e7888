"""Films and recordings that say everything about who made them."""

import io
import struct
from collections.abc import Callable
from fractions import Fraction

import av
from scrub.pictures import XMP, canvas, jpeg

PLACE = "+43.4675+011.8850/"
SAID = {
    "title": "CANARY title",
    "artist": "CANARY artist",
    "comment": "CANARY comment",
    "location": PLACE,
    "creation_time": "2024-05-06T07:08:09Z",
    "encoder": "CANARY encoder",
}
BY_APPLE = {
    "com.apple.quicktime.make": "CANARY make",
    "com.apple.quicktime.model": "CANARY model",
    "com.apple.quicktime.software": "CANARY software",
    "com.apple.quicktime.location.ISO6709": PLACE,
    "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
}


def film(format_: str, video: str | None, audio: str, said: dict[str, str], **options: str) -> bytes:
    """Record half a second of picture and sound, with a chapter, which most boxes keep in a text track."""
    out = io.BytesIO()
    with av.open(out, "w", format=format_, container_options=options) as made:
        made.metadata.update(said)
        streams = []
        if video:
            picture = made.add_stream(video, rate=10)
            picture.width, picture.height, picture.pix_fmt = (
                64,
                32,
                "yuvj420p" if video == "mjpeg" else "yuv420p",
            )
            picture.metadata["handler_name"] = "CANARY handler"
            streams.append((picture, [av.VideoFrame.from_image(canvas()) for _ in range(5)]))
        sound = made.add_stream(audio, rate=48000)
        sound.layout = "stereo" if audio == "vorbis" else "mono"  # it knows nothing else
        sound.codec_context.options = {"strict": "experimental"} if audio == "vorbis" else {}
        streams.append((sound, _silence(sound)))
        if format_ != "mp3":
            made.set_chapters(
                [
                    {
                        "id": 1,
                        "start": 0,
                        "end": 400,
                        "time_base": Fraction(1, 1000),
                        "metadata": {"title": "CANARY chapter"},
                    }
                ]
            )
        for stream, frames in streams:
            for number, frame in enumerate(frames):
                frame.pts = number * (1 if stream.type == "video" else 960)
                made.mux(stream.encode(frame))
            made.mux(stream.encode(None))
    return out.getvalue()


def _silence(sound) -> list[av.AudioFrame]:
    kind, layout = sound.format.name, sound.layout.name
    frames = []
    for _ in range(25):
        frame = av.AudioFrame(format=kind, layout=layout, samples=960)
        frame.sample_rate = 48000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frames.append(frame)
    return frames


def turned(mp4: bytes) -> bytes:
    """Say in a film's first track header that it is to be turned by 90 degrees (ISO/IEC 14496-12)."""
    at = mp4.index(b"tkhd") + 4 + 40
    return mp4[:at] + struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30) + mp4[at + 36 :]


def mp4() -> bytes:
    return turned(film("mp4", "libx264", "aac", SAID))


def mov() -> bytes:
    return film("mov", "libx264", "aac", SAID | BY_APPLE, movflags="use_metadata_tags")


def webm() -> bytes:
    return film("webm", "libvpx-vp9", "libopus", SAID)


def m4a() -> bytes:
    return film("ipod", None, "aac", SAID)


def mp3() -> bytes:
    """Frames between an ID3v2 tag with a cover, and APE and ID3v1 tags."""
    frames = film("mp3", None, "libmp3lame", {}, id3v2_version="0", write_id3v1="0")
    texts = b"".join(
        name + struct.pack(">IH", len(words) + 1, 0) + b"\3" + words
        for name, words in ((b"TIT2", b"CANARY title"), (b"TPE1", b"CANARY artist"), (b"TDRC", b"2024"))
    )
    cover = b"\0image/jpeg\0\3\0" + jpeg()
    texts += b"APIC" + bytes([len(cover) >> shift & 0x7F for shift in (21, 14, 7, 0)]) + b"\0\0" + cover
    size = bytes(len(texts) >> shift & 0x7F for shift in (21, 14, 7, 0))
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 0, 0, 0) + bytes(8) + b"CANARY of APE"
    return b"ID3\4\0\0" + size + texts + frames + ape + b"TAG" + b"CANARY old tag".ljust(125, b"\0")


def wav() -> bytes:
    sound = bytes(range(256)) * 10
    info = b"INFO" + b"".join(
        name + struct.pack("<I", len(words)) + words
        for name, words in ((b"IART", b"CANARY artist "), (b"ISFT", b"CANARY"), (b"ICRD", b"2024-05-06"))
    )
    chunks = [
        (b"bext", b"CANARY description".ljust(602, b"\0")),
        (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)),
        (b"LIST", info),
        (b"data", sound),
        (b"iXML", b"<BWFXML>CANARY</BWFXML>!"),
        (b"_PMX", XMP + b" " * (len(XMP) % 2)),
    ]
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(each)) + each for name, each in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webm_with_vorbis(said: dict[str, str], set_up: Callable[[bytes], bytes] = bytes) -> bytes:
    """Write comments into the setup of the sound, as recorders do that pack a Vorbis file as it is."""
    original, out = film("webm", "libvpx-vp9", "vorbis", {}), io.BytesIO()
    with av.open(io.BytesIO(original)) as given, av.open(out, "w", format="webm") as made:
        lines = {stream.index: made.add_stream_from_template(stream, opaque=True) for stream in given.streams}
        sound = lines[given.streams.audio[0].index].codec_context
        sound.extradata = set_up(_vorbis_saying(sound.extradata, said))
        for packet in given.demux():
            if packet.size:
                packet.stream = lines[packet.stream_index]
                made.mux(packet)
    return out.getvalue()


def _vorbis_saying(setup: bytes, said: dict[str, str]) -> bytes:
    first, codebooks = setup[1], setup[setup.index(b"\x05vorbis") :]
    start = setup.index(b"\x01vorbis")
    texts = [f"{name}={words}".encode() for name, words in said.items()]
    comments = b"\x03vorbis" + struct.pack("<I", 6) + b"CANARY" + struct.pack("<I", len(texts))
    comments += b"".join(struct.pack("<I", len(each)) + each for each in texts) + b"\x01"
    sizes = bytes((2, first)) + b"\xff" * (len(comments) // 255) + bytes((len(comments) % 255,))
    return sizes + setup[start : start + first] + comments + codebooks
