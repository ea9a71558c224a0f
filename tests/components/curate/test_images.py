"""A folder of images, good and bad: every file is a record or has its reason."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from components.curate.decode import decode, pixels
from components.curate.source import CurateError, Flaw
from components.curate.sources.images import Images
from components.curate.stage import CurateParams, curate, fingerprint
from components.resize import to_channels, to_size


def noise(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def bomb(path, side):
    """A PNG header that claims side x side pixels, with next to no data behind it."""

    def chunk(kind, body):
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def folder(tmp_path):
    """Good and bad files, and the reasons that the bad ones should get."""
    root = tmp_path / "pictures"
    for name in ("cats", "dogs"):
        (root / name).mkdir(parents=True)
    cats, dogs = root / "cats", root / "dogs"

    def save(path, *shape, **options):
        data = noise(len(str(path)) + sum(path.name.encode()), *shape)
        Image.fromarray(data).save(path, **options)

    save(cats / "a.png", 12, 12, 3)
    save(cats / "png_in.jpg", 12, 12, 3, format="PNG")
    save(dogs / "photo.jpg", 20, 12, 3)
    Image.fromarray(noise(1, 12, 12, 4), "CMYK").save(dogs / "cmyk.jpg")
    deep = np.random.default_rng(2).integers(0, 65536, (12, 12), np.uint16)
    Image.fromarray(deep).save(dogs / "deep.png")
    Image.fromarray(noise(3, 12, 12, 4), "RGBA").save(dogs / "alpha.png")
    Image.fromarray(noise(4, 12, 12, 3)).quantize(8).save(dogs / "palette.png")
    save(root / "top.png", 12, 12)
    os.link(cats / "a.png", dogs / "z_same.png")
    os.link(cats / "a.png", cats / "same.png")
    whole = (cats / "a.png").read_bytes()
    (cats / "truncated.png").write_bytes(whole[: len(whole) // 2])
    jpeg = (dogs / "photo.jpg").read_bytes()
    (cats / "truncated.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (cats / "zero.png").touch()
    (cats / "text.png").write_text("I am no image, whatever my name says.")
    (root / "notes.txt").write_text("notes")
    frames = [Image.fromarray(noise(s, 12, 12, 3)) for s in (5, 6)]
    for name in ("moves.png", "moves.gif", "moves.webp"):
        frames[0].save(dogs / name, save_all=True, append_images=frames[1:])
    bomb(dogs / "bomb.png", 60_000)
    os.mkfifo(dogs / "pipe.png")
    (tmp_path / "secret.png").write_bytes(whole)
    (dogs / "link.png").symlink_to(tmp_path / "secret.png")
    (dogs / "nowhere.png").symlink_to(root / "missing.png")
    (root / "linked").symlink_to(tmp_path, target_is_directory=True)
    (root / os.fsdecode(b"bad\xffname.png")).write_bytes(whole[:30])
    rejected = {
        "bad\\udcffname.png": "broken_image",
        "cats/same.png": "duplicate",
        "cats/text.png": "not_an_image",
        "cats/truncated.jpg": "broken_image",
        "cats/truncated.png": "broken_image",
        "cats/zero.png": "empty_file",
        "dogs/bomb.png": "too_large",
        "dogs/link.png": "link_outside",
        "dogs/moves.gif": "unsupported_format",
        "dogs/moves.png": "animated",
        "dogs/moves.webp": "unsupported_format",
        "dogs/nowhere.png": "not_a_file",
        "dogs/pipe.png": "not_a_file",
        "dogs/z_same.png": "conflicting_label",
        "linked": "link_outside",
        "notes.txt": "not_an_image",
    }
    return root, rejected


def params(root, **more):
    source = {"kind": "images", "path": str(root)}
    return CurateParams.model_validate({"source": source, **more})


def table(dataset, name):
    rows = [dataset.read_table(t).to_pylist() for t in dataset.tables(name)]
    return sorted((row for part in rows for row in part), key=lambda r: r["origin"])


def test_every_file_is_accepted_or_rejected_with_its_reason(folder, make_context):
    root, rejected = folder
    limit = Image.MAX_IMAGE_PIXELS
    context = make_context()
    dataset = curate(params=params(root, size=8, channels=3), context=context)
    rejects = {r["origin"]: r["reason"] for r in table(dataset, "rejects")}
    assert rejects == rejected
    records = {r["origin"]: r["label"] for r in table(dataset, "records")}
    assert records == {
        "cats/a.png": 0,
        "cats/png_in.jpg": 0,
        "dogs/alpha.png": 1,
        "dogs/cmyk.jpg": 1,
        "dogs/deep.png": 1,
        "dogs/palette.png": 1,
        "dogs/photo.jpg": 1,
        "top.png": -1,
    }
    info = dataset.info()
    assert info["counts"]["read"] == len(records) + len(rejects)
    assert info["classes"] == ["cats", "dogs"] and info["shape"] == [8, 8, 3]
    values = np.array([r["data"] for r in table(dataset, "records")])
    assert values.min() >= -1 and values.max() <= 1
    assert str(root) not in str(info) and limit == Image.MAX_IMAGE_PIXELS
    assert context.scratch.names() == []


def test_without_a_size_other_shapes_are_rejected(folder, make_context):
    root, _ = folder
    dataset = curate(params=params(root), context=make_context())
    reasons = {r["origin"]: r["reason"] for r in table(dataset, "rejects")}
    assert reasons["dogs/photo.jpg"] == "wrong_size"
    assert reasons["top.png"] == reasons["dogs/deep.png"] == "wrong_channels"


def test_nothing_usable_names_the_reasons(tmp_path, make_context):
    (tmp_path / "in").mkdir()
    for n in range(3):
        (tmp_path / "in" / f"{n}.png").touch()
    (tmp_path / "in" / "x.txt").write_text("hello")
    with pytest.raises(CurateError, match=r"empty_file \(3\), not_an_image \(1\)"):
        curate(params=params(tmp_path / "in"), context=make_context())
    (tmp_path / "none").mkdir()
    with pytest.raises(CurateError, match="empty folder"):
        curate(params=params(tmp_path / "none"), context=make_context())


def test_the_fingerprint_follows_the_files(folder):
    root, _ = folder
    before = fingerprint(params(root))
    assert before == fingerprint(params(root, size=8))
    os.utime(root / "notes.txt", ns=(1, 1))
    assert fingerprint(params(root)) != before
    digits = CurateParams.model_validate({"source": {"kind": "digits"}})
    assert fingerprint(digits) is None


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("1", 1, [1]),
        ("L", 0, [-1]),
        ("I;16", 65535, [1]),
        ("I", 0, [-1]),
        ("LA", (0, 0), [1]),
        ("RGBA", (9, 9, 9, 0), [1, 1, 1]),
        ("RGB", (255, 0, 255), [1, -1, 1]),
        ("CMYK", (0, 0, 0, 255), [-1, -1, -1]),
    ],
)
def test_each_mode_becomes_grey_or_colour(mode, value, expected):
    image = Image.new(mode, (3, 2), value)
    assert pixels(image).tolist() == np.full((2, 3, len(expected)), expected).tolist()


def test_exif_orientation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(tmp_path / "turned.jpg", exif=exif)
    assert decode(tmp_path / "turned.jpg", 100).shape == (4, 2, 3)


def test_the_limit_on_pixels_is_exact(tmp_path):
    Image.new("L", (5, 4)).save(tmp_path / "x.png")
    assert decode(tmp_path / "x.png", 20).shape == (4, 5, 1)
    assert decode(tmp_path / "x.png", 19) == Flaw("too_large", "5x4, limit 19 pixels")


def test_resizing_is_antialiased_and_keeps_constants():
    stripes = np.tile(np.array([-1.0, 1.0], np.float32), (64, 32))[..., None]
    small = to_size(stripes, 8, 8, "stretch")
    # The mean of the stripes is 0; picking pixels would give -1 or 1 everywhere. An
    # eightfold reduction leaves the kernel's own ripple, largest at the edges.
    assert np.abs(small[:, 1:-1]).max() < 0.02
    flat = np.full((9, 7, 3), 0.25, np.float32)
    assert np.allclose(to_size(flat, 5, 5, "crop"), 0.25, atol=1e-6)


def test_crop_keeps_the_middle_and_stretch_everything():
    image = np.full((4, 12, 1), -1, np.float32)
    image[:, 4:8] = 1
    assert to_size(image, 4, 4, "crop")[:, 1:3].min() > 0.9
    assert to_size(image, 4, 4, "stretch")[:, 0].max() < -0.9


def test_grey_is_the_luma_of_colour():
    red = np.array([[[1.0, 0.0, 0.0]]], np.float32)
    assert to_channels(red, 1).item() == pytest.approx(0.299, abs=1e-6)
    assert to_channels(to_channels(red, 1), 3).shape == (1, 1, 3)


def test_chunks_cover_every_file_once(folder):
    root, _ = folder
    source = Images(path=str(root))
    names = [name for chunk in source.chunks((8, 8, 3)) for name in chunk.names]
    assert names == [name for name, _ in source.files()]


def test_large_images_make_small_chunks(folder, monkeypatch):
    root, _ = folder
    source = Images(path=str(root))
    # 4096 x 4096 x 3 float32 is 192 MiB, more than a chunk's 32 MiB: one at a time.
    chunks = source.chunks((4096, 4096, 3))
    assert [chunk.count for chunk in chunks] == [1] * len(source.files())
    # 1 MiB each; the folder has fewer files than 32.
    assert len(source.chunks((512, 512, 1))) == 1
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 10 << 20)
    assert [chunk.count for chunk in source.chunks((512, 512, 1))][:2] == [10, 10]
