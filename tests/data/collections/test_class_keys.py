"""Each class has a key: its own letter where possible."""

from digitpad.data.collections.class_keys import class_of_key, keys_of


def test_a_letter_is_its_own_key() -> None:
    assert keys_of(["A", "b", "7"]) == {"A": "A", "b": "b", "7": "7"}


def test_other_names_take_a_free_letter_of_theirs() -> None:
    assert keys_of(["cat", "c", "cot", "ccc"]) == {"c": "c", "cat": "a", "cot": "o", "ccc": "1"}


def test_a_class_beyond_all_keys_has_none() -> None:
    names = [f"class {number}" for number in range(50)]
    keys = keys_of(names)
    assert len(keys) == 36
    assert len(set(keys.values())) == 36


def test_case_counts_only_where_both_are_keys() -> None:
    keys = keys_of(["A", "b", "B"])
    assert class_of_key("a", keys) == "A"
    assert class_of_key("b", keys) == "b"
    assert class_of_key("B", keys) == "B"
    assert class_of_key("x", keys) is None
    assert class_of_key(" ", keys_of([" "])) is None
    assert class_of_key("", keys) is None
