"""No module needs, by way of others, itself; that imports run one way is `lint-imports`' part."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_cycles() -> None:
    graph = grimp.build_graph(
        "assistant", "ranking", "retrieval", "ui", exclude_type_checking_imports=True
    )
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the modules
