# ruff: noqa: E501 - lists of traps and trees of strategies are kept whole
"""Trees of lists and keys, as YAML and JSON give them, with an accident or two in them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

from hypothesis import strategies as st

from tests.fuzz.hostile import line

Step = str | int
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(),
    line(),
    st.sampled_from(["", " ", "a", "0", 10**30, "{got}"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(line(), st.sampled_from(["id", "name", "text"])), inner, max_size=3)),
    max_leaves=5,
)  # fmt: skip


def places(tree: object, path: tuple[Step, ...] = ()) -> list[tuple[Step, ...]]:
    """The path of every value under the root."""
    steps: list[tuple[Step, Any]] = (
        list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    )
    return [deeper for step, value in steps for deeper in ((*path, step), *places(value, (*path, step)))]


def at(tree: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


@st.composite
def damaged(draw: st.DrawFn, sound: object, most: int = 3) -> Any:
    """A sound tree in which values are lost, replaced, moved, said twice, or joined by others."""
    tree = deepcopy(sound)
    for _ in range(draw(st.integers(0, most))):
        paths = places(tree)
        if not paths:
            break
        *above, last = cast("tuple[Any, ...]", draw(st.sampled_from(paths)))
        holder: Any = at(tree, tuple(above))
        match draw(st.sampled_from(["lose", "replace", "move", "twice", "join"])):
            case "lose":
                del holder[last]
            case "replace":
                holder[last] = draw(values)
            case "move":
                holder[last] = deepcopy(at(tree, draw(st.sampled_from(paths))))
            case "twice" if isinstance(holder, list):
                holder.append(deepcopy(holder[last]))
            case _ if isinstance(holder, dict):
                holder[draw(line())] = draw(values)
    return tree
