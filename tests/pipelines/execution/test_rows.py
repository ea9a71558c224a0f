"""Which nodes one worker does one after another."""

from pipelines.execution.rows import Group, in_rows


def lengths(kinds, parallel):
    groups = [Group(kind, [f"{kind}{place}"]) for place, kind in enumerate(kinds)]
    rows = in_rows(groups, parallel)
    assert [group for row in rows for group in row] == groups
    for row in rows:
        assert len({group.kind for group in row}) == 1
    return [len(row) for row in rows]


def test_nodes_of_a_kind_are_done_in_a_row():
    assert lengths("aabb", 2) == [2, 2]
    assert lengths("aaabbbccc", 2) == [3, 3, 3]


def test_no_worker_is_left_without_a_row():
    assert lengths("a" * 10, 2) == [5, 5]
    assert lengths("a" * 5, 4) == [2, 2, 1]
    assert lengths("aa", 4) == [1, 1]


def test_a_lone_worker_does_all_of_a_kind():
    assert lengths("aaab", 1) == [3, 1]


def test_where_nobody_says_how_many_work_none_waits_for_another():
    assert lengths("aaa", 0) == [1, 1, 1]
