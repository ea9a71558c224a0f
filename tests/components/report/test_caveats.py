"""What must be known before believing the metrics is said in words, once."""

import json

from components.report.caveats import caveats
from components.report.html import render_html
from components.report.markdown import render_markdown

REASON = "the classifier is right on 31% of held-back records, fewer than the 50%"
CLUSTERS = {"number": 5, "most": 25, "criterion": "integrated completed likelihood"}
NOTE = "Keras's InceptionV3 is not the graph of 2015."


def world_of(synthetic, folder, **changes):
    """A healthy trial whose metrics.json is changed."""
    world = synthetic.World(folder)
    world.add({"seed": 0})
    content = world.report().content()
    content["trials"][0] |= changes
    return json.loads(json.dumps(content))


def withdrawn(*names):
    gone = {"value": None, "null": None, "ci": None, "n": 9, "withdrawn": REASON}
    return dict.fromkeys(names, gone)


def test_withdrawn_metrics_are_named_with_the_reason(synthetic, tmp_path):
    metrics = withdrawn("precision", "recall", "frechet_distance")
    content = world_of(synthetic, tmp_path, metrics=metrics)
    (found,) = caveats(content["trials"])
    assert found["text"].startswith(f"Withdrawn: {REASON}.")
    assert "no Precision, Recall and Fréchet distance" in found["text"]
    assert found["on"] == ""
    assert f"Withdrawn: {REASON}" in render_html(content)
    assert "Withdrawn: the classifier is right on 31% of" in render_markdown(content)


def test_clusters_do_not_pass_for_labels(synthetic, tmp_path):
    content = world_of(synthetic, tmp_path, clusters=CLUSTERS)
    page = render_html(content)
    assert "Samples by cluster" in page
    assert "Samples by class" not in page
    assert "they are 5 clusters of the training records" in page.replace("&#39;", "'")
    plain = render_html(world_of(synthetic, tmp_path / "labels"))
    assert "Samples by class" in plain
    assert "About the metrics" not in plain
    alone = world_of(synthetic, tmp_path / "one", clusters={**CLUSTERS, "number": 1})
    assert "no clusters that stand apart" in render_markdown(alone)


def test_a_note_on_the_features_is_shown(synthetic, tmp_path):
    features = {"kind": "inception", "dimension": 2048, "accuracy": None, "note": NOTE}
    content = world_of(synthetic, tmp_path, features=features)
    assert NOTE in render_html(content).replace("&#39;", "'")


def test_a_sound_classifiers_accuracy_is_said(synthetic, tmp_path):
    features = {"kind": "classifier", "dimension": 64, "accuracy": 0.968, "note": ""}
    content = world_of(synthetic, tmp_path, features=features)
    assert "is right on 97% of held-back records" in render_html(content)
    content["trials"][0]["metrics"] = withdrawn("precision")
    (found,) = caveats(content["trials"])
    assert found["text"].startswith("Withdrawn")


def test_some_trials_are_named_and_equal_caveats_stand_once(synthetic, tmp_path):
    first = world_of(synthetic, tmp_path)["trials"][0]
    trials = [{**first, "point": {"seed": seed}} for seed in range(3)]
    for trial in trials[:2]:
        trial["metrics"] = withdrawn("precision")
    (found,) = caveats(trials)
    assert found["on"] == "seed 0 and seed 1"


def test_a_check_not_run_says_why(synthetic, tmp_path):
    content = world_of(synthetic, tmp_path)
    told = {"id": "recall", "status": "not_run", "source": f"withdrawn: {REASON}"}
    content["trials"][0]["checks"] = [told]
    assert f"withdrawn: {REASON}" in render_html(content)
