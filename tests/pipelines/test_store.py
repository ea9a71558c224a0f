"""The store: round trips, atomicity, damage, on a local disk and in memory."""

import json
import multiprocessing
import os
import secrets
import signal
from pathlib import Path

import pytest

from components.artifacts import Dataset, Metrics
from pipelines.storage.manifest import NodeRecord, Output, Producer
from pipelines.store import MissingArtifact, Store, StoreError

PRODUCER = Producer("k" * 64, "spec:evaluate", "evaluate")


@pytest.fixture(params=["local", "awkward", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        return Store(f"memory://stores/{secrets.token_hex(4)}")
    name = "store" if request.param == "local" else "a störe, with 名 #1"
    return Store(str(tmp_path / name))


def staged(store, value=1):
    metrics = store.stage(Metrics)
    metrics.write_json("metrics.json", {"value": value})
    metrics.write_bytes("deep/er/plots.npz", bytes(range(256)))
    return metrics


def committed(store, value=1):
    return store.commit(staged(store, value), PRODUCER, ["i" * 64])


def payload(store, artifact, name="metrics.json"):
    """A payload file, relative to the store."""
    return f"{artifact.url.removeprefix(store.url + '/')}/{name}"


def a_record(outputs, key="a" * 64, **changes):
    values = {
        "key": key, "outputs": outputs, "spec": "s", "stage": "evaluate",
        "points": ({"seed": 0},), "component": "evaluate", "closure": {"a.py": "1"},
        "params": {"x": 1.5}, "fingerprint": None, "seed": 0, "run": None,
        "inputs": {"gan": ("d",)}, "sources": {"gan": "train.gan"},
    }  # fmt: skip
    return NodeRecord(**{**values, **changes})


def test_what_is_committed_is_what_was_staged(store):
    artifact = committed(store)
    again = Store(store.url).get("metrics", artifact.digest)
    assert type(again) is Metrics
    assert again.content() == {"value": 1}
    assert again.read_bytes("deep/er/plots.npz") == bytes(range(256))
    assert store.present(Metrics, artifact.digest)
    assert store.files.children("staging") == []


def test_a_manifest_says_what_made_the_artifact(store):
    artifact = committed(store)
    manifest = store.manifest(Metrics, artifact.digest)
    assert (manifest.type, manifest.schema) == ("metrics", Metrics.schema)
    assert manifest.producer == PRODUCER
    assert manifest.inputs == ("i" * 64,)
    assert set(manifest.files) == {"metrics.json", "deep/er/plots.npz"}
    assert manifest.files["deep/er/plots.npz"].size == 256
    assert "numpy" in manifest.libraries


def test_equal_content_is_one_artifact_and_other_content_another(store):
    first, second, other = committed(store), committed(store), committed(store, 2)
    assert first.digest == second.digest != other.digest
    assert first.url == second.url
    assert len(store.artifacts()) == 2
    assert store.files.children("staging") == []


def test_what_is_only_staged_is_no_artifact(store):
    artifact = staged(store)
    assert store.artifacts() == []
    with pytest.raises(MissingArtifact, match="No artifact metrics"):
        store.get(Metrics, "0" * 64)
    store.discard(artifact)
    assert store.files.children("staging") == []


def test_only_staged_artifacts_of_the_store_can_be_committed(store, tmp_path):
    stranger = Metrics(str(tmp_path / "elsewhere"))
    with pytest.raises(StoreError, match=r"context\.create"):
        store.commit(stranger, PRODUCER)
    artifact = staged(store)
    artifact.write_json("manifest.json", {})
    with pytest.raises(StoreError, match="Invalid file name"):
        store.commit(artifact, PRODUCER)


def damage_missing(store, name):
    store.files.remove(name)


def damage_truncated(store, name):
    store.files.write(name, store.files.read(name)[:-1])


def damage_grown(store, name):
    store.files.write(name, store.files.read(name) + b"x")


@pytest.mark.parametrize("damage", [damage_missing, damage_truncated, damage_grown])
def test_presence_asks_for_every_file_at_its_size(store, damage):
    artifact = committed(store)
    damage(store, payload(store, artifact, "deep/er/plots.npz"))
    assert not store.present(Metrics, artifact.digest)
    assert store.corruptions[0].file == "deep/er/plots.npz"
    assert store.corruptions[0].expected == "256 bytes"
    again = committed(store)
    assert again.digest == artifact.digest
    assert Store(store.url).present(Metrics, artifact.digest)


@pytest.mark.parametrize(
    "content",
    [b"", b'{"format": "ganopsy.mani', b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 9999,
     b'{"format": "ganopsy.manifest/1"}', b'{"format": "ganopsy.manifest/9"}'],
)  # fmt: skip
def test_a_damaged_manifest_is_reported_and_taken_for_absent(store, content):
    artifact = committed(store)
    name = f"artifacts/metrics/{artifact.digest}/manifest.json"
    store.files.write(name, content)
    assert not store.present(Metrics, artifact.digest)
    assert store.corruptions[-1].file == "manifest.json"
    assert committed(store).digest == artifact.digest
    assert store.present(Metrics, artifact.digest)


@pytest.mark.parametrize("field", ["files", "producer", "inputs", "digest", "type"])
@pytest.mark.parametrize("value", [None, 3, "x", [1], {"a": 1}])
def test_no_content_of_a_manifest_crashes_the_store(store, field, value):
    artifact = committed(store)
    name = f"artifacts/metrics/{artifact.digest}/manifest.json"
    content = json.loads(store.files.read(name))
    store.files.write(name, json.dumps({**content, field: value}).encode())
    assert not store.present(Metrics, artifact.digest)


def test_verify_finds_a_flipped_bit_and_sets_the_artifact_aside(store):
    artifact, whole = committed(store), committed(store, 2)
    assert store.verify() == []
    name = payload(store, artifact, "deep/er/plots.npz")
    content = bytearray(store.files.read(name))
    content[100] ^= 1
    store.files.write(name, bytes(content))
    assert store.present(Metrics, artifact.digest), "a size cannot tell"
    (found,) = store.verify()
    assert found.file == "deep/er/plots.npz"
    assert found.expected.startswith("sha256 ")
    assert found.moved.startswith("quarantine/")
    assert store.files.sizes(found.moved)
    assert not store.present(Metrics, artifact.digest)
    assert store.present(Metrics, whole.digest)
    assert store.verify() == []


def test_verify_finds_a_file_that_does_not_belong(store):
    artifact = committed(store)
    store.files.write(payload(store, artifact, "extra.parquet"), b"abc")
    (found,) = store.verify()
    assert (found.file, found.expected) == ("extra.parquet", "no such file")


def test_verify_finds_a_manifest_that_was_changed_along_with_its_file(store):
    import hashlib

    artifact = committed(store)
    name = f"artifacts/metrics/{artifact.digest}/manifest.json"
    manifest = json.loads(store.files.read(name))
    content = b'{"value": 9}'
    store.files.write(payload(store, artifact), content)
    manifest["files"]["metrics.json"] = {
        "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    store.files.write(name, json.dumps(manifest).encode())
    assert store.present(Metrics, artifact.digest)
    (found,) = store.verify()
    assert found.file == "content"


def test_a_node_record_comes_back_equal(store):
    artifact = committed(store)
    record = a_record({"metrics": Output("metrics", artifact.digest)})
    store.record(record)
    assert store.lookup(record.key) == record
    assert store.cached(record.key) == record
    assert store.lookup("b" * 64) is None
    assert store.node_keys() == [record.key]
    store.files.remove(payload(store, artifact))
    assert store.cached(record.key) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format":"ganopsy.node/1"}'])
def test_a_damaged_node_record_is_reported_and_taken_for_absent(store, content):
    record = a_record({})
    store.record(record)
    store.files.write(f"nodes/{record.key}.json", content)
    assert store.lookup(record.key) is None
    assert len(store.corruptions) == 1
    (found,) = store.verify()
    assert found.item == f"nodes/{record.key}.json"
    assert store.node_keys() == []


def test_a_record_under_another_key_is_not_believed(store):
    record = a_record({})
    store.record(record)
    store.files.move(f"nodes/{record.key}.json", f"nodes/{'b' * 64}.json")
    assert store.lookup("b" * 64) is None


def test_a_dataset_laid_out_in_other_shards_is_the_same_artifact(store):
    import pyarrow as pa

    def make(orders):
        dataset = store.stage(Dataset)
        dataset.write_json("dataset.json", {"name": "x"})
        for number, rows in enumerate(orders):
            table = pa.table({
                "digest": [f"d{r}" for r in rows],
                "origin": [f"o{r}" for r in rows],
                "label": pa.array(rows, pa.int32()),
            })  # fmt: skip
            dataset.write_table(f"records/{number}.parquet", table)
        return store.commit(dataset, PRODUCER)

    first, second = make([[0, 1], [2]]), make([[2, 1, 0]])
    assert first.digest == second.digest
    assert len(store.get(Dataset, first.digest).tables("records")) == 2
    assert make([[0, 1]]).digest != first.digest
    assert store.verify() == []


def test_scratch_outlives_the_store_object(store):
    store.work("k").write_json("checkpoint.json", 3)
    assert Store(store.url).work("k").read_json("checkpoint.json") == 3


def test_a_relative_path_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store("runs")
    monkeypatch.chdir("/")
    assert store.url == str(tmp_path / "runs")
    assert Store(f"file://{tmp_path}/runs").url == store.url
    committed(store)
    assert (tmp_path / "runs" / "artifacts").is_dir()


def _race(url, value, ready, results):
    store = Store(url)
    artifact = staged(store, value)
    ready.wait()
    results.put(store.commit(artifact, PRODUCER).digest)


def test_processes_that_commit_the_same_content_at_once_all_succeed(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(3), context.Queue()
    url = str(tmp_path / "store")
    processes = [
        context.Process(target=_race, args=(url, 7, ready, results)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    digests = {results.get(timeout=60) for _ in processes}
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    store = Store(url)
    assert len(digests) == 1
    assert store.get(Metrics, digests.pop()).content() == {"value": 7}
    assert store.verify() == []
    assert store.files.children("staging") == []


def test_losing_the_race_to_the_rename_is_success(store, monkeypatch):
    """Both have looked and found nothing; then both put theirs into place."""
    first, second = staged(store), staged(store)
    looked = store.present
    answers = iter([False, False])
    monkeypatch.setattr(
        store, "present", lambda *a: next(answers, None) is None and looked(*a)
    )
    done = [store.commit(artifact, PRODUCER) for artifact in (first, second)]
    assert done[0].digest == done[1].digest
    monkeypatch.undo()
    assert store.verify() == []
    assert store.get(Metrics, done[0].digest).content() == {"value": 1}


def _killed(url):
    store = Store(url)
    store.files.move = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
    store.commit(staged(store), PRODUCER)


def test_a_process_killed_before_its_commit_is_done_leaves_no_artifact(tmp_path):
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_killed, args=(str(tmp_path),))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    store = Store(str(tmp_path))
    (left,) = store.files.children("staging")
    assert (Path(store.url) / "staging" / left / "metrics.json").is_file()
    assert store.artifacts() == []
    assert committed(store).digest
    assert store.verify() == []


def test_a_payload_without_its_manifest_is_no_artifact():
    """Where there is no rename, this is what a killed commit leaves."""
    store = Store(f"memory://stores/{secrets.token_hex(4)}")
    artifact = committed(store)
    folder = f"artifacts/metrics/{artifact.digest}"
    store.files.remove(f"{folder}/manifest.json")
    assert not store.present(Metrics, artifact.digest)
    assert store.verify() == [], "it may be a commit in progress"
    assert store.present(Metrics, committed(store).digest)


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    store = Store(str(tmp_path))
    artifact = staged(store)
    (tmp_path / "artifacts").write_text("in the way")
    with pytest.raises(StoreError, match="--set store=PATH"):
        store.commit(artifact, PRODUCER)
