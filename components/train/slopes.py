"""What D says of a batch of either side, and how steep it is there."""

from typing import Any

from keras import ops

from components.train.game import Game
from components.train.turn import Batch, joined

Columns = tuple[Any, Any, Any, Any, Any]


def columns(game: Game, real: Batch, generated: Batch, between: Batch) -> Columns:
    """Of one batch of each, as in training; a row a record, or a pack's score.

    Args:
        real, generated: records and samples, without instance noise.
        between: points between both, with the labels of real ones.

    Returns:
        D's scores of real records and of samples x; ‖dL_G/dx‖, the batch mean undone;
        ‖∇D(x)‖; and ‖∇D(x)‖ at the points between.
    """
    with game.primitives.without_updates():
        scores = game.scores(real, generated)
    if game.params.discriminator.reads_mates:
        slopes = _crossed(game, real, generated)
        return *scores, scores[1].shape[0] * slopes[0], slopes[1], _slope(game, between)
    # A score is its record's own: one pass tells both slopes, and the chain rule the
    # loss's.
    both = _slope(game, joined(generated, between))
    count = generated.records.shape[0]
    at_samples = both[:count]
    passed = count * ops.abs(_passed(game, *scores))
    return *scores, passed * at_samples, at_samples, both[count:]


def norms(x: Any) -> Any:
    """Euclidean norm of each row, (n, …) -> (n,)."""
    return ops.sqrt(ops.sum(ops.square(x), axis=tuple(range(1, ops.ndim(x)))))


def _slope(game: Game, batch: Batch) -> Any:
    """‖∇D(x)‖ of records x that are a batch of their own, as a gradient penalty's."""

    def judge(x: Any) -> Any:
        return game.judge(Batch(x, batch.labels))

    return norms(game.primitives.input_gradient(judge, batch.records))


def _passed(game: Game, real: Any, generated: Any) -> Any:
    """dL_G/dD of each sample's score, by all scores."""
    against = real if game.compares else None

    def loss(scores: Any) -> Any:
        return game.params.objective.generator_loss(against, scores)

    return game.primitives.input_gradient(loss, generated)


def _crossed(game: Game, real: Batch, generated: Batch) -> tuple[Any, Any]:
    """‖dL_G/dx‖ and ‖∇D(x)‖ of samples whose mates' scores x moves too."""

    def loss(x: Any) -> Any:
        scores = game.generated_scores(real, Batch(x, generated.labels))
        return game.params.objective.generator_loss(*scores)

    def score(x: Any) -> Any:
        return game.generated_scores(real, Batch(x, generated.labels))[1]

    of_loss, of_score = (
        norms(game.primitives.input_gradient(each, generated.records))
        for each in (loss, score)
    )
    return of_loss, of_score
